/**
 * The modulus of the 2048-bit MODP group, "group 14" (RFC 3526 §3), and the one comparison that
 * the handshake makes with it. The arithmetic itself is an effect, performed in `src/crypto`.
 */

import { PUBLIC_VALUE_BYTES } from './parameters.ts';

const MODULUS_HEX =
  'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74' +
  '020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437' +
  '4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed' +
  'ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf05' +
  '98da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb' +
  '9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b' +
  'e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf695581718' +
  '3995497cea956ae515d2261898fa051015728e5a8aacaa68ffffffffffffffff';

/** The modulus p, 256 bytes, big-endian. The generator is 2. */
export const GROUP14_MODULUS: Uint8Array = Uint8Array.from({ length: PUBLIC_VALUE_BYTES }, (_, i) =>
  Number.parseInt(MODULUS_HEX.slice(2 * i, 2 * i + 2), 16),
);

/**
 * Whether y, as a 256-byte big-endian number, is below p (HS-11). y is public, so the time this
 * takes may depend on it; C compares with memcmp (`crypto_dh_sanitycheck`).
 */
export function isBelowModulus(y: Uint8Array): boolean {
  const firstDifference = GROUP14_MODULUS.findIndex((byte, i) => byte !== y[i]);
  if (firstDifference === -1) return false;
  return Number(y[firstDifference]) < Number(GROUP14_MODULUS[firstDifference]);
}

/** Whether y is the number 1: what an end without forward secrecy (-f) sends (HS-12, HS-14). */
export function isOne(y: Uint8Array): boolean {
  return y.every((byte, i) => byte === (i === PUBLIC_VALUE_BYTES - 1 ? 1 : 0));
}

/** The number 1 as a public value: 255 zero bytes and a one. A fresh array. */
export function one(): Uint8Array {
  const y = new Uint8Array(PUBLIC_VALUE_BYTES);
  y[PUBLIC_VALUE_BYTES - 1] = 1;
  return y;
}
