/**
 * What this room hands to OpenSSL and to the file system holds no secret any more afterwards.
 *
 * Shows HS-23 for the arrays of the key file and of the exponentiations, which nobody else can
 * reach. For the packets' keys see `prepared-keys.test.ts`.
 */

import crypto, { DiffieHellman, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { eraseSecrets } from './erase-secrets.ts';
import { sharedSecretBy } from './group14.ts';
import { readKeyFile } from './keyfile.ts';
import { modularPower, powerByDiffieHellman, powerByKeyObjects } from './modular-power.ts';
import { ownBytes } from './own-bytes.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'spiped-wiping-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

/** An array that was given away: what it held when it was, and the array itself. */
interface Given {
  readonly array: Uint8Array;
  readonly held: Uint8Array;
}

const given = (array: Uint8Array): Given => ({ array, held: Uint8Array.from(array) });
const isZero = ({ array }: Given): boolean => array.every((byte) => byte === 0);

const x = new Uint8Array(randomBytes(32));
const exponent = Uint8Array.from([4, ...x]);
const two = new Uint8Array(256).fill(2, 255);
/** What every OpenSSL refuses as a base. */
const one = new Uint8Array(256).fill(1, 255);

describe('the exponent 2^258 + x', () => {
  test.each([
    { when: 'there is a power', fails: false },
    { when: 'there is none', fails: true },
  ])('is overwritten when $when (HS-23)', ({ fails }) => {
    const exponents: Given[] = [];
    const power = (base: Uint8Array, of: Uint8Array): Uint8Array => {
      exponents.push(given(of));
      if (fails) throw new Error('refused');
      return modularPower(base, of);
    };
    const compute = () => sharedSecretBy(power, x, two);
    if (fails) expect(compute).toThrow('refused');
    else compute();
    for (const { held } of exponents) expect(held).toEqual(exponent);
    expect(exponents.map(isZero)).toEqual(fails ? [true, true] : [true]);
  });

  test.each([
    { base: two, what: 'a power' },
    { base: one, what: 'a refusal' },
  ])('is no key of the persistent object after $what (HS-23)', ({ base }) => {
    const keys: Uint8Array[] = [];
    const set = DiffieHellman.prototype.setPrivateKey;
    vi.spyOn(DiffieHellman.prototype, 'setPrivateKey').mockImplementation(function (
      this: DiffieHellman,
      key: unknown,
    ) {
      keys.push(Uint8Array.from(key as Uint8Array));
      Reflect.apply(set, this, [key]);
    });
    const compute = () => powerByDiffieHellman(base, exponent);
    if (base === one) expect(compute).toThrow();
    else compute();
    expect(keys).toEqual([exponent, new Uint8Array([1])]);
  });

  test.each([
    { base: two, what: 'a power' },
    { base: one, what: 'a refusal' },
  ])('is not left in the encoding of a key object after $what (HS-23)', ({ base }) => {
    const encodings: Given[] = [];
    const create = crypto.createPrivateKey;
    vi.spyOn(crypto, 'createPrivateKey').mockImplementation((key) => {
      encodings.push(given((key as { key: Buffer }).key));
      return create(key);
    });
    syncBuiltinESMExports();
    const compute = () => powerByKeyObjects(base, exponent);
    if (base === one) expect(compute).toThrow();
    else compute();
    expect(encodings.map(({ held }) => held.slice(-33))).toEqual([exponent]);
    expect(encodings.map(isZero)).toEqual([true]);
  });
});

describe('the content of a key file', () => {
  const path = join(folder, 'key');
  fs.writeFileSync(path, randomBytes(100_000));

  /** Each array into which something was read; the second read may fail. */
  function watch(secondRead: 'works' | 'fails') {
    const arrays: Given[] = [];
    const opened: number[] = [];
    const [open, read] = [promisify(fs.open), promisify(fs.read)];
    const close = vi.spyOn(fs, 'close');
    const watchedOpen = async (...from: Parameters<typeof open>) => {
      const descriptor = await open(...from);
      opened.push(descriptor);
      return descriptor;
    };
    const watchedRead = async (fd: number, array: Uint8Array, ...from: [number, number, null]) => {
      if (arrays.length === 1 && secondRead === 'fails') {
        throw Object.assign(new Error('EIO'), { code: 'EIO' });
      }
      const result = await read(fd, array, ...from);
      arrays.push(given(array));
      return result;
    };
    Object.assign(vi.spyOn(fs, 'open'), { [promisify.custom]: watchedOpen });
    Object.assign(vi.spyOn(fs, 'read'), { [promisify.custom]: watchedRead });
    syncBuiltinESMExports();
    return { arrays, opened, closed: () => close.mock.calls.map(([descriptor]) => descriptor) };
  }

  test('is overwritten, and the file closed, when it has been read', async () => {
    const { arrays, opened, closed } = watch('works');
    await readKeyFile(path);
    expect(arrays.length).toBeGreaterThan(1);
    expect(arrays[0]?.held).toEqual(new Uint8Array(fs.readFileSync(path).subarray(0, 65_536)));
    expect(arrays.filter((array) => !isZero(array))).toEqual([]);
    expect(opened).toHaveLength(1);
    expect(closed()).toEqual(opened);
  });

  test('is overwritten, and the file closed, when it cannot be read to its end', async () => {
    const { arrays, opened, closed } = watch('fails');
    await expect(readKeyFile(path)).rejects.toThrow('cannot read key file');
    expect(arrays.map(isZero)).toEqual([true]);
    expect(opened).toHaveLength(1);
    expect(closed()).toEqual(opened);
  });
});

describe('what OpenSSL returns', () => {
  test('is overwritten where it was, when that is memory that others share', () => {
    const pool = new Uint8Array(64).fill(7);
    const own = ownBytes(Buffer.from(pool.buffer, 16, 32));
    expect(own).toEqual(new Uint8Array(32).fill(7));
    expect(own.buffer.byteLength).toBe(32);
    expect(pool.slice(16, 48)).toEqual(new Uint8Array(32));
    expect(pool[15]).toBe(7);
    expect(pool[48]).toBe(7);
  });

  test('is not copied where it has memory of its own', () => {
    const buffer = Buffer.alloc(32, 7);
    expect(ownBytes(buffer).buffer).toBe(buffer.buffer);
  });
});

test('a secret is overwritten, whatever it is and however many there are (HS-23)', () => {
  const secrets = [new Uint8Array(1).fill(1), new Uint8Array(256).fill(2), new Uint8Array(0)];
  eraseSecrets(secrets);
  expect(secrets).toEqual([new Uint8Array(1), new Uint8Array(256), new Uint8Array(0)]);
});
