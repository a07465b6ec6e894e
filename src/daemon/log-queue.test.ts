/** Lines that a thread writes: what is lost is counted. What a whole process does is log-stderr.test.ts. */

import fs, { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import { queueSink } from './log-queue.ts';

/** Have the lines written by this instead of the system. */
function writeBy(write: (bytes: Buffer, done: (error: null, written: number) => void) => void) {
  const spy = vi.spyOn(fs, 'write') as unknown as MockInstance<(...args: unknown[]) => void>;
  spy.mockImplementation((_, bytes, done) => write(bytes as Buffer, done as never));
  syncBuiltinESMExports();
}

const line = (text: string) => ({ level: 'warn', prefix: 'spiped: ', text }) as const;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spiped-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  vi.useRealTimers();
});

test('lines are written in their order, and all of them before it is closed', async () => {
  const descriptor = openSync(join(directory, 'log'), 'w');
  const sink = queueSink(descriptor);
  for (const text of ['one…', 'two', 'three']) expect(sink.write(line(text))).toBe(true);
  await sink.flush?.();
  closeSync(descriptor);
  expect(readFileSync(join(directory, 'log'), 'utf8')).toBe(
    'spiped: one…\nspiped: two\nspiped: three\n',
  );
  expect(sink.takeLost?.()).toBe(0);
});

test('a line that could not be written is counted, once', async () => {
  const descriptor = openSync('/dev/null', 'r');
  const sink = queueSink(descriptor);
  for (const text of ['one', 'two']) expect(sink.write(line(text))).toBe(true);
  await sink.flush?.();
  closeSync(descriptor);
  expect([sink.takeLost?.(), sink.takeLost?.()]).toEqual([2, 0]);
});

test('more lines than may wait are refused, and those before them arrive', async () => {
  const descriptor = openSync(join(directory, 'log'), 'w');
  const sink = queueSink(descriptor);
  let taken = 0;
  while (taken < 100_000 && sink.write(line('x'.repeat(1000)))) taken += 1;
  expect(taken).toBe(Math.floor((256 * 1024) / 1009));
  await sink.flush?.();
  closeSync(descriptor);
  expect(readFileSync(join(directory, 'log'), 'utf8').length).toBe(taken * 1009);
});

test('what was written makes room for as much again', async () => {
  const descriptor = openSync('/dev/null', 'w');
  const sink = queueSink(descriptor);
  const half = line('x'.repeat(200 * 1024));
  for (let i = 0; i < 5; i++) {
    expect([sink.write(half), sink.write(half)]).toEqual([true, false]);
    await sink.flush?.();
  }
  closeSync(descriptor);
});

test('of a line that was written in part, the rest follows', async () => {
  const written: string[] = [];
  writeBy((bytes, done) => {
    const part = bytes.subarray(0, 7);
    written.push(part.toString());
    setImmediate(done, null, part.length);
  });
  const sink = queueSink(2);
  for (const text of ['one', 'two']) sink.write(line(text));
  await sink.flush?.();
  expect(written.join('')).toBe('spiped: one\nspiped: two\n');
  expect(sink.takeLost?.()).toBe(0);
});

test('a write that never ends is waited for a second, and the lines behind it are lost', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const started = new Promise<void>((resolve) => {
    writeBy(() => resolve());
  });
  const sink = queueSink(2);
  for (const text of ['one', 'two', 'three']) sink.write(line(text));
  await started;
  const closed = sink.flush?.();
  vi.advanceTimersByTime(999);
  expect(sink.takeLost?.()).toBe(0);
  vi.advanceTimersByTime(1);
  await closed;
  expect([sink.takeLost?.(), sink.takeLost?.()]).toEqual([2, 0]);
});
