/**
 * Each primitive, as this room uses it, against the values that its standard prints.
 *
 * Shows KF-1, HS-5 (PBKDF2), HS-7 (HMAC) and PK-3 (AES-256-CTR) for the primitives. The group's
 * modulus is checked in `group14.test.ts`.
 */

import { createCipheriv } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromHex, readPublishedPrimitives, toHex } from '../../vectors/format.ts';
import { checkHmac, checkPbkdf2 } from '../../vectors/wycheproof.ts';
import { aes256Ctr } from './aes-ctr.ts';
import { createSuite, readSharedSecret } from './index.ts';

const published = readPublishedPrimitives();
const suite = createSuite();

describe(published.sha256.origin, () => {
  test.each(published.sha256.cases)('K of a key file: $name (KF-1)', async (vector) => {
    const folder = mkdtempSync(join(tmpdir(), 'spiped-key-'));
    try {
      const path = join(folder, 'key');
      writeFileSync(path, fromHex(vector.message));
      expect(toHex(await readSharedSecret(path))).toBe(vector.digest);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe(published.hmacSha256.origin, () => {
  test.each(published.hmacSha256.cases)('hmac: $name (HS-7)', ({ key, message, mac }) => {
    expect(toHex(suite.hmac(fromHex(key), fromHex(message)))).toBe(mac);
  });
});

describe(published.pbkdf2HmacSha256.origin, () => {
  test.each(published.pbkdf2HmacSha256.cases)('pbkdf2: $name (HS-5)', (vector) => {
    const length = vector.derivedKey.length / 2;
    const derived = suite.pbkdf2(fromHex(vector.password), fromHex(vector.salt), length);
    expect(toHex(derived)).toBe(vector.derivedKey);
  });
});

describe(published.aes256Ctr.origin, () => {
  test.each(published.aes256Ctr.cases)('counter mode: $name (PK-3)', (vector) => {
    const key = fromHex(vector.key);
    const block = fromHex(vector.counterBlock);
    expect(toHex(aes256Ctr(key, block, fromHex(vector.plaintext)))).toBe(vector.ciphertext);
    const plaintext = aes256Ctr(key, block, fromHex(vector.ciphertext));
    expect(toHex(plaintext)).toBe(vector.plaintext);
    expect(plaintext.constructor).toBe(Uint8Array);
  });
});

describe(published.aes256Ecb.origin, () => {
  // Counter mode can be had from single blocks too; an engine that does so rests on this.
  test.each(published.aes256Ecb.cases)('single blocks: $name (PK-3)', (vector) => {
    const cipher = createCipheriv('aes-256-ecb', fromHex(vector.key), null);
    expect(toHex(cipher.update(fromHex(vector.plaintext)))).toBe(vector.ciphertext);
  });
});

describe('the Wycheproof project', () => {
  test('hmac: every valid tag is computed, and no invalid one (HS-7, PK-4)', () => {
    const { count, differences } = checkHmac((key, message) => suite.hmac(key, message));
    expect(differences).toEqual([]);
    expect(count).toBe(174);
  });

  // The suite's own PBKDF2 has one iteration; 4096 of them are its HMAC, thousands of times.
  test('pbkdf2 over our hmac, with 1 iteration and some with 4096 (HS-5)', () => {
    const { count, differences } = checkPbkdf2((key, text) => suite.hmac(key, text), 4096, 8);
    expect(differences).toEqual([]);
    expect(count).toBe(8);
  });

  test('an hmac that is wrong is noticed', () => {
    const wrong = checkHmac((key, message) => suite.hmac(key, message).map((byte) => byte ^ 1));
    expect(wrong.differences.length).toBeGreaterThan(0);
    const truncating = checkHmac((key, message) => suite.hmac(key.subarray(0, 64), message));
    expect(truncating.differences.length).toBeGreaterThan(0);
  });
});
