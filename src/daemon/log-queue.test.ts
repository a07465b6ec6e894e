/** Lines that a thread writes: what is lost is counted. What a whole process does is log-stderr.test.ts. */

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { queueSink } from './log-queue.ts';

const line = (text: string) => ({ level: 'warn', prefix: 'spiped: ', text }) as const;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spiped-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('lines are written in their order, and all of them before it is closed', async () => {
  const descriptor = openSync(join(directory, 'log'), 'w');
  const sink = queueSink(descriptor);
  for (const text of ['one…', 'two', 'three']) expect(sink.write(line(text))).toBe(true);
  await sink.close?.();
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
  await sink.close?.();
  closeSync(descriptor);
  expect([sink.takeLost?.(), sink.takeLost?.()]).toEqual([2, 0]);
});

test('more lines than may wait are refused, and those before them arrive', async () => {
  const descriptor = openSync(join(directory, 'log'), 'w');
  const sink = queueSink(descriptor);
  let taken = 0;
  while (taken < 100_000 && sink.write(line('x'.repeat(1000)))) taken += 1;
  expect(taken).toBe(Math.floor((256 * 1024) / 1009));
  await sink.close?.();
  closeSync(descriptor);
  expect(readFileSync(join(directory, 'log'), 'utf8').length).toBe(taken * 1009);
});
