/**
 * Goal: the command as a process: its exit codes, a reader that goes away, and a log much larger
 * than the memory it may use.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DigestChain } from '../eventlog/chain.ts';
import { encodeEnd, encodeEntry, encodeHeader } from '../eventlog/encode.ts';
import type { FullEntry } from '../eventlog/format.ts';
import { Tally } from '../eventlog/tally.ts';

const COMMAND = fileURLToPath(new URL('./spiped-trace.ts', import.meta.url));

let directory = '';
let file = '';

/** A log of 80 MB: a connection that waits for its target and is read from all the while. */
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'spiped-trace-'));
  file = path.join(directory, 'large.ndjson');
  const chain = new DigestChain();
  const tally = new Tally();
  const stream = createWriteStream(file);
  const write = async (object: string): Promise<void> => {
    if (!stream.write(chain.seal(object))) await once(stream, 'drain');
  };
  await write(
    encodeHeader({
      content: 'full',
      connection: '1-1',
      role: 'client',
      policy: { weak: false, requireForwardSecrecy: false },
      timeoutMilliseconds: 5000,
      dial: 'on-accept',
      software: { name: 'spiped', version: '1.2.3' },
      started: '2024-01-31T23:59:59.123Z',
    }),
  );
  const bytes = new Uint8Array(65_536).fill(0x61);
  for (let sequence = 1; sequence <= 900; sequence++) {
    const entry: FullEntry = {
      content: 'full',
      sequence,
      microseconds: sequence,
      phase: 'piping',
      event: { type: 'bytesReceived', side: 'plain', bytes },
      effects: [],
      derivations: [],
    };
    tally.add(entry.event, entry.effects);
    await write(encodeEntry(entry));
  }
  await write(encodeEnd(tally.end(901)));
  stream.end();
  await once(stream, 'close');
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run the command; with `closeAfter`, close its output when that many bytes have come. */
async function run(
  args: readonly string[],
  { nodeOptions = [], closeAfter }: { nodeOptions?: readonly string[]; closeAfter?: number } = {},
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    [...nodeOptions, '--import', import.meta.resolve('tsx'), COMMAND, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (closeAfter !== undefined && stdout.length >= closeAfter) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

describe('the process spiped-trace', () => {
  test('exits 0 for --version and 1 for a mistake', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, stderr: '' });
    expect(await run(['sho'])).toMatchObject({ code: 1, stdout: '' });
  });

  test('ends quietly when nobody reads its output any more, as with head', async () => {
    const ended = await run(['show', '--hex', file], { closeAfter: 1000 });
    expect(ended.code).toBe(0);
    expect(ended.stderr).toBe('');
    expect(ended.stdout).toMatch(/^connection 1-1, client/);
  });

  test('reads a log of any size in little memory', async () => {
    expect((await stat(file)).size).toBeGreaterThan(75_000_000);
    const nodeOptions = ['--max-old-space-size=48'];
    const ended = await run(['show', file], { nodeOptions });
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expect(ended.stdout.split('\n')).toHaveLength(903);
  });

  test('says in one line that there is no such file', async () => {
    const missing = path.join(directory, 'missing');
    expect(await run(['replay', missing])).toEqual({
      code: 1,
      stdout: '',
      stderr: `spiped-trace: ${missing}: no such file or directory\n`,
    });
  });
});
