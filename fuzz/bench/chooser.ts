/** Choices that can be made again: the same seed makes the same ones. */

/** Picks a number from 0 to `n` − 1. */
export type Choose = (n: number) => number;

/** A chooser from a seed (a 32-bit linear congruential generator, whose high bits are used). */
export function chooser(seed: number): Choose {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
