/** Every kind of key file. */

import { type Vector, words } from '../vector.ts';

const LINE = '-s {source} -t {target}';

const key = (id: string, name: string, more: Partial<Vector> = {}): Vector => ({
  id: `key ${id}`,
  goal: 'this kind of key file',
  program: 'spiped',
  args: words(`-F -e ${LINE} -k ${name}`),
  ...more,
});

export const keys: readonly Vector[] = [
  key('file', 'key'),
  key('empty', 'empty'),
  key('/dev/null', '/dev/null'),
  key('missing', 'missing'),
  key('in a missing directory', 'missing/key'),
  key('below a file', 'key/key'),
  key('directory', 'directory'),
  key('unreadable', 'secret', { powerless: true }),
  key('standard input', '-', { stdin: 'a key' }),
  key('empty standard input', '-'),
  key('standard input as a file', '/dev/stdin', { stdin: 'a key' }),
  key('standard input, longer than a pipe', '-', { stdin: 'k'.repeat(200_000) }),
  key('fifo', 'fifo', { obstacles: ['fifo'] }),
  { ...key('with a dash in front', ''), args: words(`-F -e ${LINE} -k -key`) },
  { ...key('named nothing', ''), args: [...words(`-F -e ${LINE} -k`), ''] },
  { ...key('fifo, in the background', ''), obstacles: ['fifo'], args: words(`-e ${LINE} -k fifo`) },
  { ...key('standard input, in the background', ''), stdin: 'a', args: words(`-d ${LINE} -k -`) },
  { ...key('missing, in the background', ''), args: words(`-d ${LINE} -k missing`) },
  { ...key('missing, with -D', ''), args: words(`-d -D ${LINE} -k missing`) },
  { ...key('missing, spipe', ''), program: 'spipe', args: words('-t {target} -k missing') },
  { ...key('directory, spipe', ''), program: 'spipe', args: words('-t {target} -k directory') },
];
