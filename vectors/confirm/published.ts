/**
 * Holds the independent arithmetic, and through its tape openssl, to what standards print.
 *
 * Here the published values are the judge: a difference is a mistake in `independent/`.
 */

import { fromHex, type PublishedPrimitives } from '../format.ts';
import { pbkdf2 } from '../independent/hmac.ts';
import type { Primitives } from './primitives.ts';
import { differing } from './steps.ts';

/** The names of the cases that come out otherwise than printed. */
export function published(
  by: Primitives,
  printed: PublishedPrimitives,
): { readonly count: number; readonly differences: readonly string[] } {
  const cases: readonly (readonly [name: string, said: string, computed: Uint8Array])[] = [
    ...printed.sha256.cases.map(
      ({ name, message, digest }) => [name, digest, by.sha256(fromHex(message))] as const,
    ),
    ...printed.hmacSha256.cases.map(
      ({ name, key, message, mac }) =>
        [name, mac, by.hmac(fromHex(key), fromHex(message))] as const,
    ),
    ...printed.pbkdf2HmacSha256.cases.map(({ name, password, salt, derivedKey }) => {
      const mac = (key: Uint8Array, text: Uint8Array): Uint8Array => by.hmac(key, text);
      const length = derivedKey.length / 2;
      return [name, derivedKey, pbkdf2(mac, fromHex(password), fromHex(salt), length)] as const;
    }),
    ...printed.aes256Ecb.cases.map(
      ({ name, key, plaintext, ciphertext }) =>
        [name, ciphertext, by.aes256Blocks(fromHex(key), fromHex(plaintext))] as const,
    ),
    ...printed.aes256Ctr.cases.map(({ name, key, counterBlock, plaintext, ciphertext }) => {
      const text = fromHex(plaintext);
      const stream = by.aes256Blocks(fromHex(key), counterBlocks(counterBlock, text.length / 16));
      return [name, ciphertext, text.map((byte, i) => byte ^ (stream[i] ?? 0))] as const;
    }),
  ];
  return {
    count: cases.length,
    differences: cases.flatMap(([name, said, computed]) =>
      differing({ [`published-primitives/${name}`]: [said, computed] }),
    ),
  };
}

function counterBlocks(first: string, count: number): Uint8Array {
  const start = BigInt(`0x${first}`);
  return fromHex(
    Array.from({ length: count }, (_, i) =>
      (start + BigInt(i)).toString(16).padStart(32, '0'),
    ).join(''),
  );
}
