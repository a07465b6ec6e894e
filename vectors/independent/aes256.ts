/**
 * AES-256 from FIPS 197: encryption of single blocks, which is all that counter mode needs.
 *
 * It confirms PK-3. The tables are computed from the field that the standard defines. It is not
 * constant-time, and must never see a real key.
 */

const ROUNDS = 14;

/** Encrypts `blocks`, a multiple of 16 bytes, each block by itself. `key` is 32 bytes. */
export function aes256Blocks(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  if (key.length !== 32 || blocks.length % 16 !== 0) throw new RangeError('key or blocks');
  const roundKeys = expandKey(key);
  const encrypted = new Uint8Array(blocks.length);
  const input = new DataView(blocks.buffer, blocks.byteOffset, blocks.length);
  const output = new DataView(encrypted.buffer);
  for (let at = 0; at < blocks.length; at += 16) encryptBlock(roundKeys, input, output, at);
  return encrypted;
}

/** §4.2: multiplication by x in GF(2⁸). */
function timesX(a: number): number {
  return ((a << 1) ^ (a & 0x80 ? 0x11b : 0)) & 0xff;
}

function multiply(a: number, b: number): number {
  let product = 0;
  for (let [rest, power] = [b, a]; rest > 0; rest >>= 1, power = timesX(power)) {
    if (rest & 1) product ^= power;
  }
  return product;
}

/** §5.1.1: the inverse in the field, then the affine transformation. */
const S_BOX = Uint8Array.from({ length: 256 }, (_, a) => {
  // a^254 is the inverse of a, and 0 for 0.
  let inverse = 1;
  for (let i = 0; i < 254; i++) inverse = multiply(inverse, a);
  const turned = [0, 1, 2, 3, 4].map((n) => ((inverse << n) | (inverse >> (8 - n))) & 0xff);
  return turned.reduce((sum, part) => sum ^ part, 0x63);
});

/** §5.1.1 to §5.1.3 for a byte of row 0: its S-box value times the first column of MixColumns. */
const COLUMN = Int32Array.from(S_BOX, (s) => {
  return (multiply(s, 2) << 24) | (s << 16) | (s << 8) | multiply(s, 3);
});

/** §5.2, with Nk = 8: 60 words. */
function expandKey(key: Uint8Array): Int32Array {
  const w = new Int32Array(4 * (ROUNDS + 1));
  const words = new DataView(key.buffer, key.byteOffset, 32);
  let roundConstant = 1;
  for (let i = 0; i < w.length; i++) {
    if (i < 8) {
      w[i] = words.getInt32(4 * i);
      continue;
    }
    let temporary = w[i - 1] ?? 0;
    if (i % 8 === 0) {
      temporary = substitute((temporary << 8) | (temporary >>> 24)) ^ (roundConstant << 24);
      roundConstant = timesX(roundConstant);
    } else if (i % 8 === 4) {
      temporary = substitute(temporary);
    }
    w[i] = (w[i - 8] ?? 0) ^ temporary;
  }
  return w;
}

function substitute(word: number): number {
  return [24, 16, 8, 0].reduce((sum, by) => sum | (s((word >>> by) & 0xff) << by), 0);
}

/** §5.1, a column of the state in a word, most significant byte in row 0. */
function encryptBlock(w: Int32Array, input: DataView, output: DataView, at: number): void {
  let a = input.getInt32(at) ^ k(w, 0);
  let b = input.getInt32(at + 4) ^ k(w, 1);
  let c = input.getInt32(at + 8) ^ k(w, 2);
  let d = input.getInt32(at + 12) ^ k(w, 3);
  for (let round = 1; round < ROUNDS; round++) {
    // ShiftRows: row r of a column comes from the column r to its right.
    const a1 = mixed(a, b, c, d) ^ k(w, 4 * round);
    const b1 = mixed(b, c, d, a) ^ k(w, 4 * round + 1);
    const c1 = mixed(c, d, a, b) ^ k(w, 4 * round + 2);
    d = mixed(d, a, b, c) ^ k(w, 4 * round + 3);
    a = a1;
    b = b1;
    c = c1;
  }
  output.setInt32(at, last(a, b, c, d) ^ k(w, 4 * ROUNDS));
  output.setInt32(at + 4, last(b, c, d, a) ^ k(w, 4 * ROUNDS + 1));
  output.setInt32(at + 8, last(c, d, a, b) ^ k(w, 4 * ROUNDS + 2));
  output.setInt32(at + 12, last(d, a, b, c) ^ k(w, 4 * ROUNDS + 3));
}

function mixed(row0: number, row1: number, row2: number, row3: number): number {
  const t1 = t((row1 >>> 16) & 255);
  const t2 = t((row2 >>> 8) & 255);
  const t3 = t(row3 & 255);
  return (
    t(row0 >>> 24) ^
    ((t1 >>> 8) | (t1 << 24)) ^
    ((t2 >>> 16) | (t2 << 16)) ^
    ((t3 >>> 24) | (t3 << 8))
  );
}

/** The last round has no MixColumns. */
function last(row0: number, row1: number, row2: number, row3: number): number {
  return (
    (s(row0 >>> 24) << 24) |
    (s((row1 >>> 16) & 255) << 16) |
    (s((row2 >>> 8) & 255) << 8) |
    s(row3 & 255)
  );
}

function s(byte: number): number {
  return S_BOX[byte] ?? 0;
}

function t(byte: number): number {
  return COLUMN[byte] ?? 0;
}

function k(w: Int32Array, index: number): number {
  return w[index] ?? 0;
}
