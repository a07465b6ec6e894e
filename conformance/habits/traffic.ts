/**
 * Bytes through a pipe and back, checked by hash; and knowing when a daemon listens.
 */

import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { PlainEnd } from '../interop/plain-end.ts';
import { sumOf } from '../interop/receiver.ts';
import type { Address } from '../subjects/addresses.ts';
import { WAIT_LIMIT } from '../subjects/deadline.ts';
import { isListening } from '../subjects/processes.ts';
import type { Scope } from '../subjects/scope.ts';
import type { Started } from './host.ts';

/** No multiple of a packet, and more than any buffer on the way. */
export const LENGTH = 1_000_003;

const POLL_INTERVAL = 5;

/** Connects to the plain end of a pipe with an echo behind it: all comes back, and then the end. */
export async function expectEcho(scope: Scope, source: Address): Promise<void> {
  const bytes = randomBytes(LENGTH);
  const end = PlainEnd.ofSocket(scope, `a connection to ${source.text}`, source);
  end.end(bytes);
  expect(await end.over()).toBe('in order');
  expect(end.received.sum).toBe(sumOf(bytes));
}

/** Waits until what was started listens there. Throws Error when it ends instead. */
export async function untilListening(started: Started, address: Address): Promise<void> {
  const deadline = Date.now() + WAIT_LIMIT;
  while (!(await isListening(started.pid, address))) {
    if (!started.running) throw new Error(`ended instead of listening: ${started.account()}`);
    if (Date.now() > deadline) throw new Error(`does not listen on ${address.text}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
  }
}
