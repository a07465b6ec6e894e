/**
 * Confirms every vector again, and says how: `npm run vectors:verify [-- --long]`.
 *
 * First with the arithmetic of `independent/`, which shares no code with `src/crypto`; then each
 * hash, MAC and block that this took with the openssl program. `--long` adds the vectors that take
 * minutes. Exit status 1 when anything differs, or when there is no openssl.
 */

import { CONFIRMED_FAMILIES, confirmFamily } from './confirm/families.ts';
import { disagreements, opensslVersion } from './confirm/openssl.ts';
import { checkWycheproof } from './wycheproof.ts';

const long = process.argv.includes('--long');
const version = opensslVersion();
let total = 0;
let captured = 0;
let failed = version === undefined;
let [asked, powers] = [0, 0];

for (const name of CONFIRMED_FAMILIES) {
  const { count, left, differences, tape } = confirmFamily(
    name,
    long ? Number.POSITIVE_INFINITY : 10_000,
  );
  const other = version === undefined ? [] : await disagreements(tape.uses);
  total += count + left;
  if (name === 'c-captures') captured = count;
  asked += tape.uses.length;
  powers += tape.powers;
  const how = [
    ...(name === 'c-captures' ? ['sent by C spiped'] : []),
    'computed anew from the text of the protocol',
    ...(tape.powers > 0 ? [`${tape.powers} powers by BigInt`] : []),
    ...(version !== undefined && tape.uses.length > 0
      ? [`${tape.uses.length} hashes, MACs and blocks by openssl`]
      : []),
    ...(left > 0 ? [`${left} of them only with --long`] : []),
  ];
  print(name, count + left, how.join('; '));
  for (const difference of differences) complain(`${difference} differs`);
  for (const { primitive, key } of other)
    complain(`openssl: another ${primitive} under key ${key}`);
}
for (const { name, count, differences } of checkWycheproof(long)) {
  print(name, count, 'published by the Wycheproof project; computed anew');
  for (const difference of differences) complain(`${difference} differs`);
}
console.log(
  `${total} vectors, ${captured} of them captured from C spiped. ` +
    `Confirmed with ${powers} powers by BigInt, and ${asked} hashes, MACs and blocks ` +
    `by plain arithmetic and ${version ?? 'by nobody else: there is no openssl program'}.`,
);
if (failed) process.exitCode = 1;

function print(name: string, count: number, how: string): void {
  console.log(`${name.padEnd(24)}${String(count).padStart(5)}  ${how}`);
}

function complain(text: string): void {
  failed = true;
  console.error(`  WRONG: ${text}`);
}
