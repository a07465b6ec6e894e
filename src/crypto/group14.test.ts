/**
 * The exponentiations of the handshake against plain arithmetic with BigInt.
 *
 * Shows HS-8, HS-13 and HS-16, for each form of the arithmetic that Node has: which one runs
 * depends on the OpenSSL in it, and both must give the same bytes.
 */

import { createDiffieHellmanGroup, createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GROUP14_MODULUS } from '../protocol/group14.ts';
import { computeSharedSecret, generateKeyPair, sharedSecretBy } from './group14.ts';
import {
  type ModularPower,
  modularPower,
  powerByDiffieHellman,
  powerByKeyObjects,
} from './modular-power.ts';

const p = toNumber(GROUP14_MODULUS);

/** x = SHA-256("public value 588"): the first of "public value 0", 1, … whose y begins with 00. */
const X_OF_SHORT_Y = fromHex('56a95af709b2b4fe7c79b42761eabb5de018f331934c1a69017e5ee4fda59eb3');

/**
 * x = SHA-256("shared secret 431"): the first of "shared secret 0", 1, … whose shared secret with
 * the public value of SHA-256("server") begins with 00.
 */
const X_OF_SHORT_YSC = fromHex('59965d8f9596c4c39102545e53cae10e33c8cd053f7d3569f5ff3693bed05cfd');

/** An OpenSSL that validates its input, like some that Node comes with: squares only. */
const validatingPower: ModularPower = (base, exponent) => {
  if (power(toNumber(base), (p - 1n) / 2n) !== 1n) throw new Error('refused');
  return modularPower(base, exponent);
};

const forms = [
  { form: 'the persistent object', modular: powerByDiffieHellman },
  { form: 'key objects', modular: powerByKeyObjects },
  { form: 'an OpenSSL that refuses what is not a square', modular: validatingPower },
  { form: 'the form chosen here', modular: modularPower },
];

describe.each(forms)('by $form', ({ modular }) => {
  const secret = (x: Uint8Array, y: bigint) => toNumber(sharedSecretBy(modular, x, toBytes(y)));

  //= HS-16
  //# An end that wants forward secrecy MUST compute ySC = y^e mod p from the peer's y and its own
  //# exponent, as 256 bytes with its leading zeros.
  test('a shared secret is y^(2^258 + x) mod p for any x and y (HS-16)', () => {
    const anyX = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const anyY = fc.bigInt({ min: 0n, max: p - 1n });
    fc.assert(
      fc.property(anyX, anyY, (x, y) => {
        expect(secret(x, y)).toBe(power(y, exponentOf(x)));
      }),
      // Shrinking a 2048-bit number by slow arithmetic takes minutes and explains nothing.
      { numRuns: 6, endOnFailure: true },
    );
  });

  test.each([
    ['0', 0n],
    ['1', 1n],
    ['2', 2n],
    ['3, a square modulo p', 3n],
    ['11, not a square', 11n],
    ['2^2047, whose first bit is set', 1n << 2047n],
    ['2^1607, whose first bit is set, after zeros', 1n << 1607n],
    ['p - 2, not a square', p - 2n],
    ['p - 1', p - 1n],
  ])('y = %s is computed like any other, for an even and an odd x (HS-13)', (_, y) => {
    for (const x of [fill(0x00), fill(0xff), fill(0x10), fill(0x11)]) {
      expect(secret(x, y)).toBe(power(y, exponentOf(x)));
    }
  });
});

test.each(forms)(
  'arguments are not written to, and results are arrays of their own, by $form',
  (by) => {
    const x = sha256('x');
    const { y } = generateKeyPair(x);
    for (const peer of [y, toBytes(0n), toBytes(1n), toBytes(p - 1n), toBytes(11n)]) {
      const before = Uint8Array.from(peer);
      const ySC = sharedSecretBy(by.modular, x, peer);
      expect(ySC.constructor).toBe(Uint8Array);
      expect(ySC.buffer.byteLength).toBe(256);
      ySC.fill(0xee);
      expect(peer).toEqual(before);
    }
    expect(x).toEqual(sha256('x'));
  },
);

test('a public value is 2^(2^258 + x) mod p, also when one object made many before (HS-8)', () => {
  for (const x of [fill(0x00), fill(0x01), fill(0xff), sha256('x'), fill(0x01)]) {
    const pair = generateKeyPair(x);
    expect(pair.x).toBe(x);
    expect(pair.y).toHaveLength(256);
    expect(toNumber(pair.y)).toBe(power(2n, exponentOf(x)));
  }
});

test('two ends agree (HS-16)', () => {
  const client = generateKeyPair(sha256('client'));
  const server = generateKeyPair(sha256('server'));
  const ySC = computeSharedSecret(client.x, server.y);
  expect(computeSharedSecret(server.x, client.y)).toEqual(ySC);
});

//= HS-6
//# The second message of each end MUST be 288 bytes: y, a number below p as 256 bytes big-endian
//# with its leading zeros, and h, 32 bytes.
test('a public value keeps its leading zero bytes (HS-6)', () => {
  const { y } = generateKeyPair(X_OF_SHORT_Y);
  expect(y[0]).toBe(0);
  expect(y).toEqual(toBytes(power(2n, exponentOf(X_OF_SHORT_Y))));
});

test('ySC keeps its leading zero bytes (HS-16)', () => {
  const server = generateKeyPair(sha256('server'));
  const expected = toBytes(power(toNumber(server.y), exponentOf(X_OF_SHORT_YSC)));
  expect(expected[0]).toBe(0);
  expect(computeSharedSecret(X_OF_SHORT_YSC, server.y)).toEqual(expected);
});

test('a y that the core should have refused, or an x of another length, is a defect', () => {
  expect(() => computeSharedSecret(fill(1), GROUP14_MODULUS)).toThrow('invariant');
  expect(() => computeSharedSecret(fill(1), fill(0xff, 256))).toThrow('invariant');
  expect(() => computeSharedSecret(fill(1), fill(1, 255))).toThrow('invariant');
  expect(() => computeSharedSecret(fill(1, 31), toBytes(2n))).toThrow('invariant');
  expect(() => generateKeyPair(fill(1, 33))).toThrow('invariant');
});

/** RFC 3526 §3 gives the prime as 2^2048 - 2^1984 - 1 + 2^64 * { [2^1918 pi] + 124476 }. */
test('the modulus is the one of RFC 3526 group 14, from its formula and as Node has it', () => {
  const formula =
    (1n << 2048n) - (1n << 1984n) - 1n + (1n << 64n) * (piTimesPowerOfTwo(1918n) + 124476n);
  expect(p).toBe(formula);
  const ofNode = createDiffieHellmanGroup('modp14').getPrime();
  expect(Uint8Array.from(ofNode)).toEqual(GROUP14_MODULUS);
});

/** The integer part of 2^bits · π, by Machin's formula π = 16 arctan(1/5) − 4 arctan(1/239). */
function piTimesPowerOfTwo(bits: bigint): bigint {
  const guard = 64n;
  const unit = 1n << (bits + guard);
  const arctanOfInverse = (n: bigint) => {
    let sum = 0n;
    let term = unit / n;
    for (let k = 1n; term !== 0n; k += 2n) {
      sum += k % 4n === 1n ? term / k : -(term / k);
      term /= n * n;
    }
    return sum;
  };
  return (16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n)) >> guard;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % p;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % p;
    square = (square * square) % p;
  }
  return result;
}

function exponentOf(x: Uint8Array): bigint {
  return (1n << 258n) + toNumber(x);
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function toBytes(y: bigint): Uint8Array {
  return fromHex(y.toString(16).padStart(512, '0'));
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function sha256(text: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(text).digest());
}

function fill(byte: number, length = 32): Uint8Array {
  return new Uint8Array(length).fill(byte);
}
