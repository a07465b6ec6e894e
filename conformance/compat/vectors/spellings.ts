/** Every way to write options, where all is well: the program must then really serve. */

import { type Vector, words } from '../vector.ts';

const serves = (id: string, line: string): Vector => ({
  id: `spelling ${id}`,
  goal: 'is understood, and serves',
  program: 'spiped',
  args: words(line),
});

export const spellings: readonly Vector[] = [
  serves('apart', '-F -e -s {source} -t {target} -k key'),
  serves('server', '-F -d -s {source} -t {target} -k key'),
  serves('flags in one word', '-Fe -s {source} -t {target} -k key'),
  serves('all flags in one word', '-eFfjDR -s {source} -t {target} -k key'),
  serves('value attached', '-F -e -s{source} -t{target} -kkey'),
  serves('bundle with value apart', '-Fek key -s {source} -t {target}'),
  serves('bundle with value attached', '-Fekkey -s {source} -t {target}'),
  serves('absolute key attached', '-Fe -k{dir}/key -s {source} -t {target}'),
  serves('bundle that ends in an address', '-Fes {source} -t {target} -k key'),
  serves('any order', '-k key -t {target} -s {source} -e -F'),
  serves('end of options', '-F -e -s {source} -t {target} -k key --'),
  serves('count attached', '-F -e -s {source} -t {target} -k key -n5'),
  serves('count 0', '-F -e -s {source} -t {target} -k key -n 0'),
  serves('timeout in fractions', '-F -e -s {source} -t {target} -k key -o 2.5'),
  serves('timeout 0', '-F -e -s {source} -t {target} -k key -o 0'),
  serves('with -g', '-F -d -g -s {source} -t {target} -k key'),
  serves('with -f', '-F -d -f -s {source} -t {target} -k key'),
  serves('with -j', '-F -d -j -s {source} -t {target} -k key'),
  serves('with -r', '-F -d -r 30 -s {source} -t {target} -k key'),
  serves('with -R', '-F -d -R -s {source} -t {target} -k key'),
  serves('with -p, which -F makes idle', '-F -d -p pid -s {source} -t {target} -k key'),
  serves('with --syslog, which -F makes idle', '-F -d --syslog -s {source} -t {target} -k key'),
  serves('with -D', '-F -d -D -s {source} -t {target} -k key'),
];
