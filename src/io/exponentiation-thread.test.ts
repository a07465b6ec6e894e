/**
 * Goal of these tests: the thread gives what the event loop's own thread would, and its loss costs
 * no connection anything.
 */

import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { computeSharedSecret, generateKeyPair, type KeyPair } from '../crypto/index.ts';
import type { Exponentiator } from './exponentiation.ts';
import { createExponentiationThread, type ThreadedExponentiator } from './exponentiation-thread.ts';

/** As it is built: Node 20 does not load TypeScript in a thread. */
const script = new URL('../../dist/io/exponentiation-worker.js', import.meta.url);

let thread: ThreadedExponentiator | undefined;
afterEach(() => thread?.close());

const pairOf = (exponentiator: Exponentiator): Promise<KeyPair> =>
  new Promise((resolve) => void exponentiator.generateKeyPair(resolve));
const secretOf = (exponentiator: Exponentiator, x: Uint8Array, y: Uint8Array) =>
  new Promise<Uint8Array>((resolve) => void exponentiator.computeSharedSecret(x, y, resolve));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let losses = 0;
const lost = (): void => {
  losses += 1;
};
beforeEach(() => {
  losses = 0;
});

/** Resolves when the thread does the work. */
async function untilThreadWorks(started: ThreadedExponentiator): Promise<void> {
  while (!started.running && losses === 0) await turn();
  expect(started.running).toBe(true);
}

test('HS-8, HS-16: pairs and secrets are right, each pair is fresh, nothing is answered at once', async () => {
  thread = createExponentiationThread({ ahead: 3, script, lost });
  thread.start();
  await untilThreadWorks(thread);
  const seen = new Set<string>();
  for (let i = 0; i < 12; i++) {
    let answered = false;
    const asked = pairOf(thread).finally(() => {
      answered = true;
    });
    expect(answered).toBe(false);
    const { x, y } = await asked;
    expect(y).toEqual(generateKeyPair(x).y);
    seen.add(Buffer.from(x).toString('hex'));
    const other = generateKeyPair(new Uint8Array(32).fill(i));
    expect(await secretOf(thread, x, other.y)).toEqual(computeSharedSecret(other.x, y));
  }
  expect(seen.size).toBe(12);
  expect(losses).toBe(0);
});

test('many at once: each gets the answer to its own question', async () => {
  thread = createExponentiationThread({ script, lost });
  thread.start();
  await untilThreadWorks(thread);
  const { x, y } = generateKeyPair(new Uint8Array(32).fill(7));
  const questions = Array.from({ length: 20 }, (_, i) => new Uint8Array(32).fill(i + 1));
  const current = thread;
  const answers = await Promise.all(questions.map((own) => secretOf(current, own, y)));
  for (const [i, own] of questions.entries()) {
    expect(answers[i]).toEqual(computeSharedSecret(x, generateKeyPair(own).y));
  }
});

test('a cancelled request is never answered, before or after it has reached the thread', async () => {
  thread = createExponentiationThread({ ahead: 0, script, lost });
  thread.start();
  await untilThreadWorks(thread);
  const { y } = generateKeyPair(new Uint8Array(32).fill(7));
  const heard: number[] = [];
  const cancels = Array.from({ length: 6 }, (_, i) =>
    thread?.computeSharedSecret(new Uint8Array(32).fill(i + 1), y, () => heard.push(i)),
  );
  for (const i of [0, 1, 3, 4]) cancels[i]?.();
  await pairOf(thread);
  expect(heard).toEqual([2, 5]);
});

test('before it is started, and with a thread that cannot begin, all is answered all the same', async () => {
  thread = createExponentiationThread({
    lost,
    script: new URL('file:///nonexistent/exponentiation-worker.js'),
  });
  const { x, y } = await pairOf(thread);
  expect(y).toEqual(generateKeyPair(x).y);
  thread.start();
  while (losses === 0) {
    const pair = await pairOf(thread);
    expect(pair.y).toEqual(generateKeyPair(pair.x).y);
  }
  expect((await pairOf(thread)).y).toHaveLength(256);
  expect(losses).toBe(1);
});

test('CN-15: what a lost thread owed is answered without it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spiped-thread-'));
  try {
    // Runs, and ends at the first request.
    const script = join(folder, 'ends.mjs');
    writeFileSync(
      script,
      "import { parentPort } from 'node:worker_threads';\n" +
        "parentPort.on('message', () => process.exit(0));\n" +
        "parentPort.postMessage('ready');\n",
    );
    thread = createExponentiationThread({
      ahead: 0,
      lost,
      script: pathToFileURL(script),
    });
    thread.start();
    await untilThreadWorks(thread);
    const own = Array.from({ length: 5 }, (_, i) => new Uint8Array(32).fill(i + 1));
    const { y } = generateKeyPair(new Uint8Array(32).fill(9));
    const current = thread;
    const answers = await Promise.all(own.map((x) => secretOf(current, x, y)));
    expect(answers).toEqual(own.map((x) => computeSharedSecret(x, y)));
    expect(losses).toBe(1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
