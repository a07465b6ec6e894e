/**
 * The modular exponentiations on a thread of their own, with key pairs made ahead.
 *
 * While handshakes come in, the event loop goes on moving the data of other connections. In idle
 * time the thread makes a few key pairs, so that a connection finds one ready: each is used for
 * one connection and never again (HS-8). Where the thread cannot be had or is lost, everything
 * runs as in `exponentiation.ts`, which is slower and no less right, until it is started again.
 */

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { eraseSecrets, type KeyPair } from '../crypto/index.ts';
import type { Cancel } from './cancel.ts';
import { EventLoopExponentiator, type Power } from './exponentiation.ts';
import { Slots, type ThreadMessage } from './exponentiation-slots.ts';

/** So many key pairs lie ready at the most: what a burst of connections takes. */
const KEY_PAIRS_AHEAD = 16;

/** Milliseconds until a lost thread is started again: twice as many each time that it did nothing. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 600_000;

export interface ThreadOptions {
  /** How many key pairs to make ahead; 0 where none is needed (`-f`). */
  readonly ahead?: number;
  /** The thread ended by itself, or could not begin. It is started again after a pause. */
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

/** A thread, and what it shares with us. */
interface Thread {
  readonly worker: Worker;
  readonly slots: Slots;
  running: boolean;
}

/** An exponentiator that owns a thread. Until that runs, the event loop's own does the work. */
export class ExponentiationThread extends EventLoopExponentiator {
  readonly #options: Required<ThreadOptions>;
  readonly #ready: KeyPair[] = [];
  /** What was ready, and is answered with in this turn. */
  readonly #given = new Set<KeyPair>();
  #making = false;
  /** The one in use. What another still says, or that it ends, concerns its own slots alone. */
  #thread: Thread | undefined;
  #restart: NodeJS.Timeout | undefined;
  #pause = FIRST_PAUSE;

  constructor({ ahead = KEY_PAIRS_AHEAD, lost = () => {}, script = SCRIPT }: ThreadOptions = {}) {
    super();
    this.#options = { ahead, lost, script };
  }

  start(): void {
    const slots = new Slots();
    try {
      const settings = { workerData: slots.memory, resourceLimits: LIMITS };
      const worker = new Worker(this.#options.script, settings);
      const thread = { worker, slots, running: false };
      this.#thread = thread;
      // A daemon that has served its last connection is done.
      worker.unref();
      worker.on('message', (message: ThreadMessage) => this.#onMessage(thread, message));
      // An exit follows.
      worker.on('error', () => {});
      worker.on('exit', () => {
        slots.erase();
        if (this.#thread === thread) this.#onLost(slots.powers);
      });
    } catch {
      this.#onLost([]);
    }
  }

  /** Whether the thread does the work now. */
  get running(): boolean {
    return this.#thread?.running === true;
  }

  /** End the thread and overwrite what was not used. Nothing is answered any more. */
  close(): void {
    for (const power of [...this.waiting, ...(this.#thread?.slots.powers ?? [])]) {
      this.giveUp(power);
    }
    eraseSecrets([...this.#ready.splice(0), ...this.#given].map(({ x }) => x));
    this.#given.clear();
    this.#making = false;
    clearTimeout(this.#restart);
    const worker = this.#thread?.worker;
    this.#thread = undefined;
    void worker?.terminate();
  }

  override generateKeyPair(answer: (pair: KeyPair) => void): Cancel {
    const pair = this.#ready.shift();
    if (pair === undefined) return super.generateKeyPair(answer);
    this.#given.add(pair);
    process.nextTick(() => {
      if (this.#given.delete(pair)) answer(pair);
      // Otherwise the thread stays free for this connection's next question, and makes a pair
      // after that.
      if (this.#ready.length < this.#options.ahead / 2) this.work();
    });
    return () => {
      if (this.#given.delete(pair)) eraseSecrets([pair.x]);
    };
  }

  /** Give the thread as much as it can take: what is asked for first, then a pair for later. */
  protected override work(): void {
    const thread = this.#thread;
    if (!thread?.running) {
      super.work();
      return;
    }
    while (thread.slots.free) {
      const power = this.next() ?? this.#nextAhead();
      if (power === undefined) return;
      thread.worker.postMessage(thread.slots.put(power));
    }
  }

  protected override withdraw(power: Power): boolean {
    return super.withdraw(power) || this.#thread?.slots.orphan(power) === true;
  }

  #nextAhead(): Power | undefined {
    // One at a time: who asks for something meanwhile waits half a millisecond at the most.
    if (this.#making || this.#ready.length >= this.#options.ahead) return undefined;
    this.#making = true;
    return this.newKeyPair((pair) => {
      this.#making = false;
      this.#ready.push(pair);
    });
  }

  #onMessage(thread: Thread, message: ThreadMessage): void {
    if (message === 'ready') {
      thread.running = true;
    } else {
      this.#pause = FIRST_PAUSE;
      thread.slots.answer(message);
    }
    this.work();
  }

  #onLost(owed: readonly Power[]): void {
    this.#thread = undefined;
    // What the thread owed is done here: no connection is lost with it.
    for (const power of owed) this.waiting.add(power);
    this.work();
    this.#restart = setTimeout(() => this.start(), this.#pause).unref();
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
    this.#options.lost();
  }
}
