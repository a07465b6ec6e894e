/**
 * Writes the vector files that are computed, or with `--check` compares them with what it would
 * write.
 *
 *     node --import tsx vectors/generate.ts [--check] [--long]
 *
 * It is deterministic: everything that is random in a vector is the SHA-256 of a label. The values
 * are those of `src/crypto` with its reference engine, so they prove nothing about that by
 * themselves: `verify.ts` does, with arithmetic of its own and with `openssl`. The vectors whose
 * values take seconds are computed anew with `--long` only, or when they are missing.
 *
 * Not here: `c-captures.json` (`conformance/capture`) and what others published.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { readFamily } from './family.ts';
import { connections } from './generate/connections.ts';
import { publicValues, sharedSecrets } from './generate/group.ts';
import { handshakeMessages } from './generate/handshake-messages.ts';
import { keyFiles, macKeys, sessionKeys } from './generate/keys.ts';
import { packets } from './generate/packets.ts';
import { accumulated, isLong, streams } from './generate/streams.ts';
import { transcripts } from './generate/transcripts.ts';
import { workedExamples } from './generate/worked-examples.ts';

const check = process.argv.includes('--check');
const known = process.argv.includes('--long') ? [] : knownLong();

const FILES: readonly [name: string, content: () => unknown][] = [
  ['key-files', keyFiles],
  ['mac-keys', macKeys],
  ['public-values', publicValues],
  ['handshake-messages', handshakeMessages],
  ['shared-secrets', sharedSecrets],
  ['session-keys', sessionKeys],
  ['packets', packets],
  ['streams', streams],
  ['accumulated', () => accumulated(known)],
  ['connections', connections],
  ['transcripts', transcripts],
  ['handshake-and-packets', workedExamples],
];

for (const [name, content] of FILES) {
  const file = new URL(`${name}.json`, import.meta.url);
  const text = `${JSON.stringify(content(), null, 2)}\n`;
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`vectors/${name}.json is not what vectors/generate.ts writes: look why`);
    process.exitCode = 1;
  }
}

function knownLong() {
  try {
    return readFamily('accumulated').vectors.filter(isLong);
  } catch {
    return [];
  }
}
