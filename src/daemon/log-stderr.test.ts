/** Standard error that fails: what a line costs then. The last tests do it to real processes. */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { stderrSink, type WriteNow } from './log-stderr.ts';

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
    expect(stderrSink(write).write(line('one…'))).toBe(true);
    expect(written()).toBe('spiped: one…\n');
  });

  test('that cannot be written is lost, and the next one is tried again', () => {
    const { write, written } = writer(new Error('EAGAIN'), new Error('EPIPE'));
    const sink = stderrSink(write);
    expect(sink.write(line('one'))).toBe(false);
    expect(sink.write(line('two'))).toBe(false);
    expect(sink.write(line('three'))).toBe(true);
    expect(written()).toBe('spiped: three\n');
  });

  test('that was cut does not run into the next one', () => {
    const { write, written } = writer(10, new Error('EAGAIN'));
    const sink = stderrSink(write);
    expect(sink.write(line('one'))).toBe(false);
    expect(sink.write(line('two'))).toBe(false);
    expect(sink.write(line('three'))).toBe(true);
    expect(sink.write(line('four'))).toBe(true);
    expect(written()).toBe('spiped: on\nspiped: three\nspiped: four\n');
  });
});

/** A process that logs 5,000 lines of its own kind each, and then says on standard output: done. */
const PROGRAM = `
  import { createLogger } from './log.ts';
  const logger = createLogger({ program: 'spiped', level: 'info', format: 'text' });
  for (let i = 0; i < 5000; i++) logger.log('info', 'some-event', 'x'.repeat(90));
  await logger.close();
  process.stdout.write('done');
`;

/** Bundled, as it is delivered: a loader of TypeScript would use standard error before we do. */
const BUNDLE = buildSync({
  stdin: { contents: PROGRAM, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
}).outputFiles[0]?.text;

function start(stderr: 'pipe' | number): ChildProcessByStdio<null, Readable, Readable | null> {
  const args = ['--input-type=module', '--eval', BUNDLE ?? ''];
  // What is written and not read waits in the kernel, and that has room for less than this.
  return spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', stderr],
    timeout: 40_000,
  }) as ChildProcessByStdio<null, Readable, Readable | null>;
}

async function endOf(child: ReturnType<typeof start>): Promise<string> {
  const ended = once(child, 'exit');
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const [code] = await ended;
  return `${Buffer.concat(chunks)}, ${code}`;
}

describe('a process', () => {
  //= CL-51
  //# A message that cannot be written MUST NOT end the program, and MUST NOT hold up a connection.
  test('whose standard error nobody reads goes on, and ends', async () => {
    const child = start('pipe');
    expect(await endOf(child)).toBe('done, 0');
    child.stderr?.destroy();
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
