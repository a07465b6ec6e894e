/**
 * The known-answer tests of the Wycheproof project that concern us: HMAC-SHA256 and PBKDF2.
 *
 * The files in `wycheproof/` are theirs, unchanged; source and licence stand in the README there.
 * Whoever brings an HMAC is held to them: our suite in `src/crypto/published-vectors.test.ts`, the
 * plain arithmetic in `verify.ts`.
 */

import { fromHex, toHex } from './format.ts';
import { hmac, pbkdf2 } from './independent/hmac.ts';
import { readVectors } from './read.ts';

type Hmac = typeof hmac;

interface WycheproofFile<Group, Test> {
  readonly testGroups: readonly (Group & {
    readonly tests: readonly (Test & {
      readonly tcId: number;
      readonly comment: string;
      readonly result: 'valid' | 'invalid';
    })[];
  })[];
}

interface MacTest {
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
}

interface PbkdfTest {
  readonly password: string;
  readonly salt: string;
  readonly iterationCount: number;
  readonly dkLen: number;
  readonly dk: string;
}

/** What came of one file. */
export interface WycheproofResult {
  readonly name: string;
  readonly count: number;
  readonly differences: readonly string[];
}

/** HMAC-SHA256: valid tags are what `mac` computes (or its beginning), invalid ones are not. */
export function checkHmac(mac: Hmac = hmac): WycheproofResult {
  const { testGroups } = readVectors('wycheproof/hmac_sha256_test.json') as WycheproofFile<
    { readonly tagSize: number },
    MacTest
  >;
  const tests = testGroups.flatMap(({ tagSize, tests }) =>
    tests.map(({ tcId, key, msg, tag, result }) => {
      const computed = toHex(mac(fromHex(key), fromHex(msg)).subarray(0, tagSize / 8));
      return { tcId, right: (computed === tag) === (result === 'valid') };
    }),
  );
  return resultOf('wycheproof hmac', tests);
}

/**
 * PBKDF2-HMAC-SHA256, built from `mac` as the protocol builds it, of the tests with at most
 * `iterations` rounds, and of those with more than one only every `step`-th. (The protocol has one
 * round. The others exercise the HMAC, thousands of times each.)
 */
export function checkPbkdf2(mac: Hmac = hmac, iterations = 1, step = 1): WycheproofResult {
  const { testGroups } = readVectors('wycheproof/pbkdf2_hmacsha256_test.json') as WycheproofFile<
    object,
    PbkdfTest
  >;
  const tests = testGroups
    .flatMap(({ tests }) => tests)
    .filter(({ iterationCount }) => iterationCount <= iterations)
    .filter(({ iterationCount, tcId }) => iterationCount === 1 || tcId % step === 0)
    .map(({ tcId, password, salt, iterationCount, dkLen, dk }) => {
      const derived = pbkdf2(mac, fromHex(password), fromHex(salt), dkLen, iterationCount);
      return { tcId, right: toHex(derived) === dk };
    });
  return resultOf('wycheproof pbkdf2', tests);
}

/** Both files against the plain arithmetic; `long` includes what takes seconds. */
export function checkWycheproof(long: boolean): readonly WycheproofResult[] {
  return [checkHmac(), checkPbkdf2(hmac, long ? 4096 : 1)];
}

function resultOf(
  name: string,
  tests: readonly { readonly tcId: number; readonly right: boolean }[],
): WycheproofResult {
  const wrong = tests.filter(({ right }) => !right);
  return { name, count: tests.length, differences: wrong.map(({ tcId }) => `${name} ${tcId}`) };
}
