/**
 * The derivation of `spec/derivation/derive.sh`, run: a reader who follows it arrives at the values of
 * the test vectors. Powers are checked by arithmetic of JavaScript besides, so that not even
 * `openssl` is alone in what it says of them.
 *
 * Without `openssl` or `xxd` in the PATH the script cannot run; the tests are skipped, and say so.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { GROUP14_MODULUS } from '../src/protocol/group14.ts';
import { type ConnectionVector, readHandshakeAndPackets, toHex } from '../vectors/format.ts';
import { derivationInputs, derivationOutputs } from './derivation.ts';

const SPEC = new URL('../spec/', import.meta.url);
const SCRIPT = fileURLToPath(new URL('derivation/derive.sh', SPEC));

const { connections } = readHandshakeAndPackets();

const missing = ['openssl', 'xxd'].filter(
  (program) => spawnSync(program, ['-version']).error !== undefined,
);
if (missing.length > 0) {
  console.log(`SKIPPED: .dev/derivation.test.ts needs ${missing.join(' and ')} in the PATH`);
}

/** What the script prints, by name. `inputs` is the path of a file; absent: the one beside it. */
function derive(...inputs: readonly string[]): ReadonlyMap<string, string> {
  const { status, stdout, stderr } = spawnSync('sh', [SCRIPT, ...inputs], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return new Map(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [name = '', value = ''] = line.split(' ');
        return [name, value] as const;
      }),
  );
}

function deriveFrom(connection: ConnectionVector): ReadonlyMap<string, string> {
  const directory = mkdtempSync(path.join(tmpdir(), 'derivation-'));
  try {
    const inputs = path.join(directory, 'inputs.sh');
    writeFileSync(inputs, derivationInputs(connection));
    return derive(inputs);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe.skipIf(missing.length > 0)('the derivation by shell commands', () => {
  test.each(connections.slice(0, 8))('prints every value of the vector: $name', (connection) => {
    expect([...deriveFrom(connection)]).toEqual([...derivationOutputs(connection)]);
  });

  test('starts, when nothing else is given, from the first connection of the vectors', () => {
    const [first] = connections;
    if (first === undefined) throw new Error('the vectors hold no connection');
    expect([...derive()]).toEqual([...derivationOutputs(first)]);
  });

  test('agrees with arithmetic of JavaScript on the powers (HS-8, HS-16)', () => {
    for (const connection of connections.slice(0, 8)) {
      const { client, server } = connection;
      const printed = derivationOutputs(connection);
      for (const [{ x, y }, peer] of [[client, server.y] as const, [server, client.y] as const]) {
        if (x === null) continue;
        const e = 2n ** 258n + BigInt(`0x${x}`);
        expect(y).toBe(hex256(power(2n, e)));
        expect(printed.get('ySC')).toBe(hex256(power(BigInt(`0x${peer}`), e)));
      }
    }
  });
});

test('the modulus that protocol.md and the script print is the one that the code uses', () => {
  const digits = toHex(GROUP14_MODULUS).toUpperCase();
  const text = readFileSync(new URL('protocol.md', SPEC), 'utf8');
  const [block] = /^(?:[0-9A-F]{64}\n){8}/m.exec(text) ?? [];
  expect(block?.replaceAll('\n', '')).toBe(digits);
  const lines = readFileSync(SCRIPT, 'utf8').match(/^p=.*$/gm) ?? [];
  expect(lines.map((line) => line.replace(/^p=(?:\$\{p\})?/, '')).join('')).toBe(digits);
});

/** Powers modulo p by squaring. Slow and variable in time, as only test values may be. */
function power(base: bigint, exponent: bigint): bigint {
  const p = BigInt(`0x${toHex(GROUP14_MODULUS)}`);
  let [result, square] = [1n, base % p];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % p;
    square = (square * square) % p;
  }
  return result;
}

function hex256(value: bigint): string {
  return value.toString(16).padStart(512, '0');
}
