/**
 * Bytes through a pipe to an echoing target and back, compared by SHA-256; and the question whether
 * a pipe works now.
 *
 * A transfer can be held in the middle: it sends its first part, and the rest when it is released,
 * so that it is certainly under way while something else happens, on a machine of any speed.
 */

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Address } from '../subjects/addresses.ts';
import { WAIT_LIMIT, within } from '../subjects/deadline.ts';
import type { Scope } from '../subjects/scope.ts';

/** What came of a transfer: `right`, or how it went wrong. */
export type Result = 'right' | string;

const CHUNK_BYTES = 65_536;

/** A transfer that is not released, or not served, for so long is given up; in milliseconds. */
const STANDSTILL_LIMIT = 120_000;

export class Transfer {
  /** Settles when it is over; never rejects. */
  readonly result: Promise<Result>;
  readonly #socket: Socket;
  readonly #size: number;
  readonly #sent = createHash('sha256');
  readonly #received = createHash('sha256');
  readonly #closed: Promise<unknown>;
  #release: () => void = () => {};
  #sentBytes = 0;
  #receivedBytes = 0;

  /** Begins to send `size` random bytes, all of them or, until it is released, `first` of them. */
  constructor(scope: Scope, source: Address, size: number, first: number = size) {
    this.#size = size;
    this.#socket = connect({ ...source.net, allowHalfOpen: true });
    let failure: string | undefined;
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      failure = error.code ?? error.message;
    });
    this.#closed = once(this.#socket, 'close').catch(() => undefined);
    scope.onClose(() => this.#socket.destroy());
    this.#socket.on('data', (bytes: Buffer) => {
      this.#receivedBytes += bytes.length;
      this.#received.update(bytes);
    });
    const released = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    const sending = this.#send(first).then(async () => {
      if (first < size) await Promise.race([released, this.#closed]);
      await this.#send(size - first);
      this.#socket.end();
    });
    const over = Promise.all([sending, this.#closed]).then(() => failure ?? this.#judge());
    const progress = () => this.#sentBytes + this.#receivedBytes;
    this.result = within('a transfer ends', over, progress, STANDSTILL_LIMIT).catch(String);
  }

  /** Lets the rest go. */
  release(): void {
    this.#release();
  }

  /** Waits until `count` bytes have come back. Throws when the transfer ends before. */
  async echoed(count: number): Promise<void> {
    const reached = new Promise<void>((resolve, reject) => {
      const look = () => {
        if (this.#receivedBytes >= count) resolve();
        else if (this.#socket.destroyed) {
          reject(new Error(`a transfer ended after ${this.#receivedBytes} of ${count} bytes`));
        } else return;
        this.#socket.off('data', look).off('close', look);
      };
      this.#socket.on('data', look).on('close', look);
      look();
    });
    await within(`${count} bytes come back`, reached, () => this.#receivedBytes);
  }

  /** Gives up. */
  abandon(): void {
    this.#socket.destroy();
  }

  async #send(count: number): Promise<void> {
    for (let sent = 0; sent < count && !this.#socket.destroyed; sent += CHUNK_BYTES) {
      const bytes = randomBytes(Math.min(CHUNK_BYTES, count - sent));
      this.#sent.update(bytes);
      this.#sentBytes += bytes.length;
      if (this.#socket.write(bytes)) continue;
      await Promise.race([once(this.#socket, 'drain').catch(() => undefined), this.#closed]);
    }
  }

  #judge(): Result {
    if (this.#receivedBytes !== this.#size) {
      return `${this.#receivedBytes} of ${this.#size} bytes came back`;
    }
    return this.#sent.digest('hex') === this.#received.digest('hex') ? 'right' : 'wrong bytes';
  }
}

/** How long one attempt may take while it is asked whether a pipe works again, in milliseconds. */
const ATTEMPT_LIMIT = 5_000;
const PAUSE_BETWEEN_ATTEMPTS = 10;
const SMALL = 5_000;

/**
 * Tries small transfers, one after the other, until one is right. Returns how long that took, in
 * milliseconds; undefined when none was within the limit.
 */
export async function timeUntilItWorks(
  scope: Scope,
  source: Address,
  limit: number = WAIT_LIMIT,
): Promise<number | undefined> {
  const begin = performance.now();
  for (;;) {
    const transfer = new Transfer(scope, source, SMALL);
    const giveUp = setTimeout(() => transfer.abandon(), ATTEMPT_LIMIT);
    const result = await transfer.result;
    clearTimeout(giveUp);
    const elapsed = performance.now() - begin;
    if (result === 'right') return elapsed;
    if (elapsed >= limit) return undefined;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_BETWEEN_ATTEMPTS));
  }
}
