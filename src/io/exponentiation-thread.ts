/**
 * The modular exponentiations on a thread of their own, with key pairs made ahead.
 *
 * While handshakes come in, the event loop goes on moving the data of other connections. In idle
 * time the thread makes a few key pairs, so that a connection finds one ready: each is used for
 * one connection and never again (HS-8). Where the thread cannot be had or is lost, everything
 * runs as in `exponentiation.ts`, which is slower and no less right.
 */

import { randomFillSync } from 'node:crypto';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { eraseSecrets, type KeyPair } from '../crypto/index.ts';
import { EXPONENT_BYTES } from '../protocol/parameters.ts';
import { createExponentiator, type Exponentiator } from './exponentiation.ts';
import {
  createSlotMemory,
  eraseSlot,
  type PowerRequest,
  READY,
  SLOTS,
  slotAt,
  type ThreadMessage,
} from './exponentiation-slots.ts';
import type { Cancel } from './socket.ts';

/** So many key pairs lie ready at the most: what a burst of connections takes. */
export const KEY_PAIRS_AHEAD = 16;

/** An exponentiator that owns a thread. */
export interface ThreadedExponentiator extends Exponentiator {
  /** Start the thread. Until it runs the event loop's own thread does the work. */
  start(): void;
  /** Whether the thread does the work now. */
  readonly running: boolean;
  /** End the thread and overwrite the key pairs that were not used. Nothing is answered any more. */
  close(): void;
}

export interface ThreadOptions {
  /** How many key pairs to make ahead; 0 where none is needed (`-f`). */
  readonly ahead?: number;
  /** The thread ended by itself, or could not begin. Called at most once. */
  lost?(): void;
  /** The program that the thread runs. */
  readonly script?: URL;
}

/** The thread's program, where the build has put it into the program that this is part of. */
declare const EXPONENTIATION_THREAD: string;

/**
 * What the thread runs: in a built command that is no file, since privileges may have been dropped,
 * or the file be replaced, by the time that the thread starts. Elsewhere it lies beside this one.
 */
const SCRIPT =
  typeof EXPONENTIATION_THREAD === 'string'
    ? new URL(`data:text/javascript,${encodeURIComponent(EXPONENTIATION_THREAD)}`)
    : new URL(`./exponentiation-worker${extname(import.meta.url)}`, import.meta.url);

/** What the thread's heap may take: its garbage is not worth more. In MiB. */
const LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 24 };

/** One power to be computed, and what becomes of it. */
interface Job {
  readonly of: PowerRequest['of'];
  readonly x: Uint8Array;
  /** The base, where it is not the generator. */
  readonly y?: Uint8Array;
  /** Takes the power, a fresh array. */
  answer(power: Uint8Array): void;
  /** The same without the thread. */
  doHere(): Cancel;
}

/** An exponentiator whose thread is still to be started. */
export function createExponentiationThread({
  ahead = KEY_PAIRS_AHEAD,
  lost = () => {},
  script = SCRIPT,
}: ThreadOptions = {}): ThreadedExponentiator {
  const here = createExponentiator();
  const memory = createSlotMemory();
  const slots = Array.from({ length: SLOTS }, (_, index) => slotAt(memory, index));
  /** What the thread works on, by slot; a job that was cancelled has gone from here. */
  const working = new Map<number, Job | undefined>();
  const queue = new Set<Job>();
  const ready: KeyPair[] = [];
  let making = false;
  let running = false;
  let worker: Worker | undefined;

  const said = (message: ThreadMessage): void => {
    if (message === READY) {
      running = worker !== undefined;
    } else {
      answered(message);
    }
    post();
  };
  const answered = (index: number): void => {
    const slot = slotAt(memory, index);
    const power = Uint8Array.from(slot.power);
    eraseSlot(slot);
    const job = working.get(index);
    working.delete(index);
    job?.answer(power);
  };
  const ended = (): void => {
    if (worker === undefined) return;
    worker = undefined;
    running = false;
    for (const slot of slots) eraseSlot(slot);
    // What the thread owed is done here: no connection is lost with it.
    for (const job of [...working.values(), ...queue]) job?.doHere();
    lost();
  };

  /** Give the thread as much as it can take: what is asked for first, then a pair for later. */
  const post = (): void => {
    if (!running) return;
    for (const [index, slot] of slots.entries()) {
      if (working.has(index)) continue;
      const job = nextJob();
      if (job === undefined) return;
      slot.exponent.set(job.x);
      if (job.y !== undefined) slot.base.set(job.y);
      working.set(index, job);
      worker?.postMessage({ slot: index, of: job.of } satisfies PowerRequest);
    }
  };
  const nextJob = (): Job | undefined => {
    for (const job of queue) {
      queue.delete(job);
      return job;
    }
    // One at a time: who asks for something meanwhile waits half a millisecond at the most.
    if (making || ready.length >= ahead) return undefined;
    making = true;
    return pairJob((pair) => {
      making = false;
      ready.push(pair);
    });
  };
  const submit = (job: Job): Cancel => {
    if (!running) return job.doHere();
    queue.add(job);
    post();
    return () => {
      // Only what is made here is given up here: another x is its connection's to erase.
      if (job.of === 'generator') eraseSecrets([job.x]);
      queue.delete(job);
      for (const [index, other] of working) if (other === job) working.set(index, undefined);
    };
  };
  const pairJob = (answer: (pair: KeyPair) => void): Job => {
    const x = randomFillSync(new Uint8Array(EXPONENT_BYTES));
    return {
      of: 'generator',
      x,
      answer: (y) => answer({ x, y }),
      doHere: () => here.generateKeyPair(answer),
    };
  };

  return {
    get running() {
      return running;
    },
    start() {
      worker = new Worker(script, { workerData: memory, resourceLimits: LIMITS });
      // A daemon that has served its last connection is done.
      worker.unref();
      worker.on('message', said);
      worker.once('error', ended);
      worker.once('exit', ended);
    },
    generateKeyPair(answer) {
      const pair = ready.shift();
      if (pair === undefined) return submit(pairJob(answer));
      let cancelled = false;
      process.nextTick(() => {
        if (cancelled) eraseSecrets([pair.x]);
        else answer(pair);
        // Otherwise the thread stays free for this connection's next question, and makes a pair
        // after that.
        if (ready.length < ahead / 2) post();
      });
      return () => {
        cancelled = true;
      };
    },
    computeSharedSecret: (x, y, answer) =>
      submit({
        of: 'base',
        x,
        y,
        answer,
        doHere: () => here.computeSharedSecret(x, y, answer),
      }),
    close() {
      const ending = worker;
      worker = undefined;
      running = false;
      queue.clear();
      eraseSecrets(ready.splice(0).map(({ x }) => x));
      void ending?.terminate();
    },
  };
}
