/**
 * Asks the openssl program for what a tape says that it computed.
 *
 * One process hashes all messages, one computes all HMACs under a key, one encrypts all blocks under
 * a key; so a whole run needs a few hundred processes and not many thousands. OpenSSL is not quite
 * a stranger to `src/crypto`, which calls it through Node; that is why it is not the only witness.
 */

import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../format.ts';
import type { Use } from './primitives.ts';

/** Files named on one command line. */
const BATCH = 1000;

/** How many processes at once. */
const LANES = 2;

/** The first line of `openssl version`, or undefined where there is no such program. */
export function opensslVersion(): string | undefined {
  const { status, stdout } = spawnSync('openssl', ['version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * The uses for which openssl has another answer; empty when it agrees with all.
 *
 * @throws Error when openssl fails.
 */
export async function disagreements(uses: readonly Use[]): Promise<readonly Use[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spiped-vectors-'));
  const found: Use[] = [];
  try {
    const jobs = batches(uses);
    let next = 0;
    const work = async (): Promise<void> => {
      for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
        const answers = await ask(job, join(folder, `${next}`));
        found.push(...job.filter((use, i) => answers[i] !== toHex(use.output)));
      }
    };
    await Promise.all(Array.from({ length: LANES }, work));
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Uses that one process can answer. */
function batches(uses: readonly Use[]): readonly (readonly [Use, ...Use[]])[] {
  const groups = new Map<string, [Use, ...Use[]]>();
  const done: [Use, ...Use[]][] = [];
  for (const use of uses) {
    const name = `${use.primitive} ${use.key}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [use]);
    else if (group.push(use) === BATCH) {
      done.push(group);
      groups.delete(name);
    }
  }
  return [...done, ...groups.values()];
}

/** The answers to a batch, as hex, in its order. */
async function ask(batch: readonly [Use, ...Use[]], path: string): Promise<readonly string[]> {
  const [{ primitive, key }] = batch;
  if (primitive === 'aes256Blocks') {
    const input = Buffer.concat(batch.map((use) => use.input));
    const all = await openssl(['enc', '-aes-256-ecb', '-nopad', '-K', key], input);
    let at = 0;
    return batch.map(({ input: { length } }) => {
      at += length;
      return all.subarray(at - length, at).toString('hex');
    });
  }
  const files = batch.map((use, i) => {
    const file = `${path}-${i}`;
    writeFileSync(file, use.input);
    return file;
  });
  const mac = primitive === 'hmac' ? ['-mac', 'HMAC', '-macopt', `hexkey:${key}`] : [];
  const printed = await openssl(['dgst', '-sha256', '-hex', ...mac, ...files]);
  for (const file of files) rmSync(file);
  return [...printed.toString().matchAll(/= ([0-9a-f]{64})$/gm)].map(([, hex = '']) => hex);
}

function openssl(args: readonly string[], input: Uint8Array = new Uint8Array(0)): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { encoding: 'buffer', maxBuffer: 1 << 28 } as const;
    const child = execFile('openssl', args, options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
