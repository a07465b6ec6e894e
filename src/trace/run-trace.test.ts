/**
 * Goal: the commands print what they find, exit 0 when all is well and 1 otherwise, and every
 * error is one line that names the file.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  computeSharedSecret,
  createSuite,
  generateKeyPair,
  readSharedSecret,
} from '../crypto/index.ts';
import { pairId } from '../eventlog/pair.ts';
import { bytesOf, type RecordedPair, recordPair } from '../eventlog/testing/recorded-pair.ts';
import { resealed } from '../eventlog/testing/reseal.ts';
import { runTrace, type TraceTask } from './run-trace.ts';

let directory = '';
let full: RecordedPair;
let wire: RecordedPair;

const place = (name: string): string => path.join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'spiped-trace-'));
  await writeFile(place('key'), 'a key');
  await writeFile(place('other'), 'another key');
  const options = {
    suite: createSuite(),
    arithmetic: { generateKeyPair, computeSharedSecret },
    plaintext: { client: [bytesOf('a', 3000)], server: [bytesOf('c', 10)] },
    policies: { server: { weak: true, requireForwardSecrecy: false } },
  };
  const record = async (content: 'wire' | 'full'): Promise<RecordedPair> => {
    const secrets = {
      client: await readSharedSecret(place('key')),
      server: await readSharedSecret(place('key')),
    };
    return recordPair({ ...options, content, secrets });
  };
  full = await record('full');
  wire = await record('wire');
  await writeFile(place('full'), full.logs.client);
  await writeFile(place('wire'), wire.logs.client);
  await writeFile(place('cut'), full.logs.client.split('\n').slice(0, 9).join('\n'));
  await writeFile(place('damaged'), full.logs.client.replace('"us":500', '"us":501'));
  await writeFile(
    place('different'),
    resealed(full.logs.client, (object) => object.replace('"phase":"piping"', '"phase":"idle"')),
  );
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** Do a task; with `failure`, nothing can be written to standard output. */
async function run(
  task: TraceTask,
  failure?: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' };
  const code = await runTrace(task, (stream, added) => {
    if (failure !== undefined && stream === 'stdout') {
      throw Object.assign(new Error(`${failure}: failed on command`), { code: failure });
    }
    text[stream] += added;
  });
  return { code, ...text };
}

describe('show', () => {
  test('prints a line for each record, and one for the pair', async () => {
    const { code, stdout, stderr } = await run({
      command: 'show',
      file: place('full'),
      hex: false,
    });
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines).toHaveLength(full.logs.client.split('\n').length + 1);
    const nonces = [bytesOf('nonce client', 32), bytesOf('nonce server', 32)] as const;
    const pair = lines.findIndex((line) => line.startsWith('pair'));
    expect(lines[pair]).toBe(`pair  ${pairId(...nonces)}`);
    expect(lines[pair - 1]).toContain('cipher: received 32 bytes');
    expect(stdout).toContain('plain: received 3000 bytes → cipher: send 3180 bytes [piping]');
  });

  test('prints what is there of a log that was cut short, then says so and exits 1', async () => {
    const { code, stdout, stderr } = await run({ command: 'show', file: place('cut'), hex: true });
    expect(code).toBe(1);
    expect(stdout).toContain('sendBytes.bytes');
    expect(stderr).toBe(
      `spiped-trace: ${place('cut')}: line 9 (event 8) is incomplete: ` +
        'the log was cut short, or is still being written\n',
    );
  });

  test('is content when nobody reads on, and is not when the disk is full', async () => {
    const config = { command: 'show', file: place('full'), hex: true } as const;
    expect(await run(config, 'EPIPE')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await run(config, 'ENOSPC')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'spiped-trace: cannot write to standard output: ENOSPC: failed on command\n',
    });
  });
});

test.each([{ command: 'show', hex: true }, { command: 'redact' }] as const)(
  '%o reads no further when nobody reads on',
  async (task) => {
    const { logs } = await recordPair({
      ...{ suite: createSuite(), arithmetic: { generateKeyPair, computeSharedSecret } },
      ...{
        content: 'full',
        plaintext: { client: [], server: Array(300).fill(bytesOf('a', 1024)) },
      },
    });
    // Further on the log is damaged, which who reads it would have to say.
    await writeFile(place('long'), logs.client.replace(/\n.*\n$/, '\n{}\n'));
    expect((await run({ ...task, file: place('long') })).code).toBe(1);
    expect(await run({ ...task, file: place('long') }, 'EPIPE')).toMatchObject({ code: 0 });
  },
);

describe('replay', () => {
  const replay = (name: string, keyFile?: string) =>
    run({
      command: 'replay',
      file: place(name),
      keyFile: keyFile === undefined ? undefined : place(keyFile),
    });

  test('of a full log exits 0 with a summary, with and without the key', async () => {
    const without = await replay('full');
    expect([without.code, without.stderr]).toEqual([0, '']);
    expect(without.stdout).toMatch(
      /^\S+full: all \d+ events replay the same, with the keys in the log .*: client, closed by both ends; plain 3000 bytes in, 10 out; cipher 1380 bytes in, 3500 out\n$/,
    );
    const withKey = await replay('full', 'key');
    expect(withKey.code).toBe(0);
    expect(withKey.stdout).toContain('with the given key');
  });

  test('names the first difference and exits 1', async () => {
    const { code, stdout, stderr } = await replay('different');
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(
      /^\S+different: line \d+, event \d+ \(sharedSecretComputed\) replays differently: phase: recorded "idle", replayed "piping"\n$/,
    );
  });

  test('names the line and event of a changed byte, and exits 1', async () => {
    const { code, stdout, stderr } = await replay('damaged');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^spiped-trace: \S+damaged: line 6 \(event 5\) was changed, .*; the 4 before it replay the same\n$/,
    );
  });

  test('of a log that was cut short says how far it came, and exits 1', async () => {
    const { code, stderr } = await replay('cut');
    expect(code).toBe(1);
    expect(stderr).toContain('line 9 (event 8) is incomplete');
    expect(stderr).toContain('the 7 before it replay the same');
  });

  test('with another key, of a wire log, or without a file exits 1 with one line', async () => {
    expect((await replay('full', 'other')).stdout).toContain('the given key derives other keys');
    for (const result of [
      await replay('wire'),
      await replay('none'),
      await replay('full', 'none'),
    ]) {
      expect(result.code).toBe(1);
      expect(result.stdout).toBe('');
      expect(result.stderr).toMatch(/^spiped-trace: .*\n$/);
    }
    expect((await replay('wire')).stderr).toContain('it is a wire log');
    expect((await replay('none')).stderr).toContain(`${place('none')}: no such file or directory`);
    expect((await replay('.')).stderr).toContain('directory');
  });
});

describe('verify', () => {
  const verify = (name: string, keyFile: string) =>
    run({ command: 'verify', file: place(name), keyFile: place(keyFile) });

  test('prints each check with its requirements, a summary, and exits 0', async () => {
    const { code, stdout, stderr } = await verify('wire', 'key');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain("holds        MAC of the client's y (HS-7, HS-10): was made with");
    expect(stdout).toContain('3 packets: every MAC holds');
    expect(stdout).toMatch(/wire log of a client: 11 checks hold, 0 fail, 0 could not be made\n$/);
  });

  test('exits 1 with another key, and for a log that was cut short', async () => {
    const wrong = await verify('wire', 'other');
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toContain('fails        MAC of');
    const cut = await verify('cut', 'key');
    expect(cut.code).toBe(1);
    expect(cut.stdout).toContain("holds        MAC of the client's y");
    expect(cut.stderr).toContain('line 9 (event 8) is incomplete');
  });
});

describe('redact', () => {
  test('prints the wire log of the same connection', async () => {
    const { code, stdout, stderr } = await run({ command: 'redact', file: place('full') });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(wire.logs.client);
  });
});
