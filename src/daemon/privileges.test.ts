/**
 * Giving up privileges: the rules in a made-up system that records what is asked of it; and, as
 * root, what the kernel then says of the daemon.
 */

import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Scope } from '../../conformance/subjects/scope.ts';
import type { Logger } from './log.ts';
import { dropPrivileges, type PrivilegeSystem } from './privileges.ts';
import {
  daemonOf,
  isListening,
  NO_PROC,
  NOT_ROOT,
  runSpiped,
  SPIPED,
  startSpiped,
  until,
  writeKey,
} from './testing/spiped-process.ts';

const NAMES: Readonly<Record<string, number>> = { root: 0, nobody: 65534, nogroup: 65534, '7': 70 };

/** A system with a few names; root may do everything in it, others nothing that changes. */
class FakeSystem implements PrivilegeSystem {
  readonly calls: string[] = [];
  uid: number;
  gid: number;
  groups: number[];
  /** Whether the way back to root is open. */
  leaky = false;
  /** Whether groups can be left. */
  allowGroups = true;

  constructor(uid = 0, gid = 0, groups = [0, 27, 100]) {
    this.uid = uid;
    this.gid = gid;
    this.groups = groups;
  }

  getuid = (): number => this.uid;
  geteuid = (): number => this.uid;
  getgid = (): number => this.gid;
  getegid = (): number => this.gid;
  getgroups = (): number[] => [...this.groups];
  setgroups = (groups: readonly number[]): void => {
    this.calls.push(`setgroups(${groups})`);
    if (this.uid !== 0 || !this.allowGroups) throw refused('setgroups');
    this.groups = [...groups];
  };
  setgid = (id: number | string): void => {
    this.calls.push(`setgid(${id})`);
    const gid = idOf(id);
    if (this.uid !== 0 && gid !== this.gid) throw refused('setgid');
    this.gid = gid;
  };
  setuid = (id: number | string): void => {
    this.calls.push(`setuid(${id})`);
    const uid = idOf(id);
    if (this.uid !== 0 && uid !== this.uid && !this.leaky) throw refused('setuid');
    this.uid = uid;
  };
}

/** As Node takes ids: a string is a name, whatever it looks like. */
function idOf(id: number | string): number {
  if (typeof id === 'number') return id;
  const number = NAMES[id];
  if (number !== undefined) return number;
  throw Object.assign(new Error(`Identifier does not exist: ${id}`), {
    code: 'ERR_UNKNOWN_CREDENTIAL',
  });
}

function refused(syscall: string): Error {
  const message = `EPERM, Operation not permitted`;
  return Object.assign(new Error(message), { code: 'EPERM', errno: 1, syscall });
}

let warnings: string[];
let logger: Logger;
beforeEach(() => {
  warnings = [];
  logger = { log: (_level, _event, message) => warnings.push(message) };
});
afterEach(() => vi.unstubAllEnvs());

describe('as root', () => {
  //= CL-33
  //# With `-u` the group MUST be taken before the user, and the supplementary groups be left before
  //# both; a part that is not given stays as it is.
  test('user:group leaves all groups, then sets the group, then the user', () => {
    const system = new FakeSystem();
    dropPrivileges('nobody:nogroup', logger, system);
    expect(system.calls.slice(0, 3)).toEqual(['setgroups()', 'setgid(nogroup)', 'setuid(nobody)']);
    expect(system).toMatchObject({ uid: 65534, gid: 65534, groups: [] });
    expect(warnings).toEqual([]);
  });

  test('a user alone leaves the group as it is, as C', () => {
    const system = new FakeSystem(0, 12);
    dropPrivileges('nobody', logger, system);
    expect(system).toMatchObject({ uid: 65534, gid: 12, groups: [] });
  });

  test(':group leaves the user as it is, as C', () => {
    const system = new FakeSystem();
    dropPrivileges(':nogroup', logger, system);
    expect(system).toMatchObject({ uid: 0, gid: 65534, groups: [] });
  });

  test.each([
    ['1234:5678', 1234, 5678],
    ['0x10:010', 16, 8],
    ['4294967294:1', 4294967294, 1],
    // A name goes before a number that looks the same.
    ['7:7', 70, 70],
  ])('%s are numbers where there are no such names, by the rules of C', (text, uid, gid) => {
    const system = new FakeSystem();
    dropPrivileges(text, logger, system);
    expect(system).toMatchObject({ uid, gid });
  });

  test.each([
    ['nosuch', 'cannot become user "nosuch" (-u): no such user'],
    ['nobody:nosuch', 'cannot become group "nosuch" (-u): no such group'],
    ['4294967296', 'cannot become user "4294967296" (-u): no such user'],
    ['-1', 'cannot become user "-1" (-u): no such user'],
    ['nobody:', 'option -u: no group after the colon in "nobody:"'],
    ['nobody:nogroup:x', 'cannot become group "nogroup:x" (-u): no such group'],
    [':', 'option -u: no group after the colon in ":"'],
    ['', 'option -u: neither a user nor a group'],
  ])('%j is refused', (text, message) => {
    expect(() => dropPrivileges(text, logger, new FakeSystem())).toThrow(new Error(message));
  });

  test('groups that cannot be left are fatal', () => {
    const system = new FakeSystem();
    system.allowGroups = false;
    expect(() => dropPrivileges('nobody:nogroup', logger, system)).toThrow(
      'cannot leave the supplementary groups (-u): operation not permitted (EPERM)',
    );
    expect(system.uid).toBe(0);
  });

  test('where there are no groups to leave, it does not matter that none can be left', () => {
    const system = new FakeSystem(0, 0, [0]);
    system.allowGroups = false;
    dropPrivileges('nobody:nogroup', logger, system);
    expect(system.uid).toBe(65534);
    expect(warnings).toEqual([]);
  });

  test('a way back to root is fatal', () => {
    const system = new FakeSystem();
    system.leaky = true;
    expect(() => dropPrivileges('nobody:nogroup', logger, system)).toThrow(
      'privileges are not given up (-u): the process can become root again',
    );
  });

  test('the group of root is no way back where it was asked for', () => {
    const system = new FakeSystem();
    dropPrivileges('nobody:root', logger, system);
    expect(system).toMatchObject({ uid: 65534, gid: 0 });
  });

  test('a way back to the group of root is fatal', () => {
    const system = new FakeSystem();
    const { setgid } = system;
    system.setgid = (id) => (id === 0 ? undefined : setgid(id));
    expect(() => dropPrivileges('nobody:nogroup', logger, system)).toThrow(
      'privileges are not given up (-u): the process can take its old group again',
    );
    // Who was not asked for a group keeps whatever there is.
    const other = new FakeSystem(0, 12);
    other.setgid = () => {};
    dropPrivileges('nobody', logger, other);
    expect(other).toMatchObject({ uid: 65534, gid: 12 });
  });

  test('root may stay root when it is told to', () => {
    dropPrivileges('root:nogroup', logger, new FakeSystem());
  });

  test('real and effective ids that differ are fatal', () => {
    const system = new FakeSystem();
    system.getuid = () => 0;
    expect(() => dropPrivileges('nobody', logger, system)).toThrow('ids differ');
    const other = new FakeSystem();
    other.getgid = () => 0;
    expect(() => dropPrivileges('nobody:nogroup', logger, other)).toThrow('ids differ');
  });

  test('io_uring, which would keep the privileges, is refused', () => {
    vi.stubEnv('UV_USE_IO_URING', '1');
    expect(() => dropPrivileges('nobody', logger, new FakeSystem())).toThrow('UV_USE_IO_URING');
    vi.stubEnv('UV_USE_IO_URING', '0');
    dropPrivileges('nobody', logger, new FakeSystem());
  });
});

describe('as another user', () => {
  test('to be what one is already is allowed; groups that stay are told, as C', () => {
    const system = new FakeSystem(65534, 12);
    dropPrivileges('nobody', logger, system);
    expect(warnings).toEqual(['could not leave the supplementary groups (-u), going on']);
  });

  test('who is asked for a group alone may keep a way to root: that was not to be given up', () => {
    const system = new FakeSystem(65534, 65534, []);
    system.leaky = true;
    dropPrivileges(':nogroup', logger, system);
    expect(system.calls).toEqual(['setgroups()', 'setgid(nogroup)']);
  });

  test('to be another is refused by the system', () => {
    expect(() => dropPrivileges('root', logger, new FakeSystem(65534, 65534, []))).toThrow(
      'cannot become user "root" (-u): operation not permitted (EPERM)',
    );
  });
});

describe('the daemon', () => {
  let scope: Scope;
  beforeEach(async () => {
    scope = await Scope.open();
    // Others than its owner may look into it: the new user has to.
    chmodSync(scope.directory, 0o755);
  });
  afterEach(() => scope.close());

  const path = (name: string): string => join(scope.directory, name);
  const daemon = (...more: string[]): string[] => [
    ...['-d', '-s', path('s'), '-t', path('t'), '-k', writeKey(scope), '-p', 'pid'],
    ...more,
  ];

  test('with -u nobody:nogroup has these ids and no other groups', async ({ skip }) => {
    if (NOT_ROOT ?? NO_PROC) skip(NOT_ROOT ?? NO_PROC);
    expect(await runSpiped(scope, daemon('-u', '65534:65533'))).toMatchObject({
      code: 0,
      stderr: '',
    });
    const pid = daemonOf(scope, 'pid');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
    expect(status).toMatch(/^Gid:\t65533\t65533\t65533\t65533$/m);
    expect(status).toMatch(/^Groups:\s*$/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    // Every thread, not only the first.
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const one = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
      expect(one).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
    }
    expect(await isListening(scope, path('s'))).toBe(true);
  });

  test('whose program is out of reach has its thread, and has it again when it is lost', async ({
    skip,
  }) => {
    if (NOT_ROOT) skip(NOT_ROOT);
    // Tells of each thread, and ends it at a signal that means nothing to the daemon.
    const hook = `
      import { writeSync } from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      import threads from 'node:worker_threads';
      const { Worker } = threads;
      threads.Worker = class extends Worker {
        constructor(...args) {
          super(...args);
          this.once('message', (word) => writeSync(2, 'thread ' + word + ' as ' + process.getuid() + ';'));
          process.once('SIGWINCH', () => this.terminate());
        }
      };
      syncBuiltinESMExports();
    `;
    copyFileSync(SPIPED[0] ?? '', path('spiped.js'));
    const env = {
      SPIPED_NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hook)}`,
    };
    const args = ['-F', ...daemon('-u', '65534:65534')];
    const started = startSpiped(scope, args, { env, command: [path('spiped.js')] });
    await until('a spiped that listens', () => isListening(scope, path('s')));
    rmSync(path('spiped.js'));
    const threads = (): number => started.stderr().split('thread ready as 65534;').length - 1;
    await until('a thread', () => threads() === 1);
    started.child.kill('SIGWINCH');
    await until('the loss', () =>
      started.stderr().includes('the thread for exponentiations was lost'),
    );
    await until('another thread', () => threads() === 2);
    started.child.kill('SIGTERM');
    expect((await started.ended).code).toBe(0);
  });

  test('that cannot give up its privileges does not start, and leaves nothing', async ({
    skip,
  }) => {
    if (NOT_ROOT) skip(NOT_ROOT);
    expect(await runSpiped(scope, daemon('-u', 'no-such-user'))).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: 'spiped: cannot become user "no-such-user" (-u): no such user\n',
    });
    expect(existsSync(path('s'))).toBe(false);
  });

  test('that logs through syslog since before (-D) does so as the new user then', async ({
    skip,
  }) => {
    if (NOT_ROOT) skip(NOT_ROOT);
    writeFileSync(path('who'), '', { mode: 0o666 });
    chmodSync(path('who'), 0o666);
    const script = `{ echo begins as $(id -u); cat; echo ends as $(id -u); } >>${path('who')}`;
    writeFileSync(path('logger'), `#!/bin/sh\n${script}\n`);
    chmodSync(path('logger'), 0o755);
    const env = { PATH: `${scope.directory}:${process.env.PATH}` };
    const args = daemon('-D', '--syslog', '-u', '65534:65534');
    expect(await runSpiped(scope, args, { env })).toMatchObject({ code: 0, stderr: '' });
    daemonOf(scope, 'pid');
    const who = (): string => readFileSync(path('who'), 'utf8');
    await until('the second logger', () => who().includes('begins as 65534'));
    await until('the end of the first', () => who().includes('ends as 0'));
    expect(who()).not.toContain('ends as 65534');
  });

  test('whose event logs the new user cannot write does not start', async ({ skip }) => {
    if (NOT_ROOT) skip(NOT_ROOT);
    mkdirSync(path('logs'), 0o700);
    const args = daemon('-u', '65534:65534', '--event-log', path('logs'));
    expect(await runSpiped(scope, args)).toMatchObject({
      code: 1,
      stderr: `spiped: event log directory ${path('logs')}: EACCES\n`,
    });
    chownSync(path('logs'), 65534, 65534);
    expect(await runSpiped(scope, args)).toMatchObject({ code: 0 });
    daemonOf(scope, 'pid');
  });

  test('CL-37: that may not remove its UNIX socket any more says so, and ends well', async ({
    skip,
  }) => {
    if (NOT_ROOT) skip(NOT_ROOT);
    const args = ['-F', ...daemon('-u', '65534:65534', '--log-level', 'info')];
    const started = startSpiped(scope, args);
    await until('a spiped that listens', () => isListening(scope, path('s')));
    started.child.kill('SIGTERM');
    const { code, stderr } = await started.ended;
    expect(code).toBe(0);
    expect(stderr).toContain(`spiped: the UNIX socket ${path('s')} could not be removed: EACCES\n`);
    expect(existsSync(path('s'))).toBe(true);
  });
});
