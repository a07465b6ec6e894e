/**
 * The vectors are right, say two witnesses that share no code with `src/crypto`; and a wrong byte
 * in any family is found.
 *
 * The plain arithmetic computes every vector anew, but for those that take very long. Openssl is
 * asked about a part of it that is always the same; `npm run vectors:verify` asks it about all.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CONFIRMED_FAMILIES, confirmFamily } from './families.ts';
import { disagreements, opensslVersion } from './openssl.ts';
import type { Use } from './primitives.ts';

/** One use in so many is asked of openssl here. */
const SHARE = 12;

const version = opensslVersion();
const absent = version === undefined;
if (absent) console.log('SKIPPED: openssl confirms no vector: there is no openssl program in PATH');

describe.each(CONFIRMED_FAMILIES)('%s', (name) => {
  const { count, differences, tape } = confirmFamily(name);

  test('is what the text of the protocol gives, computed by plain arithmetic', () => {
    expect(count).toBeGreaterThan(0);
    expect(differences).toEqual([]);
  });

  // Powers are on no tape: BigInt alone computes them.
  if (tape.uses.length === 0) return;
  test.skipIf(absent)('is what openssl computes, in part', async () => {
    const sample = tape.uses.filter((_, i) => i % SHARE === 0);
    expect(await disagreements(sample)).toEqual([]);
  });
});

test.skipIf(absent)('openssl disagrees with a wrong answer of each primitive', async () => {
  const { tape } = confirmFamily('published-primitives');
  const wrong = tape.uses.map((use): Use => ({ ...use, output: use.output.map((b) => b ^ 1) }));
  expect(await disagreements(wrong)).toHaveLength(wrong.length);
  expect(new Set(wrong.map(({ primitive }) => primitive)).size).toBe(3);
});

test('the plain arithmetic imports nothing', () => {
  const folder = new URL('../independent/', import.meta.url);
  const imports = readdirSync(folder).flatMap((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    return [...text.matchAll(/from '([^']+)'/g)].map(([, what]) => what);
  });
  // HMAC is made of the SHA-256 beside it.
  expect(imports).toEqual(['./sha256.ts']);
});
