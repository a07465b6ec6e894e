/** Without `-F`: the daemon that is left, its pid file, and what stops it from starting. */

import { type Vector, words } from '../vector.ts';

const LINE = '-s {source} -t {target} -k key';

const background = (id: string, line: string, more: Partial<Vector> = {}): Vector => ({
  id: `background ${id}`,
  goal: 'a daemon that serves, or nothing left running',
  program: 'spiped',
  args: words(line),
  ...more,
});

export const backgrounds: readonly Vector[] = [
  background('client', `-e ${LINE}`),
  background('server', `-d ${LINE}`),
  background('UNIX socket', '-d -s {dir}/socket -t {target} -k key'),
  background('pid file', `-d ${LINE} -p pid`),
  background('absolute pid file', `-d ${LINE} -p {dir}/other.pid`),
  background('pid file attached', `-dppid ${LINE}`),
  background('stale default pid file', `-d ${LINE}`, { obstacles: ['stale pid file'] }),
  background('stale pid file', `-d ${LINE} -p pid`, { obstacles: ['stale pid file'] }),
  background('pid file in a missing directory', `-d ${LINE} -p missing/pid`),
  background('pid file is a directory', `-d ${LINE} -p directory`),
  background('pid file below a file', `-d ${LINE} -p key/pid`),
  background('pid file without the right', `-d ${LINE} -p secret`, { powerless: true }),
  {
    ...background('pid file named nothing', ''),
    args: [...words(`-d ${LINE} -p`), ''],
  },
  background('default pid file of a name', '-d -s localhost:{port} -t {target} -k key', {
    needs: 'IPv6',
  }),
  background('-D', `-d -D ${LINE}`),
  background('-D, pid file', `-d -D ${LINE} -p pid`),
  background('-D, pid file in a missing directory', `-d -D ${LINE} -p missing/pid`),
  background('-D, unknown target', '-d -D -s {source} -t no-such-name.invalid:1 -k key', {
    mayNeverListen: true,
  }),
  background('-D, unknown source', '-d -D -s no-such-name.invalid:1 -t {target} -k key -p pid', {
    mayNeverListen: true,
  }),
  background('-D, source that never can be', '-d -D -s socket -t {target} -k key -p pid', {
    mayNeverListen: true,
  }),
  background('--syslog', `-d --syslog ${LINE}`),
  background('-R', `-d -R ${LINE}`),
  background('-r', `-d -r 1 ${LINE}`),
  background('-f -j', `-dfj ${LINE}`),
  background('SIGTERM', `-d ${LINE} -p pid`, { signal: 'SIGTERM' }),
  background('SIGTERM, UNIX socket', '-d -s {dir}/socket -t {target} -k key', {
    signal: 'SIGTERM',
  }),
  background('SIGINT', `-d ${LINE} -p pid`, { signal: 'SIGINT' }),
  background('SIGHUP', `-d ${LINE} -p pid`, { signal: 'SIGHUP' }),
];
