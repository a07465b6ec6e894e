/**
 * Powers modulo p, the 2048-bit MODP group of RFC 3526 §3, in BigInt arithmetic.
 *
 * It confirms HS-6, HS-8 and HS-16. The modulus is computed from the formula that the RFC gives
 * beside its digits: p = 2^2048 − 2^1984 − 1 + 2^64 · (⌊2^1918 π⌋ + 124476). Not constant-time.
 */

/** p. */
export const modulus: bigint =
  2n ** 2048n - 2n ** 1984n - 1n + 2n ** 64n * (piTimesPowerOfTwo(1918n) + 124476n);

/** base^exponent mod p. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** A big-endian number. */
export function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** `number` as 256 bytes, big-endian, with its leading zeros (HS-6). */
export function bytesOf(number: bigint): Uint8Array {
  const bytes = new Uint8Array(256);
  for (let i = 255, rest = number; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

/** ⌊2^bits · π⌋, by Machin's formula: π = 16 arctan(1/5) − 4 arctan(1/239). */
function piTimesPowerOfTwo(bits: bigint): bigint {
  const guard = 64n;
  const unit = 1n << (bits + guard);
  return (16n * arctanOfInverse(5n, unit) - 4n * arctanOfInverse(239n, unit)) >> guard;
}

/** unit · arctan(1/n), by its power series. */
function arctanOfInverse(n: bigint, unit: bigint): bigint {
  let sum = 0n;
  let term = unit / n;
  for (let odd = 1n; term > 0n; odd += 2n) {
    sum += odd % 4n === 1n ? term / odd : -(term / odd);
    term /= n * n;
  }
  return sum;
}
