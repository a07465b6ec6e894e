/** Where to connect to, for both programs; and what spipe does when nobody serves there. */

import { type Vector, words } from '../vector.ts';

const target = (id: string, address: string, more: Partial<Vector> = {}): Vector => ({
  id: `target ${id}`,
  goal: 'starts, or says why not',
  program: 'spiped',
  args: ['-F', '-e', '-s', '{source}', '-t', address, '-k', 'key'],
  ...more,
});

const spipe = (id: string, line: string, more: Partial<Vector> = {}): Vector => ({
  id: `spipe ${id}`,
  goal: 'ends, and says why',
  program: 'spipe',
  args: words(line),
  ...more,
});

export const targets: readonly Vector[] = [
  target('IPv4 without brackets', '127.0.0.1:{tport}'),
  target('name', 'localhost:{tport}'),
  target('unknown name', 'no-such-name.invalid:{tport}'),
  target('unknown service', '127.0.0.1:no-such-service'),
  target('path too long', `/${'x'.repeat(107)}`),
  target('relative path', 'socket'),
  target('name in brackets', '[localhost]:{tport}'),
  target('port too large', '[127.0.0.1]:65536'),
  target('port too large, without brackets', '127.0.0.1:65536'),
  target('no host', ':{tport}'),
  target('nothing', ''),
  spipe('refused', '-t {target} -k key', { obstacles: ['target refuses'] }),
  spipe('refused, UNIX socket', '-t {dir}/missing -k key'),
  spipe('refused, socket left behind', '-t {dir}/dead -k key', { obstacles: ['dead socket'] }),
  spipe('hung up', '-t {target} -k key', { obstacles: ['target hangs up'] }),
  spipe('unknown name', '-t no-such-name.invalid:{tport} -k key'),
  spipe('timed out', '-t {target} -k key -o 0.2'),
  spipe('timed out, bundle', '-fjo0.2 -t{target} -kkey'),
  spipe('key from standard input', '-t {target} -k - -o 0.2', { stdin: 'a key' }),
  spipe('key left out', '-t {target}'),
  spipe('extra argument', '-t {target} -k key extra'),
];
