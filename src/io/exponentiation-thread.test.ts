/**
 * Goal of these tests: the thread gives what the event loop's own thread would, its loss costs no
 * connection anything, and no secret stays in memory that was there for it.
 */

import crypto from 'node:crypto';
import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import threads, { type WorkerOptions } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { computeSharedSecret, generateKeyPair, type KeyPair } from '../crypto/index.ts';
import type { Exponentiator } from './exponentiation.ts';
import { slotAt } from './exponentiation-slots.ts';
import { ExponentiationThread, type ThreadOptions } from './exponentiation-thread.ts';

/** As it is built: Node 20 does not load TypeScript in a thread. */
const REAL = new URL('../../dist/io/exponentiation-worker.js', import.meta.url);

/** A thread of this test's own, which says that it is ready, and does this with each request. */
const scripted = (onRequest: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, workerData } from 'node:worker_threads';
      const memory = new Uint8Array(workerData);
      const slots = [];
      parentPort.on('message', ({ slot }) => { ${onRequest} });
      parentPort.postMessage('ready');
    `)}`,
  );
/** Answers in the order of requests, with 7s, each time that it is sent a message without a slot. */
const OBEDIENT = scripted(`
  if (slot !== undefined) slots.push(slot);
  else { memory.fill(7); parentPort.postMessage(slots.shift()); }
`);
const ENDING = scripted('process.exit(0);');
/** Writes into all slots until it is ended. */
const STUBBORN = scripted("parentPort.postMessage('working'); for (;;) memory.fill(7);");

/** What a thread was started with. */
const started: { readonly worker: threads.Worker; readonly memory: Uint8Array }[] = [];
const { Worker } = threads;
class SeenWorker extends Worker {
  constructor(script: URL, options: WorkerOptions) {
    super(script, options);
    started.push({ worker: this, memory: new Uint8Array(options.workerData) });
  }
}
let randomFill: MockInstance;
/** Every x that was made, in order. */
const drawn = () => randomFill.mock.calls.map(([x]) => x as Uint8Array);
const ZEROS = new Uint8Array(32);

let losses = 0;
const open: ExponentiationThread[] = [];

beforeEach(() => {
  losses = 0;
  threads.Worker = SeenWorker;
  randomFill = vi.spyOn(crypto, 'randomFillSync');
  syncBuiltinESMExports();
});
afterEach(async () => {
  vi.useRealTimers();
  for (const thread of open.splice(0)) thread.close();
  await Promise.all(started.splice(0).map(({ worker }) => worker.terminate()));
  threads.Worker = Worker;
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function until(done: () => boolean): Promise<void> {
  while (!done()) await turn();
}
function create(options: ThreadOptions = {}): ExponentiationThread {
  const lost = (): void => {
    losses += 1;
  };
  const thread = new ExponentiationThread({ ahead: 0, script: REAL, lost, ...options });
  open.push(thread);
  return thread;
}
/** A thread that does the work, and what it was started with. */
async function begin(options: ThreadOptions = {}) {
  const thread = create(options);
  thread.start();
  await until(() => thread.running || losses > 0);
  expect(thread.running).toBe(true);
  const [seen] = started;
  if (seen === undefined) throw new Error('nothing was started');
  return { thread, ...seen };
}

const pairOf = (exponentiator: Exponentiator): Promise<KeyPair> =>
  new Promise((resolve) => void exponentiator.generateKeyPair(resolve));
const secretOf = (exponentiator: Exponentiator, x: Uint8Array, y: Uint8Array) =>
  new Promise<Uint8Array>((resolve) => void exponentiator.computeSharedSecret(x, y, resolve));
const bytes = (value: number, length = 32): Uint8Array => new Uint8Array(length).fill(value);
const isZero = (memory: Uint8Array): boolean => memory.every((byte) => byte === 0);
/** A base that no power is computed of without an exception. */
const NOT_TO_BE_COMPUTED = bytes(255, 256);
const never = (): void => expect.unreachable('this was given up');

test('HS-8, HS-16: pairs and secrets are right, each pair is fresh, nothing is answered at once', async () => {
  const { thread } = await begin({ ahead: 3 });
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
    const other = generateKeyPair(bytes(i));
    expect(await secretOf(thread, x, other.y)).toEqual(computeSharedSecret(other.x, y));
  }
  expect(seen.size).toBe(12);
  expect(losses).toBe(0);
});

test('many at once: each gets the answer to its own question', async () => {
  const { thread } = await begin();
  const { x, y } = generateKeyPair(bytes(7));
  const questions = Array.from({ length: 20 }, (_, i) => bytes(i + 1));
  const answers = await Promise.all(questions.map((own) => secretOf(thread, own, y)));
  for (const [i, own] of questions.entries()) {
    expect(answers[i]).toEqual(computeSharedSecret(x, generateKeyPair(own).y));
  }
});

test('so many pairs are made ahead as are to lie ready, one at a time, and no more', async () => {
  const { thread, worker } = await begin({ ahead: 3, script: OBEDIENT });
  for (const made of [1, 2, 3]) {
    expect(drawn()).toHaveLength(made);
    worker.postMessage({});
    await once(worker, 'message');
  }
  expect(drawn()).toHaveLength(3);
  // As long as half of them are there, the thread stays free for this connection's next question.
  expect((await pairOf(thread)).x).toBe(drawn()[0]);
  await turn();
  expect(drawn()).toHaveLength(3);
  expect((await pairOf(thread)).x).toBe(drawn()[1]);
  await turn();
  expect(drawn()).toHaveLength(4);
});

test('a cancelled request is never answered, before or after it has reached the thread', async () => {
  const { thread } = await begin();
  const { y } = generateKeyPair(bytes(7));
  const heard: number[] = [];
  const cancels = Array.from({ length: 6 }, (_, i) =>
    thread.computeSharedSecret(bytes(i + 1), y, () => heard.push(i)),
  );
  for (const i of [0, 1, 3, 4]) cancels[i]?.();
  await pairOf(thread);
  expect(heard).toEqual([2, 5]);
});

test('what is asked next is not answered with the power of a cancelled request', async () => {
  const { thread, worker } = await begin({ script: OBEDIENT });
  for (const _ of [1, 2]) thread.generateKeyPair(never)();
  let answered = false;
  thread.generateKeyPair(() => {
    answered = true;
  });
  for (const done of [false, false, true]) {
    worker.postMessage({});
    await once(worker, 'message');
    expect(answered).toBe(done);
  }
});

test('what is on its way from the thread at the end is not answered with', async () => {
  const script = scripted('parentPort.postMessage(slot); memory.fill(7);');
  const { thread, worker, memory } = await begin({ script });
  thread.generateKeyPair(never);
  // Without a turn of the event loop, in which the message would be taken.
  while (Atomics.load(memory, 0) !== 7);
  thread.close();
  await once(worker, 'exit');
});

test('the thread does not keep the process alive', async () => {
  const unref = vi.spyOn(Worker.prototype, 'unref');
  await begin();
  expect(unref).toHaveBeenCalledOnce();
});

describe('the thread’s loss', () => {
  test('before it is started, and where it cannot begin, all is answered all the same', async () => {
    const thread = create({ script: new URL('file:///nonexistent/exponentiation-worker.js') });
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

  test('CN-15: what it owed is answered without it, but for what was cancelled', async () => {
    const { thread } = await begin({ script: ENDING });
    const own = Array.from({ length: 5 }, (_, i) => bytes(i + 1));
    const { y } = generateKeyPair(bytes(9));
    const given = thread.computeSharedSecret(bytes(1), NOT_TO_BE_COMPUTED, never);
    const asked = Promise.all(own.map((x) => secretOf(thread, x, y)));
    const waiting = thread.computeSharedSecret(bytes(1), NOT_TO_BE_COMPUTED, never);
    const cancelPair = thread.generateKeyPair(never);
    const late = thread.computeSharedSecret(bytes(1), NOT_TO_BE_COMPUTED, never);
    given();
    waiting();
    await until(() => losses > 0);
    late();
    cancelPair();
    expect(drawn()).toEqual([ZEROS]);
    expect(await asked).toEqual(own.map((x) => computeSharedSecret(x, y)));
    expect(losses).toBe(1);
  });

  test('what is done again is done with the same x: there is no other to be overwritten', async () => {
    const { thread } = await begin({ script: ENDING });
    const { x, y } = await pairOf(thread);
    expect(losses).toBe(1);
    expect(drawn()).toEqual([x]);
    expect(y).toEqual(generateKeyPair(x).y);
  });

  /** One more is begun when this time is over, and not before. */
  async function expectRestart(thread: ExponentiationThread, pause: number): Promise<void> {
    const times = started.length;
    vi.advanceTimersByTime(pause - 1);
    expect(started).toHaveLength(times);
    vi.advanceTimersByTime(1);
    expect(started).toHaveLength(times + 1);
    await until(() => thread.running);
  }

  test('it is started again, after a pause that grows until one has done some work', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { thread } = await begin();
    for (const pause of [1000, 2000, 4000]) {
      await started.at(-1)?.worker.terminate();
      expect(thread.running).toBe(false);
      expect(losses).toBe(started.length);
      // Without a thread, too, this is answered.
      await pairOf(thread);
      await expectRestart(thread, pause);
    }
    const { x, y } = await pairOf(thread);
    expect(y).toEqual(generateKeyPair(x).y);
    await started.at(-1)?.worker.terminate();
    await expectRestart(thread, 1000);
  });

  test('what one says or does that has been given up concerns no other', async () => {
    const { thread, worker } = await begin({ ahead: 1, script: OBEDIENT });
    thread.close();
    thread.start();
    worker.emit('message', 'ready');
    expect(thread.running).toBe(false);
    await once(worker, 'exit');
    expect(losses).toBe(0);
    await until(() => thread.running);
    expect(started).toHaveLength(2);
    // The first pair that was being made ahead went with the other thread.
    expect(drawn()).toHaveLength(2);
    worker.emit('message', 0);
    expect(isZero(started[1]?.memory ?? ZEROS)).toBe(false);
  });

  test('where it can never be started, this is tried a few times an hour in the end', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    // Refused by the constructor.
    create({ script: new URL('http://127.0.0.1/') }).start();
    expect(losses).toBe(1);
    vi.advanceTimersByTime(3_600_000);
    expect(losses).toBeGreaterThan(10);
    const before = losses;
    vi.advanceTimersByTime(3_600_000);
    expect(losses - before).toBe(6);
  });

  test('the wait for the next start does not keep the process alive, and ends with all', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const thread = create({ script: new URL('http://127.0.0.1/') });
    thread.start();
    const timer = timers.mock.results[0]?.value as NodeJS.Timeout & { _destroyed?: boolean };
    expect(timer.hasRef()).toBe(false);
    const cleared = vi.spyOn(globalThis, 'clearTimeout');
    thread.close();
    expect(cleared).toHaveBeenCalledWith(timer);
  });
});

describe('HS-23: erased is', () => {
  const y = bytes(3, 256);

  test('a slot, when its answer has been read', async () => {
    const { thread, worker, memory } = await begin({ script: OBEDIENT });
    const x = bytes(5);
    const asked = secretOf(thread, x, y);
    expect(slotAt(memory.buffer as SharedArrayBuffer, 0)).toMatchObject({ x, base: y });
    worker.postMessage({});
    // The thread has written to every slot.
    expect(await asked).toEqual(bytes(7, 256));
    expect(isZero(memory.subarray(0, memory.length / 2))).toBe(true);
    expect(x).toEqual(bytes(5));
  });

  test('x, when its pair is cancelled: in its slot, or waiting for one', async () => {
    const { thread, worker, memory } = await begin({ script: OBEDIENT });
    const cancels = [1, 2, 3].map(() => thread.generateKeyPair(never));
    expect(isZero(memory)).toBe(false);
    for (const cancel of cancels) cancel();
    expect(drawn()).toEqual([ZEROS, ZEROS, ZEROS]);
    expect(isZero(memory)).toBe(true);
    // The thread works on, and answers.
    worker.postMessage({});
    await once(worker, 'message');
    expect(isZero(memory.subarray(0, memory.length / 2))).toBe(true);
    worker.postMessage({});
    await once(worker, 'message');
    expect(isZero(memory.subarray(memory.length / 2))).toBe(true);
  });

  test('a slot, when a secret is cancelled, but not the x that is its connection’s', async () => {
    const { thread, memory } = await begin({ script: OBEDIENT });
    const x = bytes(5);
    const cancel = thread.computeSharedSecret(x, y, never);
    expect(isZero(memory)).toBe(false);
    cancel();
    expect(isZero(memory)).toBe(true);
    expect(x).toEqual(bytes(5));
  });

  test('no x that has been answered with, by a late cancel', async () => {
    const { thread } = await begin({ ahead: 1 });
    const cancels: (() => void)[] = [];
    for (const _ of ['made for this', 'made ahead']) {
      await until(() => drawn().length > 0);
      await new Promise<void>((resolve) => {
        cancels.push(thread.generateKeyPair(() => resolve()));
      });
    }
    for (const cancel of cancels) cancel();
    for (const x of drawn()) expect(x).not.toEqual(ZEROS);
  });

  test('x of a ready pair that is cancelled; the next has another one', async () => {
    const { thread, worker } = await begin({ ahead: 1, script: OBEDIENT });
    worker.postMessage({});
    await once(worker, 'message');
    const cancel = thread.generateKeyPair(never);
    expect(drawn()).toHaveLength(1);
    cancel();
    expect(drawn()[0]).toEqual(ZEROS);
    await turn();
    expect(drawn()[1]).not.toEqual(ZEROS);
  });

  test.each([
    ['ready', { asked: 0, made: 2 }],
    // One more is being made ahead.
    ['given, computed and waited for', { asked: 5, made: 6 }],
  ])('at the end, what is %s', async (_, { asked, made }) => {
    const { thread, worker, memory } = await begin({ ahead: 2, script: OBEDIENT });
    for (const _ of [1, 2]) {
      worker.postMessage({});
      await once(worker, 'message');
    }
    for (let i = 0; i < asked; i++) thread.generateKeyPair(never);
    expect(drawn()).toHaveLength(made);
    expect(drawn()).not.toContainEqual(ZEROS);
    thread.close();
    expect(drawn()).toEqual(Array.from({ length: made }, () => ZEROS));
    expect(isZero(memory.subarray(0, memory.length / 2))).toBe(true);
    await turn();
  });

  test.each([
    ['at the end', (thread: ExponentiationThread) => thread.close()],
    ['at its loss', (_: ExponentiationThread, worker: threads.Worker) => void worker.terminate()],
  ])('what the thread writes until it has ended, %s', async (_, end) => {
    const { thread, worker, memory } = await begin({ script: STUBBORN });
    thread.generateKeyPair(() => {});
    await until(() => memory[0] === 7);
    end(thread, worker);
    await once(worker, 'exit');
    expect(isZero(memory)).toBe(true);
  });

  test('what the thread has copied from its slot, and computed', async () => {
    const script = `
      import { parentPort } from 'node:worker_threads';
      const { from, prototype } = Uint8Array;
      const { set } = prototype;
      const isShared = ({ buffer }) => buffer instanceof SharedArrayBuffer;
      let copies = [];
      Uint8Array.from = (source, ...more) => {
        const copy = Reflect.apply(from, Uint8Array, [source, ...more]);
        if (isShared(source) && copy.length === 32) copies.push(copy);
        return copy;
      };
      prototype.set = function (source, ...more) {
        if (isShared(this)) copies.push(source);
        return Reflect.apply(set, this, [source, ...more]);
      };
      await import(${JSON.stringify(REAL)});
      parentPort.on('message', () => {
        parentPort.postMessage(copies.map((copy) => [copy.length, copy.every((byte) => byte === 0)]));
        copies = [];
      });
    `;
    const workerData = new SharedArrayBuffer(2 * 1024);
    const worker = new SeenWorker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), {
      workerData,
    });
    const said: unknown[] = [];
    worker.on('message', (message) => said.push(message));
    await until(() => said.length === 1);
    for (const of of ['generator', 'base'] as const) {
      said.length = 0;
      slotAt(workerData, 1).x.fill(1);
      slotAt(workerData, 1).base.fill(2);
      worker.postMessage({ slot: 1, of });
      await until(() => said.length === 2);
      expect(said).toEqual([
        1,
        [
          [32, true],
          [256, true],
        ],
      ]);
      expect(isZero(slotAt(workerData, 1).power)).toBe(false);
    }
  });
});
