/** Where to listen: each form of an address, and what can be there already. */

import { type Vector, words } from '../vector.ts';

const source = (id: string, address: string, more: Partial<Vector> = {}): Vector => ({
  id: `source ${id}`,
  goal: 'listens there, or says why not',
  program: 'spiped',
  args: ['-F', '-d', '-s', address, ...words('-t {target} -k key')],
  ...more,
});

export const sources: readonly Vector[] = [
  source('IPv4 in brackets', '[127.0.0.1]:{port}'),
  source('IPv4 without brackets', '127.0.0.1:{port}'),
  source('every IPv4 address', '[0.0.0.0]:{port}'),
  source('every IPv4 address, without brackets', '0.0.0.0:{port}'),
  source('IPv6', '[::1]:{port}', { needs: 'IPv6' }),
  source('every IPv6 address', '[::]:{port}', { needs: 'IPv6' }),
  source('name', 'localhost:{port}', { needs: 'IPv6' }),
  source('name, with -D', 'localhost:{port}', {
    needs: 'IPv6',
    args: words('-F -D -d -s localhost:{port} -t {target} -k key'),
  }),
  source('UNIX socket', '{dir}/socket'),
  source('UNIX socket with a space', '{dir}/a socket'),
  source('UNIX socket in a missing directory', '{dir}/missing/socket'),
  source('UNIX socket below a file', '{dir}/key/socket'),
  source('UNIX socket in a forbidden directory', '{dir}/directory/socket'),
  source('relative path', 'socket'),
  source('relative path with a dot', './socket'),
  source('not of this machine', '[192.0.2.1]:{port}'),
  source('low port without powers', '[127.0.0.1]:77', { powerless: true }),
  source('taken port', '{taken}', { obstacles: ['taken port'] }),
  source('taken port, in the background', '{taken}', {
    obstacles: ['taken port'],
    args: words('-d -s {taken} -t {target} -k key'),
  }),
  source('taken port, with -D', '{taken}', {
    obstacles: ['taken port'],
    args: words('-d -D -s {taken} -t {target} -k key'),
  }),
  source('socket that somebody serves', '{dir}/live', { obstacles: ['live socket'] }),
  source('socket left behind', '{dir}/dead', { obstacles: ['dead socket'] }),
  source('socket left behind, in the background', '{dir}/dead', {
    obstacles: ['dead socket'],
    args: words('-d -s {dir}/dead -t {target} -k key'),
  }),
  source('path of a file', '{dir}/key'),
  source('path of a directory', '{dir}/directory'),
  source('unknown name', 'no-such-name.invalid:{port}'),
  source('unknown service', '127.0.0.1:no-such-service'),
  source('name in brackets', '[localhost]:{port}'),
  source('port 0 in brackets', '[127.0.0.1]:0'),
  source('no port', '127.0.0.1'),
];
