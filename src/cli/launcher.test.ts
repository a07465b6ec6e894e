/**
 * Goal of these tests: nothing that Node does behind a program's back changes what a built command
 * does (spec/node.md). They start the commands as people do, by their own first line.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Scope } from '../../conformance/subjects/scope.ts';
import { HEAP_OPTIONS } from '../daemon/memory.ts';
import {
  childrenOf,
  connectTo,
  daemonOf,
  isAlive,
  isListening,
  NO_PROC,
  NOT_ROOT,
  nameOf,
  openTarget,
  runSpiped,
  SPIPE,
  SPIPED,
  type StartOptions,
  startSpiped,
  TRACE,
  until,
  writeKey,
} from '../daemon/testing/spiped-process.ts';

let scope: Scope;
beforeEach(async () => {
  scope = await Scope.open();
  writeKey(scope);
});
afterEach(() => scope.close());

const path = (name: string): string => join(scope.directory, name);

/** A server from the socket `s` to the target `t`. */
const server = (...more: string[]): string[] => [
  ...['-d', '-s', path('s'), '-t', path('t'), '-k', path('key'), '-o', '60'],
  ...more,
];

/** A command line for which a shell first does this. */
const inShell = (what: string, command: readonly string[] = SPIPED): readonly string[] => [
  ...['sh', '-c', `${what}; exec "$@"`, 'sh'],
  ...command,
];

/** A spiped in the foreground that listens. */
async function listening(args: readonly string[], options?: StartOptions) {
  const spiped = startSpiped(scope, ['-F', ...args], options);
  await until('a spiped that listens', () => isListening(scope, path('s')));
  return spiped;
}

/** Wait until a worker serves: it has said a nonce. */
async function served(): Promise<void> {
  const socket = await connectTo(scope, path('s'));
  if (socket === undefined) throw new Error('nobody listens');
  await once(socket, 'data');
  socket.destroy();
}

/** What Node says when a debugger can attach. */
const DEBUGGER = /Debugger listening/;

/** The first child of a process that bears this name. */
async function childNamed(pid: number, name: string, except?: number): Promise<number> {
  let found: number | undefined;
  await until(`a ${name}`, () => {
    found = childrenOf(pid).find((child) => child !== except && nameOf(child) === name);
    return found !== undefined;
  });
  return found ?? 0;
}

describe('SIGUSR1 opens no debugger, and ends the program as it ends C spiped:', () => {
  test.each([
    ['as it is started by people', SPIPED],
    ['as it is started by its Node', [process.execPath, ...SPIPED]],
  ])('a daemon in the foreground, %s', async (_how, command) => {
    const spiped = await listening(server(), { command });
    spiped.child.kill('SIGUSR1');
    const end = await spiped.ended;
    expect(end).toMatchObject({ code: null, signal: 'SIGUSR1' });
    expect(end.stderr).not.toMatch(DEBUGGER);
  });

  test.skipIf(NO_PROC !== undefined)('a daemon in the background (needs /proc)', async () => {
    const { code } = await runSpiped(scope, server('-p', 'pid'));
    expect(code).toBe(0);
    const pid = daemonOf(scope, 'pid');
    process.kill(pid, 'SIGUSR1');
    await until('the end of the daemon', () => !isAlive(pid));
  });

  test.skipIf(NO_PROC !== undefined)(
    'a worker, in whose place another comes (needs /proc)',
    async () => {
      const spiped = await listening(server('--workers', '1'));
      await served();
      const worker = await childNamed(spiped.pid, 'spiped-worker');
      process.kill(worker, 'SIGUSR1');
      await childNamed(spiped.pid, 'spiped-worker', worker);
      expect(spiped.stderr()).toMatch(/ended unexpectedly \(SIGUSR1\)/);
      expect(spiped.stderr()).not.toMatch(DEBUGGER);
    },
  );

  test('spipe', async () => {
    let dialled = (): void => {};
    const connected = new Promise<void>((resolve) => {
      dialled = resolve;
    });
    await openTarget(scope, 't', () => dialled());
    const args = ['-t', path('t'), '-k', path('key'), '-o', '60'];
    const spipe = startSpiped(scope, args, { command: SPIPE });
    await connected;
    spipe.child.kill('SIGUSR1');
    const end = await spipe.ended;
    expect(end).toMatchObject({ code: null, signal: 'SIGUSR1' });
    expect(end.stderr).not.toMatch(DEBUGGER);
  });

  test('spiped-trace', async () => {
    const trace = startSpiped(scope, ['show', '/dev/stdin'], {
      command: inShell('mkfifo hold; exec 3<>hold </dev/fd/3', TRACE),
    });
    await until('a Node that is told to end', () => {
      trace.child.kill('SIGUSR1');
      return trace.child.signalCode !== null;
    });
    const end = await trace.ended;
    expect(end).toMatchObject({ code: null, signal: 'SIGUSR1' });
    expect(end.stderr).not.toMatch(DEBUGGER);
  });

  //= CL-57
  //# No signal MUST make a program listen on a further address.
  test('CL-57: at any moment of a start', async () => {
    for (let milliseconds = 0; milliseconds < 150; milliseconds += 6) {
      const spiped = startSpiped(scope, ['-F', ...server()]);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      spiped.child.kill('SIGUSR1');
      // Where Node itself still starts, it has no effect.
      await until(
        'the end of a spiped, or its service',
        async () => spiped.child.signalCode !== null || (await isListening(scope, path('s'))),
      );
      expect(spiped.stderr()).not.toMatch(DEBUGGER);
      spiped.child.kill('SIGKILL');
      await spiped.ended;
    }
  });
});

describe('The environment', () => {
  test('does not change how Node runs: NODE_OPTIONS is dropped', async () => {
    const env = { NODE_OPTIONS: '--inspect=127.0.0.1:0 --no-such-option' };
    expect(await runSpiped(scope, ['--version'], { env })).toMatchObject({ code: 0, stderr: '' });
  });

  test('gives Node options where it is asked to: SPIPED_NODE_OPTIONS', async () => {
    const env = { SPIPED_NODE_OPTIONS: '--no-such-option --nor-this' };
    const { code, stderr } = await runSpiped(scope, ['--version'], { env });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/bad option: --no-such-option/);
  });

  test('names the Node to run: SPIPED_NODE; without one there is one line', async () => {
    const env = { SPIPED_NODE: path('no-node') };
    const { code, stderr } = await runSpiped(scope, ['--version'], { env });
    expect(code).toBe(1);
    expect(stderr).toBe(
      `spiped.js: cannot start: ${path('no-node')} is not in PATH; Node.js 20.12 or newer is needed\n`,
    );
  });

  test('can ask for a Node without run-time compilation, in which the pipe works', async () => {
    const env = { SPIPED_NODE_OPTIONS: '--jitless' };
    await openTarget(scope, 't', (socket) => void socket.pipe(socket));
    await listening(server(), { env });
    const args = ['-t', path('s'), '-k', path('key')];
    const spipe = startSpiped(scope, args, { command: SPIPE, input: 'without compilation', env });
    expect(await spipe.ended).toMatchObject({ code: 0, stdout: 'without compilation' });
  });
});

describe('The options that keep a heap small', () => {
  // Each Node process leaves its options, one line each.
  const hook = `import('node:fs').then((fs) => fs.appendFileSync(process.env.TOLD, process.execArgv.join(' ') + '\\n'))`;
  const env = (): Record<string, string> => ({
    TOLD: path('told'),
    SPIPED_NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hook)}`,
  });
  const kept = (): readonly boolean[] => {
    const lines = readFileSync(path('told'), 'utf8').trim().split('\n');
    return lines.map((line) => HEAP_OPTIONS.every((option) => line.includes(option)));
  };

  test.each([['-F'], ['-jF']])('are given to what serves in the foreground (%s)', async (word) => {
    startSpiped(scope, [word, ...server()], { env: env() });
    await until('a spiped that listens', () => isListening(scope, path('s')));
    expect(kept()).not.toContain(false);
  });

  test('are given to what serves in the background, and not to who starts it', async () => {
    expect(await runSpiped(scope, server('-p', 'pid'), { env: env() })).toMatchObject({ code: 0 });
    daemonOf(scope, 'pid');
    expect(kept().slice(0, 2)).toEqual([false, true]);
  });

  test('are not given to what only answers, since they make a start slower', async () => {
    expect(await runSpiped(scope, ['--version'], { env: env() })).toMatchObject({ code: 0 });
    expect(kept()).toEqual([false]);
  });
});

describe('A signal that was ignored when the program was started', () => {
  //= CL-56
  //# A signal other than SIGTERM that is ignored when a program is started MUST stay ignored.
  test('CL-56: stays ignored: SIGHUP (nohup), SIGINT and SIGQUIT (a job of a shell), SIGUSR1', async () => {
    const command = inShell('trap "" HUP INT QUIT USR1');
    const spiped = await listening(server(), { command });
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1'] as const) {
      spiped.child.kill(signal);
    }
    // Of several signals at once the one with the highest number may come last: one after another.
    await until('a spiped that still listens', () => isListening(scope, path('s')));
    spiped.child.kill('SIGTERM');
    expect(await spiped.ended).toMatchObject({ code: 0, signal: null });
  });

  test('stays ignored in the background', async () => {
    const command = inShell('trap "" INT');
    expect(await runSpiped(scope, server('-p', 'pid'), { command })).toMatchObject({ code: 0 });
    const pid = daemonOf(scope, 'pid');
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
    await until('the end of the daemon', () => !isAlive(pid));
    expect(await isListening(scope, path('s'))).toBe(false);
  });

  test('is obeyed all the same if it is SIGTERM, as by C', async () => {
    const spiped = await listening(server(), { command: inShell('trap "" TERM') });
    spiped.child.kill('SIGTERM');
    expect(await spiped.ended).toMatchObject({ code: 0, signal: null });
  });

  test.each(['SIGHUP', 'SIGINT', 'SIGQUIT'] as const)(
    'is no other: %s ends what was started without',
    async (signal) => {
      const spiped = await listening(server());
      spiped.child.kill(signal);
      expect(await spiped.ended).toMatchObject({ code: null, signal });
    },
  );
});

describe('A descriptor that was closed', () => {
  const spipe = ['-t', 'x:1', '-k', 'key'];

  //= CL-58
  //# A standard stream that is closed when a program is started MUST NOT be taken for one that is
  //# empty or that takes everything.
  test('CL-58: is nowhere to write to: spipe without standard output says so, and fails', async () => {
    const { code, stderr } = await runSpiped(scope, spipe, { command: inShell('exec >&-', SPIPE) });
    expect(code).toBe(1);
    expect(stderr).toBe('spipe: standard output is closed: there is nowhere to write to\n');
  });

  test('is nothing to read from: spipe without standard input says so, and fails', async () => {
    const { code, stderr } = await runSpiped(scope, spipe, { command: inShell('exec <&-', SPIPE) });
    expect(code).toBe(1);
    expect(stderr).toBe('spipe: standard input is closed: there is nothing to read from\n');
  });

  test('is no empty key (-k -), in the background neither', async () => {
    for (const where of [['-F'], ['-p', 'pid']]) {
      const args = ['-d', '-s', path('s'), '-t', path('t'), '-k', '-', ...where];
      const { code, stderr } = await runSpiped(scope, args, { command: inShell('exec <&-') });
      expect(code).toBe(1);
      expect(stderr).toBe('spiped: -k "-": cannot read key from standard input: it is closed\n');
    }
  });

  test('does not keep a daemon from serving', async () => {
    await openTarget(scope, 't', (socket) => void socket.pipe(socket));
    await listening(server(), { command: inShell('exec <&- >&- 2>&-') });
    const args = ['-t', path('s'), '-k', path('key')];
    const client = startSpiped(scope, args, { command: SPIPE, input: 'served' });
    expect(await client.ended).toMatchObject({ code: 0, stdout: 'served' });
  });
});

describe('Files are read before they may be out of reach:', () => {
  /** The commands in a folder that only root can enter. */
  function privateCommand(): readonly string[] {
    mkdirSync(path('private'), { mode: 0o700 });
    const [command = ''] = SPIPED;
    cpSync(command, path('private/spiped.js'));
    writeFileSync(path('private/package.json'), '{"type":"module"}');
    return [path('private/spiped.js')];
  }

  test.skipIf(NOT_ROOT !== undefined)(
    'the user of -u cannot read the program, and its thread and its workers start (needs root)',
    async () => {
      const command = privateCommand();
      await openTarget(scope, 't', (socket) => void socket.pipe(socket));
      execFileSync('chmod', ['755', scope.directory]);
      for (const more of [[], ['--workers', '2']]) {
        const args = server('-u', 'nobody', '--log-level', 'debug', ...more);
        const spiped = await listening(args, { command });
        execFileSync('chmod', ['777', path('s'), path('t')]);
        const client = ['-t', path('s'), '-k', path('key')];
        const spipe = startSpiped(scope, client, { command: SPIPE, input: 'served' });
        expect(await spipe.ended).toMatchObject({ code: 0, stdout: 'served' });
        spiped.child.kill('SIGTERM');
        const { code, stderr } = await spiped.ended;
        expect(code).toBe(0);
        expect(stderr).not.toMatch(/thread|worker/);
      }
    },
  );

  test.skipIf(NOT_ROOT !== undefined || NO_PROC !== undefined)(
    'nor read it when it takes the place of a lost worker (needs root and /proc)',
    async () => {
      const command = privateCommand();
      execFileSync('chmod', ['755', scope.directory]);
      const spiped = await listening(server('-u', 'nobody', '--workers', '1'), { command });
      await served();
      const first = await childNamed(spiped.pid, 'spiped-worker');
      process.kill(first, 'SIGKILL');
      await childNamed(spiped.pid, 'spiped-worker', first);
      expect(spiped.stderr()).not.toMatch(/could not be started/);
    },
  );

  test.each([[[]], [['--workers', '1']]])(
    'the working directory has been removed, and nothing is missed (%j)',
    async (more) => {
      mkdirSync(path('gone'));
      await openTarget(scope, 't', (socket) => void socket.pipe(socket));
      const command = inShell('cd gone && rmdir ../gone');
      const spiped = await listening(server(...more), { command });
      const client = ['-t', path('s'), '-k', path('key')];
      const spipe = startSpiped(scope, client, { command: SPIPE, input: 'served' });
      expect(await spipe.ended).toMatchObject({ code: 0, stdout: 'served' });
      spiped.child.kill('SIGTERM');
      expect(await spiped.ended).toMatchObject({ code: 0, stderr: '' });
      expect(() => rmdirSync(path('gone'))).toThrow(/ENOENT/);
    },
  );
});

describe('What Node sets up for itself', () => {
  test('is as many descriptors as may be had', async ({ skip }) => {
    if (NO_PROC !== undefined) skip(NO_PROC);
    const { pid } = await listening(server(), { command: inShell('ulimit -Sn 64') });
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    const [, soft, hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(limits) ?? [];
    expect(soft).toBeDefined();
    expect(soft).toBe(hard);
  });

  test('are threads, which all take the identity of -u', async ({ skip }) => {
    if ((NOT_ROOT ?? NO_PROC) !== undefined) skip(NOT_ROOT ?? NO_PROC);
    execFileSync('chmod', ['755', scope.directory]);
    const { pid } = await listening(server('-u', 'nobody:nogroup'));
    await served();
    const identities = readdirSync(`/proc/${pid}/task`).map((task) =>
      readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8')
        .match(/^[UG]id:.*$/gm)
        ?.join(),
    );
    expect(identities.length).toBeGreaterThan(1);
    expect(new Set(identities).size).toBe(1);
    const nobody = execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }).trim();
    expect(identities[0]).toMatch(new RegExp(`^Uid:(\\s+${nobody}){4}`));
  });

  test('are the settings of its terminal, which a daemon does not bring back when it ends', async ({
    skip,
  }) => {
    if (spawnSync('script', ['--version']).status !== 0) skip('this needs script (util-linux)');
    const words = [...SPIPED, ...server('-p', path('pid'))];
    const daemon = words.map((word) => `'${word}'`).join(' ');
    writeFileSync(
      path('session'),
      `${daemon} && stty -echo && kill $(cat ${path('pid')})
       while kill -0 $(cat ${path('pid')}) 2>/dev/null; do :; done
       stty -a >${path('settings')}`,
    );
    execFileSync('script', ['-qec', `sh ${path('session')}`, '/dev/null'], { stdio: 'ignore' });
    expect(readFileSync(path('settings'), 'utf8')).toMatch(/ -echo /);
  });
});
