/**
 * The memory that an exponentiation thread and its owner share: a few slots, each for one power.
 *
 * Private exponents never travel in a message, whose copies nobody could overwrite: a message
 * names a slot, and whoever has read a slot overwrites it.
 */

import { EXPONENT_BYTES, PUBLIC_VALUE_BYTES } from '../protocol/parameters.ts';
import type { Power } from './exponentiation.ts';

/** How many powers may be under way. The thread works on one; the next waits for it, ready. */
const SLOTS = 2;

const SLOT_BYTES = EXPONENT_BYTES + 2 * PUBLIC_VALUE_BYTES;

/**
 * Slot `index`: x, the base, which is not used where that is the generator, and the power that the
 * thread answers with; all big-endian.
 */
export function slotAt(memory: SharedArrayBuffer, index: number) {
  const view = (offset: number, length: number): Uint8Array =>
    new Uint8Array(memory, index * SLOT_BYTES + offset, length);
  return {
    x: view(0, EXPONENT_BYTES),
    base: view(EXPONENT_BYTES, PUBLIC_VALUE_BYTES),
    power: view(EXPONENT_BYTES + PUBLIC_VALUE_BYTES, PUBLIC_VALUE_BYTES),
  };
}

/** What is asked of the thread. */
export interface PowerRequest {
  readonly slot: number;
  /** 2^(2²⁵⁸ + x), or base^(2²⁵⁸ + x), both modulo p. */
  readonly of: 'generator' | 'base';
}

/** What the thread says: once, that it can take requests; then which slot it is done with. */
export type ThreadMessage = 'ready' | number;

/** An orphaned slot is still worked on, for nobody. */
type Use =
  | { readonly state: 'free' }
  | { readonly state: 'busy'; readonly power: Power }
  | { readonly state: 'orphaned' };

/** The slots as their owner uses them. */
export class Slots {
  readonly memory = new SharedArrayBuffer(SLOTS * SLOT_BYTES);
  readonly #uses: Use[] = Array.from({ length: SLOTS }, () => ({ state: 'free' }));

  /** What is under way. */
  get powers(): readonly Power[] {
    return this.#uses.flatMap((use) => (use.state === 'busy' ? [use.power] : []));
  }

  /** Whether there is a slot to put a power into. */
  get free(): boolean {
    return this.#uses.some(({ state }) => state === 'free');
  }

  /** Put a power into a free slot; returns what to ask of the thread. */
  put(power: Power): PowerRequest {
    const slot = this.#uses.findIndex(({ state }) => state === 'free');
    this.#uses[slot] = { state: 'busy', power };
    const { x, base } = slotAt(this.memory, slot);
    x.set(power.x);
    if (power.base !== undefined) base.set(power.base);
    return { slot, of: power.base === undefined ? 'generator' : 'base' };
  }

  /** The thread is done with this slot: free it, and answer who still wants to know. */
  answer(slot: number): void {
    const use = this.#uses[slot];
    if (use?.state !== 'busy') {
      this.#release(slot, 'free');
      return;
    }
    const result = Uint8Array.from(slotAt(this.memory, slot).power);
    this.#release(slot, 'free');
    use.power.answer(result);
  }

  /** Answer this power no more. False when it is not under way. */
  orphan(power: Power): boolean {
    const slot = this.#uses.findIndex((use) => use.state === 'busy' && use.power === power);
    if (slot >= 0) this.#release(slot, 'orphaned');
    return slot >= 0;
  }

  /** Overwrite everything. */
  erase(): void {
    new Uint8Array(this.memory).fill(0);
  }

  #release(slot: number, state: 'free' | 'orphaned'): void {
    this.#uses[slot] = { state };
    for (const bytes of Object.values(slotAt(this.memory, slot))) bytes.fill(0);
  }
}
