/**
 * SHA-256 from FIPS 180-4, in plain numbers.
 *
 * It confirms KF-1 and, below HMAC, HS-5, HS-7, HS-17 and PK-4. It shares nothing with `src/crypto`
 * or with OpenSSL, not even the constants: they are computed from primes, as the standard defines
 * them. It is not constant-time, and must never see a real key.
 */

/** The 32-byte digest of `message`. */
export function sha256(message: Uint8Array): Uint8Array {
  return new Sha256().update(message).digest();
}

/** SHA-256 over parts, for messages that are longer than memory. */
export class Sha256 {
  readonly #state = Int32Array.from(INITIAL_STATE);
  readonly #block = new Uint8Array(64);
  #filled = 0;
  #length = 0n;

  /** Takes the next part of the message. */
  update(part: Uint8Array): this {
    this.#length += BigInt(part.length);
    let at = 0;
    while (at < part.length) {
      const taken = Math.min(64 - this.#filled, part.length - at);
      this.#block.set(part.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === 64) {
        compress(this.#state, this.#block);
        this.#filled = 0;
      }
    }
    return this;
  }

  /** The digest, 32 bytes. The object must not be used afterwards. */
  digest(): Uint8Array {
    const bits = this.#length * 8n;
    // §5.1.1: a one bit, zero bits up to 8 bytes before the end of a block, the length in bits.
    const zeros = (55 - this.#filled + 64) % 64;
    const padding = new Uint8Array(1 + zeros + 8);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(1 + zeros, bits);
    this.update(padding);
    const digest = new DataView(new ArrayBuffer(32));
    for (const [i, word] of this.#state.entries()) digest.setInt32(4 * i, word);
    return new Uint8Array(digest.buffer);
  }
}

const FIRST_PRIMES = primes(64);

/** §5.3.3: 32 bits of the fraction of the square root of each of the first 8 primes. */
const INITIAL_STATE = FIRST_PRIMES.slice(0, 8).map((prime) => fractionOfRoot(prime, 2n));

/** §4.2.2: 32 bits of the fraction of the cube root of each of the first 64 primes. */
const ROUND_CONSTANTS = Int32Array.from(FIRST_PRIMES, (prime) => fractionOfRoot(prime, 3n));

const schedule = new Int32Array(64);

/** §6.2.2: one block of 64 bytes into the state. */
function compress(state: Int32Array, block: Uint8Array): void {
  const w = schedule;
  for (let t = 0, i = 0; t < 16; t++, i += 4) {
    w[t] =
      (byte(block, i) << 24) |
      (byte(block, i + 1) << 16) |
      (byte(block, i + 2) << 8) |
      byte(block, i + 3);
  }
  for (let t = 16; t < 64; t++) {
    const w2 = at(w, t - 2);
    const w15 = at(w, t - 15);
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3);
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10);
    w[t] = (s1 + at(w, t - 7) + s0 + at(w, t - 16)) | 0;
  }
  let a = at(state, 0);
  let b = at(state, 1);
  let c = at(state, 2);
  let d = at(state, 3);
  let e = at(state, 4);
  let f = at(state, 5);
  let g = at(state, 6);
  let h = at(state, 7);
  for (let t = 0; t < 64; t++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + sum1 + choice + at(ROUND_CONSTANTS, t) + at(w, t)) | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + sum0 + majority) | 0;
  }
  state[0] = at(state, 0) + a;
  state[1] = at(state, 1) + b;
  state[2] = at(state, 2) + c;
  state[3] = at(state, 3) + d;
  state[4] = at(state, 4) + e;
  state[5] = at(state, 5) + f;
  state[6] = at(state, 6) + g;
  state[7] = at(state, 7) + h;
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function at(words: Int32Array, index: number): number {
  return words[index] ?? 0;
}

function byte(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function primes(count: number): readonly bigint[] {
  const found: bigint[] = [];
  for (let n = 2n; found.length < count; n++) {
    if (found.every((prime) => n % prime !== 0n)) found.push(n);
  }
  return found;
}

/** The first 32 bits after the point of the `degree`-th root of `n`. */
function fractionOfRoot(n: bigint, degree: bigint): number {
  const scaled = n << (32n * degree);
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) {
    if ((root + bit) ** degree <= scaled) root += bit;
  }
  return Number(BigInt.asIntN(32, root));
}
