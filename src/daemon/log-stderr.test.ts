/** Standard error that fails: what a line costs then. The last tests do it to real processes. */

import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { directSink, type WriteNow } from './log-stderr.ts';
import { NO_PROC } from './testing/spiped-process.ts';

function line(text: string) {
  return { level: 'warn', prefix: 'spiped: ', text } as const;
}

/** What was written, by a writer that takes as many bytes as these numbers say, then all. */
function writer(...takes: (number | Error)[]): { written: () => string; write: WriteNow } {
  const chunks: Buffer[] = [];
  const write: WriteNow = (bytes) => {
    const take = takes.shift() ?? bytes.length;
    if (take instanceof Error) throw take;
    chunks.push(Buffer.from(bytes.subarray(0, take)));
    return Math.min(take, bytes.length);
  };
  return { write, written: () => Buffer.concat(chunks).toString() };
}

describe('a line', () => {
  test('is written at once, with its prefix and a line feed', () => {
    const { write, written } = writer();
    expect(directSink(write).write(line('one…'))).toBe(true);
    expect(written()).toBe('spiped: one…\n');
  });

  test('that cannot be written is lost, and the next one is tried again', () => {
    const { write, written } = writer(new Error('EAGAIN'), new Error('EPIPE'));
    const sink = directSink(write);
    expect(sink.write(line('one'))).toBe(false);
    expect(sink.write(line('two'))).toBe(false);
    expect(sink.write(line('three'))).toBe(true);
    expect(written()).toBe('spiped: three\n');
  });

  test('that was cut does not run into the next one', () => {
    const { write, written } = writer(10, new Error('EAGAIN'));
    const sink = directSink(write);
    expect(sink.write(line('one'))).toBe(false);
    expect(sink.write(line('two'))).toBe(false);
    expect(sink.write(line('three'))).toBe(true);
    expect(sink.write(line('four'))).toBe(true);
    expect(written()).toBe('spiped: on\nspiped: three\nspiped: four\n');
  });
});

/**
 * A process that logs lines of its own kind each, and ends as told: in order, at once, or at once
 * when it has begun to write the first of them (the second turn of the loop begins it).
 */
const PROGRAM = `
  import { setImmediate } from 'node:timers/promises';
  import { createLogger } from './log.ts';
  const [count, end] = process.argv.slice(1);
  const logger = createLogger({ program: 'spiped', level: 'info', format: 'text' });
  for (let i = 0; i < Number(count); i++) logger.log('info', 'some-event', i + ' ' + 'x'.repeat(90));
  if (end === 'exit while writing') {
    await setImmediate();
    await setImmediate();
  }
  if (end === 'kill') process.kill(process.pid, 'SIGKILL');
  if (end === 'close') {
    await logger.close();
    process.stdout.write('done');
  }
  process.exit();
`;

/** Bundled, as it is delivered: a loader of TypeScript would use standard error before we do. */
const BUNDLE = buildSync({
  stdin: { contents: PROGRAM, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
}).outputFiles[0]?.text;

/** What is written and not read waits in the kernel, and that has room for less than this. */
const TOO_MANY = '5000';

function start(
  stderr: 'pipe' | number,
  count = TOO_MANY,
  end: 'close' | 'exit' | 'exit while writing' | 'kill' = 'close',
): ChildProcessByStdio<null, Readable, Readable | null> {
  const args = ['--input-type=module', '--eval', BUNDLE ?? '', count, end];
  return spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', stderr],
    timeout: 40_000,
  }) as ChildProcessByStdio<null, Readable, Readable | null>;
}

async function endOf(child: ReturnType<typeof start>): Promise<string> {
  const ended = once(child, 'exit');
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const [code, signal] = await ended;
  return `${Buffer.concat(chunks)}, ${code ?? signal}`;
}

/** A pipe that has both ends in this process, and one in a child that is given it. */
function openPipe(): { descriptor: number; close: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'spiped-'));
  const path = join(directory, 'pipe');
  if (spawnSync('mkfifo', [path]).status !== 0) throw new Error('mkfifo failed');
  const descriptor = openSync(path, 'r+');
  return {
    descriptor,
    close: () => {
      closeSync(descriptor);
      rmSync(directory, { recursive: true });
    },
  };
}

/** Whether the description that this process shares with the child does not block. */
function isNonBlocking(descriptor: number): boolean {
  const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
  return (Number.parseInt(/^flags:\s+(\d+)/m.exec(info)?.[1] ?? '', 8) & 0o4000) !== 0;
}

describe('a process', () => {
  //= CL-51
  //# A message that cannot be written MUST NOT end the program, and MUST NOT hold up a connection.
  //= CL-55
  //# A program SHOULD NOT change the flags of an open file description that it shares, such as the
  //# pipe at its standard output.
  test.skipIf(NO_PROC)(
    'whose standard error is a pipe that nobody reads goes on, ends, and leaves it blocking (needs /proc)',
    async () => {
      const pipe = openPipe();
      try {
        const child = start(pipe.descriptor);
        const ended = endOf(child);
        await once(child.stdout, 'data');
        expect(isNonBlocking(pipe.descriptor)).toBe(false);
        expect(await ended).toBe('done, 0');
        expect(isNonBlocking(pipe.descriptor)).toBe(false);
      } finally {
        pipe.close();
      }
    },
  );

  test('whose standard error is a socket that nobody reads goes on, and ends by a signal', async () => {
    const child = start('pipe');
    expect(await endOf(child)).toBe('done, SIGKILL');
    child.stderr?.destroy();
  });

  /** The numbers of the lines that a process says before it ends like this, in their order. */
  async function numbersOf(end: Parameters<typeof start>[2]): Promise<readonly number[]> {
    const child = start('pipe', '500', end);
    const chunks: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    const read = once(child, 'close');
    expect(await endOf(child)).toBe(end === 'close' ? 'done, 0' : ', 0');
    await read;
    const lines = Buffer.concat(chunks)
      .toString()
      .matchAll(/^spiped: (\d+) x{90}$/gm);
    return [...lines].map(([, number]) => Number(number));
  }

  const everyNumber = Array.from({ length: 500 }, (_, index) => index);

  test.each(['close', 'exit'] as const)(
    'whose standard error is a socket ends (%s) right after its lines, and all are there in order',
    async (end) => {
      expect(await numbersOf(end)).toEqual(everyNumber);
    },
  );

  test('whose standard error is a socket loses none when it exits while one is written', async () => {
    // Two threads are at it then, and the system may let the later one go first.
    const numbers = await numbersOf('exit while writing');
    expect([...numbers].sort((one, other) => one - other)).toEqual(everyNumber);
  });

  test.skipIf(NO_PROC)(
    'whose standard error is a socket leaves it blocking, also while it runs (needs /proc)',
    async () => {
      // The shell has the socket, too, and looks at it when the lines were said, and at the end.
      const script = `look() { grep -h flags: /proc/self/fdinfo/2; }
        "$@" | { read -n 4 -r word; look; }; look`;
      const args = ['-c', script, 'sh', process.execPath, '--input-type=module', '--eval'];
      const child = spawn('/bin/bash', [...args, BUNDLE ?? '', '10', 'close'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stderr.resume();
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
      });
      await once(child, 'close');
      const flags = said.match(/\d+/g) ?? [];
      expect(flags).toHaveLength(2);
      for (const each of flags) expect(Number.parseInt(each, 8) & 0o4000).toBe(0);
    },
  );

  test('whose standard error is a file has written its lines when it is killed right after', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'spiped-'));
    const file = openSync(join(directory, 'log'), 'w');
    try {
      expect(await endOf(start(file, '3', 'kill'))).toBe(', SIGKILL');
      const lines = readFileSync(join(directory, 'log'), 'utf8').match(/^spiped: \d(?= x{90}$)/gm);
      expect(lines).toEqual(['spiped: 0', 'spiped: 1', 'spiped: 2']);
    } finally {
      closeSync(file);
      rmSync(directory, { recursive: true });
    }
  });

  test('whose standard error is closed at the other end goes on, and ends', async () => {
    const child = start('pipe');
    child.stderr?.destroy();
    expect(await endOf(child)).toBe('done, 0');
  });

  test.runIf(existsSync('/dev/full'))(
    'whose standard error is on a full disk goes on, and ends (needs /dev/full)',
    async () => {
      const full = openSync('/dev/full', 'w');
      try {
        expect(await endOf(start(full))).toBe('done, 0');
      } finally {
        closeSync(full);
      }
    },
  );
});
