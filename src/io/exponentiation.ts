/**
 * The modular exponentiations, one in each turn of the event loop.
 *
 * An exponentiation takes about half a millisecond and cannot be interrupted. Requests wait in a
 * queue and the loop polls its sockets between any two of them, so that a crowd of handshakes
 * delays the data of other connections by at most one exponentiation at a time.
 */

import { randomFillSync } from 'node:crypto';
import { computeSharedSecret, generateKeyPair, type KeyPair } from '../crypto/index.ts';
import { EXPONENT_BYTES } from '../protocol/parameters.ts';
import type { Cancel } from './socket.ts';

/** Performs exponentiations; answers come later, never synchronously. */
export interface Exponentiator {
  generateKeyPair(answer: (pair: KeyPair) => void): Cancel;
  computeSharedSecret(x: Uint8Array, y: Uint8Array, answer: (ySC: Uint8Array) => void): Cancel;
}

/** An exponentiator on the event loop's own thread. Its jobs must not throw. */
export function createExponentiator(): Exponentiator {
  const queue: { run: () => void; cancelled: boolean }[] = [];
  let scheduled = false;

  const turn = (): void => {
    let job = queue.shift();
    while (job?.cancelled) job = queue.shift();
    scheduled = queue.length > 0;
    // An immediate that is set while immediates run belongs to the next turn of the loop.
    if (scheduled) setImmediate(turn);
    job?.run();
  };
  const enqueue = (run: () => void): Cancel => {
    const job = { run, cancelled: false };
    queue.push(job);
    if (!scheduled) {
      scheduled = true;
      setImmediate(turn);
    }
    return () => {
      job.cancelled = true;
    };
  };

  return {
    generateKeyPair: (answer) =>
      //= HS-8
      //# An end that wants forward secrecy MUST choose 256 fresh random bits x for each connection
      //# and send y = 2^e mod p, where e is either x or 2²⁵⁸ + x.
      enqueue(() => answer(generateKeyPair(randomFillSync(new Uint8Array(EXPONENT_BYTES))))),
    computeSharedSecret: (x, y, answer) => enqueue(() => answer(computeSharedSecret(x, y))),
  };
}
