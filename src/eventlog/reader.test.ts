/**
 * Goal: a log is read back as it was written however its bytes arrive; any changed byte is found
 * and its line named; a log that was cut anywhere is recognized as cut.
 */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { computeSharedSecret, createSuite, generateKeyPair } from '../crypto/index.ts';
import type { LogRecord } from './format.ts';
import { EventLogError, MAX_LINE_BYTES, readEventLog } from './reader.ts';
import { bytesOf, recordPair } from './testing/recorded-pair.ts';
import { objectsOf, pieces, resealed, sealed } from './testing/reseal.ts';

let log = '';
let bytes = new Uint8Array();

beforeAll(async () => {
  const pair = await recordPair({
    suite: createSuite(),
    arithmetic: { generateKeyPair, computeSharedSecret },
    content: 'full',
    plaintext: { client: [bytesOf('a', 1), bytesOf('b', 1500)], server: [bytesOf('c', 3)] },
  });
  log = pair.logs.server;
  bytes = new TextEncoder().encode(log);
});

/** All records, and the error that ended them. */
async function readAll(
  source: Iterable<Uint8Array>,
): Promise<{ records: LogRecord[]; error: EventLogError | undefined }> {
  const records: LogRecord[] = [];
  try {
    for await (const record of readEventLog(source)) records.push(record);
  } catch (error) {
    if (!(error instanceof EventLogError)) throw error;
    return { records, error };
  }
  return { records, error: undefined };
}

async function problemOf(text: string): Promise<string | undefined> {
  return (await readAll(pieces(text))).error?.message;
}

function lineOfByte(position: number): number {
  return log.slice(0, position).split('\n').length;
}

describe('a log that was written', () => {
  test('is read as a header, its entries and its end, each with its line', async () => {
    const { records, error } = await readAll(pieces(bytes));
    expect(error).toBeUndefined();
    expect(records[0]).toMatchObject({ kind: 'header', line: 1, header: { role: 'server' } });
    expect(records.at(-1)).toMatchObject({
      kind: 'end',
      end: { outcome: { code: 'closed' }, events: records.length - 2 },
    });
    expect(records.slice(1, -1).every(({ kind }) => kind === 'entry')).toBe(true);
    expect(records.map(({ line }) => line)).toEqual(records.map((_, i) => i + 1));
  });

  test('is the same however its bytes arrive', async () => {
    const { records } = await readAll(pieces(bytes));
    for (const size of [1, 7, 64]) {
      expect((await readAll(pieces(bytes, size))).records).toEqual(records);
    }
  });
});

describe('a log that was changed', () => {
  test('any one byte changed anywhere is found, and its line and event are named', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (position, difference) => {
          const changed = Uint8Array.from(bytes);
          changed[position] = (changed[position] ?? 0) ^ difference;
          const { error, records } = await readAll(pieces(changed));
          const line = lineOfByte(position);
          expect(error?.line).toBe(line);
          expect(error?.lastEvent).toBe(Math.max(0, line - 2));
          expect(error?.message).toMatch(
            line === 1 ? /^line 1 / : `line ${line} (event ${line - 1})`,
          );
          expect(records).toHaveLength(line - 1);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a line that is gone, doubled or swapped is found', async () => {
    const lines = log.split('\n');
    const without = lines.toSpliced(4, 1).join('\n');
    const doubled = lines.toSpliced(4, 0, lines[4] ?? '').join('\n');
    const swapped = lines.toSpliced(4, 2, lines[5] ?? '', lines[4] ?? '').join('\n');
    expect(await problemOf(without)).toContain('line 5 (event 4) was changed, or lines before');
    expect(await problemOf(doubled)).toContain('line 6 (event 5) was changed, or lines before');
    expect(await problemOf(swapped)).toContain('line 5 (event 4) was changed, or lines before');
  });

  test('what stands after the end is found', async () => {
    const line = objectsOf(log).length + 1;
    expect(await problemOf(`${log}x`)).toBe(
      `line ${line} (event ${line - 1}) follows the line that ends the log`,
    );
    expect(await problemOf(`${log}\n`)).toContain('follows the line that ends the log');
  });

  test('a line that never ends is not read into memory', async () => {
    const piece = new Uint8Array(1024 * 1024).fill(0x20);
    let read = 0;
    function* endless(): Generator<Uint8Array> {
      for (; ; read += piece.length) yield piece;
    }
    const { error } = await readAll(endless());
    expect(error?.message).toBe(`line 1 is longer than ${MAX_LINE_BYTES} bytes`);
    expect(read).toBe(MAX_LINE_BYTES);
  });

  test('bytes that are not UTF-8 are found', async () => {
    const changed = Uint8Array.from(bytes);
    changed[12] = 0xff;
    expect((await readAll(pieces(changed))).error?.message).toBe('line 1 is not UTF-8');
  });

  test('with digests that fit, a wrong sequence, time or count is found', async () => {
    const replaced = (from: RegExp, to: string): string =>
      resealed(log, (object) => object.replace(from, to));
    expect(await problemOf(replaced(/"seq":5,/, '"seq":6,'))).toBe(
      'line 6 (event 5) has sequence number 6 where 5 follows',
    );
    expect(await problemOf(replaced(/"seq":5,"us":\d+/, '"seq":5,"us":1'))).toBe(
      'line 6 (event 5) is earlier than the one before',
    );
    expect(await problemOf(replaced(/"plainSent":\d+/, '"plainSent":7'))).toContain(
      'ends the log with counts or an outcome that its events do not have',
    );
    expect(
      await problemOf(replaced(/"end":{"outcome":{"code":"closed"}/, '"end":{"outcome":null')),
    ).toContain('counts or an outcome');
    const header = objectsOf(log)[0] ?? '';
    expect(await problemOf(sealed([header, header]))).toContain('line 2 (event 1) seq is missing');
  });
});

describe('a log that was cut short', () => {
  test('is recognized wherever it was cut, and everything before is still read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        const { records, error } = await readAll(pieces(bytes.slice(0, length)));
        expect(error?.code).toBe('truncated');
        expect(records).toHaveLength(lineOfByte(length) - 1);
        expect(error?.line).toBe(records.length + 1);
      }),
      { numRuns: 200 },
    );
  });

  test('says whether a line is incomplete or missing', async () => {
    const lines = log.split('\n');
    const four = `${lines.slice(0, 4).join('\n')}\n`;
    expect(await problemOf(four)).toBe(
      'line 5 (event 4) is missing: the log was cut short, or is still being written',
    );
    expect(await problemOf(`${four}{`)).toBe(
      'line 5 (event 4) is incomplete: the log was cut short, or is still being written',
    );
    expect(await problemOf('')).toContain('line 1 is missing');
  });
});
