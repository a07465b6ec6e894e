/**
 * The constants of SHA-256, computed from their definition (FIPS 180-4 §4.2.2 and §5.3.3).
 *
 * A slip in a table of 72 numbers is easily made; the definition is two lines. The numbers are
 * functions, because nothing of this is needed before the first packet.
 */

/** K: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
export function roundConstants(): readonly number[] {
  return firstPrimes(64).map((prime) => fraction(Math.cbrt(prime)));
}

/** H⁽⁰⁾: the same of the square roots of the first eight primes. */
export function initialHash(): readonly number[] {
  return firstPrimes(8).map((prime) => fraction(Math.sqrt(prime)));
}

function firstPrimes(count: number): readonly number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  }
  return primes;
}

/**
 * The first 32 bits behind the point. A double holds 53 bits of a root below 8: fifty of them
 * behind the point, so that the last ones, which a root may have wrong, are far away.
 */
function fraction(root: number): number {
  return Math.floor((root % 1) * 2 ** 32);
}
