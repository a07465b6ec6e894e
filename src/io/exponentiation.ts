/**
 * The modular exponentiations, one in each turn of the event loop.
 *
 * An exponentiation takes about half a millisecond and cannot be interrupted. Requests wait in a
 * queue and the loop polls its sockets between any two of them, so that a crowd of handshakes
 * delays the data of other connections by at most one exponentiation at a time.
 */

import { randomFillSync } from 'node:crypto';
import {
  computeSharedSecret,
  eraseSecrets,
  generateKeyPair,
  type KeyPair,
} from '../crypto/index.ts';
import { EXPONENT_BYTES } from '../protocol/parameters.ts';
import type { Cancel } from './cancel.ts';

/** Performs exponentiations; answers come later, never synchronously. */
export interface Exponentiator {
  generateKeyPair(answer: (pair: KeyPair) => void): Cancel;
  computeSharedSecret(x: Uint8Array, y: Uint8Array, answer: (ySC: Uint8Array) => void): Cancel;
}

/** A power to be computed: base^(2²⁵⁸ + x) mod p, without a base that of the generator. */
export interface Power {
  readonly x: Uint8Array;
  readonly base?: Uint8Array;
  /** Takes the result, 256 bytes in a fresh array. */
  answer(result: Uint8Array): void;
}

/** Compute it now. */
export function compute({ x, base }: Omit<Power, 'answer'>): Uint8Array {
  return base === undefined ? generateKeyPair(x).y : computeSharedSecret(x, base);
}

/** An exponentiator on the event loop's own thread. */
export class EventLoopExponentiator implements Exponentiator {
  protected readonly waiting = new Set<Power>();
  #scheduled = false;

  generateKeyPair(answer: (pair: KeyPair) => void): Cancel {
    return this.#submit(this.newKeyPair(answer));
  }

  computeSharedSecret(x: Uint8Array, base: Uint8Array, answer: Power['answer']): Cancel {
    return this.#submit({ x, base, answer });
  }

  #submit(power: Power): Cancel {
    this.waiting.add(power);
    this.work();
    return () => this.giveUp(power);
  }

  /** The power that makes a key pair which nobody has had. */
  //= HS-8
  //# An end that wants forward secrecy MUST choose 256 fresh random bits x for each connection
  //# and send y = 2^e mod p, where e is either x or 2²⁵⁸ + x.
  protected newKeyPair(answer: (pair: KeyPair) => void): Power {
    const x = randomFillSync(new Uint8Array(EXPONENT_BYTES));
    return { x, answer: (y) => answer({ x, y }) };
  }

  /** See to it that what waits is computed. */
  protected work(): void {
    if (this.#scheduled || this.waiting.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const power = this.next();
      // An immediate that is set while immediates run belongs to the next turn of the loop.
      this.work();
      power?.answer(compute(power));
    });
  }

  /** The first of those that wait, which waits no more. */
  protected next(): Power | undefined {
    const [power] = this.waiting;
    if (power !== undefined) this.waiting.delete(power);
    return power;
  }

  /** Answer this power no more; without effect when it has been answered. */
  protected giveUp(power: Power): void {
    // Only what is made here is erased here: another x is its connection's to erase.
    if (this.withdraw(power) && power.base === undefined) eraseSecrets([power.x]);
  }

  /** Whether it was still to be answered, and is not any more. */
  protected withdraw(power: Power): boolean {
    return this.waiting.delete(power);
  }
}
