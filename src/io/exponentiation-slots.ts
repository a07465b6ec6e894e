/**
 * The memory that an exponentiation thread and its owner share: a few slots, each for one power.
 *
 * Private exponents never travel in a message, whose copies nobody could overwrite: a message
 * names a slot, and whoever has read a slot overwrites it.
 */

import { EXPONENT_BYTES, PUBLIC_VALUE_BYTES } from '../protocol/parameters.ts';

/** How many powers may be under way. The thread works on one; the next waits for it, ready. */
export const SLOTS = 2;

const SLOT_BYTES = EXPONENT_BYTES + 2 * PUBLIC_VALUE_BYTES;

/** Memory for all slots. */
export function createSlotMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(SLOTS * SLOT_BYTES);
}

/** One slot, as views of the shared memory. */
export interface Slot {
  /** x, 32 bytes. */
  readonly exponent: Uint8Array;
  /** The base, 256 bytes, big-endian; not used for a key pair, whose base is the generator. */
  readonly base: Uint8Array;
  /** What the thread answers, 256 bytes, big-endian. */
  readonly power: Uint8Array;
}

/** Slot `index` of the memory, 0 to SLOTS − 1. */
export function slotAt(memory: SharedArrayBuffer, index: number): Slot {
  const at = index * SLOT_BYTES;
  return {
    exponent: new Uint8Array(memory, at, EXPONENT_BYTES),
    base: new Uint8Array(memory, at + EXPONENT_BYTES, PUBLIC_VALUE_BYTES),
    power: new Uint8Array(memory, at + EXPONENT_BYTES + PUBLIC_VALUE_BYTES, PUBLIC_VALUE_BYTES),
  };
}

/** Overwrite everything in a slot. */
export function eraseSlot({ exponent, base, power }: Slot): void {
  for (const bytes of [exponent, base, power]) bytes.fill(0);
}

/** What is asked of the thread; it answers with the slot's number. Its first word is {@link READY}. */
export interface PowerRequest {
  readonly slot: number;
  /** 2^(2²⁵⁸ + x), or base^(2²⁵⁸ + x), both modulo p. */
  readonly of: 'generator' | 'base';
}

/** What the thread says once, when it can take requests. */
export const READY = 'ready';

/** What the thread says. */
export type ThreadMessage = typeof READY | number;
