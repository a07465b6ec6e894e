/**
 * What spipe does to the descriptors that it is lent: nothing. The shell that started it, and the
 * commands after it, share them.
 *
 * The shell of these tests is joined to us by sockets, as Node makes them; with `cat` in front and
 * behind, it has pipes.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { within } from '../../conformance/subjects/deadline.ts';
import { SCOPE_MARK, Scope } from '../../conformance/subjects/scope.ts';
import {
  isAlive,
  isListening,
  NO_PROC,
  openTarget,
  SPIPE,
  startSpiped,
  until,
  writeKey,
} from './testing/spiped-process.ts';

const O_NONBLOCK = 0o4000;

let scope: Scope;
let key: string;
beforeEach(async () => {
  scope = await Scope.open();
  key = writeKey(scope);
});
afterEach(() => scope.close());

const place = (name: string): string => join(scope.directory, name);

/** A `spiped -d` in front of a target with this behaviour. */
async function behindPipe(behaviour: (socket: Socket) => void): Promise<void> {
  await openTarget(scope, 't', behaviour);
  startSpiped(scope, ['-F', '-d', '-s', place('d'), '-t', place('t'), '-k', key, '-o', '60']);
  await until('a spiped that listens', () => isListening(scope, place('d')));
}

interface Shell {
  readonly child: ChildProcess;
  output(): string;
  errors(): string;
  readonly ended: Promise<unknown>;
}

/** A script in which `"$@"` is a spipe to that spiped. Its standard input stays open. */
function shell(script: string, environment: NodeJS.ProcessEnv = {}): Shell {
  const spipe = [...SPIPE, '-t', place('d'), '-k', key, '-o', '60'];
  const child = spawn('/bin/bash', ['-c', script, 'sh', ...spipe], {
    cwd: scope.directory,
    env: { ...process.env, SCRIPT: script, ...environment, [SCOPE_MARK]: scope.mark },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  child.stdin?.on('error', () => {});
  scope.onAccount(() => JSON.stringify(said));
  scope.onClose(() => child.stdin?.destroy());
  const ended = within(`the end of ${script}`, once(child, 'close'));
  return { child, output: () => said.stdout, errors: () => said.stderr, ended };
}

/** Whether what is behind this descriptor of a process does not block. */
function isNonBlocking(pid: number | string, descriptor: number): boolean {
  const info = readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8');
  return (Number.parseInt(/^flags:\s+(\d+)/m.exec(info)?.[1] ?? '', 8) & O_NONBLOCK) !== 0;
}

/** Runs spipe, and then says on `flags` what the shell's own standard streams are like. */
const LEND = `
  exec 8<&0 9>&1
  "$@" <&8 & echo $! >pid.new; mv pid.new pid
  wait $!; echo "status $?" >status
  grep -h flags: /proc/self/fdinfo/8 /proc/self/fdinfo/9 >flags.new; mv flags.new flags`;

const KINDS = {
  sockets: LEND,
  // Two processes that do nothing else, as a script has them.
  pipes: `cat | { ${LEND}; } | cat`,
};

function flagsAfter(): readonly boolean[] {
  const words = readFileSync(place('flags'), 'utf8').match(/\d+/g) ?? [];
  return words.map((word) => (Number.parseInt(word, 8) & O_NONBLOCK) !== 0);
}

describe.skipIf(NO_PROC)('a shell (needs /proc)', () => {
  //= CL-55
  //# A program SHOULD NOT change the flags of an open file description that it shares, such as the
  //# pipe at its standard output.
  test.each(Object.entries(KINDS))(
    'lends %s that block while spipe runs, and after',
    async (kind, script) => {
      let received = '';
      await behindPipe((socket) => {
        socket.on('data', (bytes) => {
          received += bytes;
        });
        socket.on('end', () => socket.end('bye'));
        socket.write('hello');
      });
      const { child, output, ended } = shell(script);
      child.stdin?.write('question');
      await until('both directions', () => output() === 'hello' && received === 'question');
      const pid = readFileSync(place('pid'), 'utf8').trim();
      expect([isNonBlocking(pid, 0), isNonBlocking(pid, 1)]).toEqual([false, false]);
      const relays = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? [];
      expect(relays).toHaveLength(kind === 'sockets' ? 2 : 0);
      child.stdin?.end();
      await ended;
      expect(output()).toBe('hellobye');
      expect(readFileSync(place('status'), 'utf8')).toBe('status 0\n');
      expect(flagsAfter()).toEqual([false, false]);
    },
  );

  test.each(Object.entries(KINDS))(
    'lends %s that block after a SIGKILL of spipe',
    async (_, script) => {
      await behindPipe((socket) => socket.write('hello'));
      const { child, output, ended } = shell(script);
      await until('data', () => output() === 'hello');
      const pid = Number(readFileSync(place('pid'), 'utf8'));
      process.kill(pid, 'SIGKILL');
      await until('the flags', () => existsSync(place('flags')));
      expect(flagsAfter()).toEqual([false, false]);
      expect(isAlive(pid)).toBe(false);
      // A relay that is left ends with the input.
      child.stdin?.end();
      await ended;
    },
  );

  test('has its socket for itself when spipe was ended by SIGTERM', async () => {
    await behindPipe((socket) => {
      socket.on('error', () => {});
      socket.write('hello');
    });
    const { child, output, ended } = shell(
      `"$@" <&0 & echo $! >pid.new; mv pid.new pid; wait $!; echo "; status $?"; head -c 4`,
    );
    await until('data', () => output() === 'hello');
    process.kill(Number(readFileSync(place('pid'), 'utf8')), 'SIGTERM');
    await until('the end of spipe', () => output() === 'hello; status 0\n');
    child.stdin?.write('next');
    await ended;
    expect(output()).toBe('hello; status 0\nnext');
  });
});

describe('standard input and output', () => {
  test('that are sockets carry a megabyte each way, and their ends', async () => {
    let received = 0;
    await behindPipe((socket) => {
      socket.on('data', (bytes) => {
        received += bytes.length;
      });
      socket.end(Buffer.alloc(1_000_000, 'x'));
    });
    const { child, output, ended } = shell('"$@"; echo "status $?"');
    child.stdin?.end(Buffer.alloc(1_000_000, 'y'));
    await ended;
    expect(output()).toHaveLength(1_000_000 + 'status 0\n'.length);
    expect(output().slice(-10)).toBe('xstatus 0\n');
    expect(received).toBe(1_000_000);
  });

  //= CL-44
  //# The end of its standard input MUST be passed on by `spipe` as CN-10 says, and the end of what
  //# the target sends as the end of standard output.
  test('CN-10: a socket at standard output ends at once, while the input goes on', async () => {
    await behindPipe((socket) => socket.end('all'));
    const { child, output, ended } = shell('exec "$@"');
    await once(child.stdout as NodeJS.EventEmitter, 'end');
    expect(output()).toBe('all');
    child.stdin?.end();
    await ended;
    expect(child.exitCode).toBe(0);
  });

  test('a socket that nobody reads is one line and status 1', async () => {
    await behindPipe((socket) => {
      socket.on('error', () => {});
      socket.write(Buffer.alloc(1_000_000, 'x'));
    });
    const { child, errors, ended } = shell('exec "$@"');
    child.stdout?.destroy();
    await ended;
    expect(errors()).toMatch(
      /^spipe: reading standard input or writing standard output failed: (EPIPE|ECONNRESET)\b/,
    );
    expect(child.exitCode).toBe(1);
  });

  test('a FIFO with a name, whose writer has gone before, is at its end', async () => {
    if (spawnSync('mkfifo', [place('fifo')]).status !== 0) throw new Error('no mkfifo');
    let received = '';
    await behindPipe((socket) => {
      socket.on('data', (bytes) => {
        received += bytes;
      });
      socket.on('end', () => socket.end('bye'));
    });
    const { output, ended } = shell('echo hello >fifo & "$@" <fifo; echo "status $?"');
    await ended;
    expect({ received, output: output() }).toEqual({
      received: 'hello\n',
      output: 'byestatus 0\n',
    });
  });

  test('one socket for both, as under inetd, is shut down at the end of the output', async ({
    skip,
  }) => {
    if (NO_PROC) skip(NO_PROC);
    await behindPipe((socket) => {
      let received = '';
      socket.on('data', (bytes) => {
        received += bytes;
      });
      socket.on('end', () => received === 'understood' || socket.destroy());
      socket.end('all I have to say');
    });
    let nonBlocking: boolean | undefined;
    // The peer answers an end only, and bash makes a socket that blocks.
    const peer = createServer({ allowHalfOpen: true }, (socket) => {
      let said = '';
      socket.on('data', (bytes) => {
        said += bytes;
      });
      socket.on('end', () => {
        nonBlocking = isNonBlocking(readFileSync(place('pid'), 'utf8').trim(), 0);
        socket.end(said === 'all I have to say' ? 'understood' : 'what?');
      });
    });
    peer.listen(0, '127.0.0.1');
    await once(peer, 'listening');
    scope.onClose(() => peer.close());
    const { port } = peer.address() as { port: number };
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port}
      "$@" <&3 >&3 & echo $! >pid.new; mv pid.new pid; wait $!; echo "status $?"`;
    const { output, ended } = shell(script);
    await ended;
    expect(output()).toBe('status 0\n');
    expect(nonBlocking).toBe(false);
  });

  test('are used all the same where there is no cat', async () => {
    await behindPipe((socket) => socket.end('hello'));
    const { child, output, ended } = shell('PATH=/nowhere exec "$@"', {
      SPIPED_NODE: process.execPath,
    });
    child.stdin?.end();
    await ended;
    expect(output()).toBe('hello');
    expect(child.exitCode).toBe(0);
  });
});
