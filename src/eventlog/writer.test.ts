/**
 * Goal: recording puts one private file for each connection on the disk, and whatever the disk
 * does, the connection does not notice and memory stays bounded.
 */

import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSuite } from '../crypto/index.ts';
import type { Outcome } from '../protocol/faults.ts';
import type { ConnectionEvent } from '../protocol/vocabulary.ts';
import type { LogRecord } from './format.ts';
import { readEventLog, readEventLogFile } from './reader.ts';
import { CONGESTION_BYTES } from './recorder.ts';
import { MemoryStorage } from './testing/memory-storage.ts';
import { bytesOf } from './testing/recorded-pair.ts';
import { pieces } from './testing/reseal.ts';
import { type ConnectionRecorder, type EventLog, openEventLog } from './writer.ts';

const SOFTWARE = { name: 'spiped', version: '1.2.3' };
const CONNECTION = {
  role: 'client',
  policy: { weak: false, requireForwardSecrecy: false },
  timeoutMilliseconds: 5000,
  dial: 'on-accept',
  suite: createSuite(),
} as const;

let named = 0;

/** A connection with a name of its own. */
function another() {
  named += 1;
  return { ...CONNECTION, connection: `run-${named}` };
}

const ACCEPTED: ConnectionEvent = { type: 'connectionAccepted', nonce: bytesOf('nonce', 32) };
const NOTHING = { state: { phase: 'idle' }, effects: [] } as const;

/** An event that takes more than 64 KiB in the log. */
const CHUNK: ConnectionEvent = {
  type: 'bytesReceived',
  side: 'cipher',
  bytes: bytesOf('chunk', 65_536),
};

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'spiped-eventlog-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function readAll(records: AsyncIterable<LogRecord>): Promise<readonly LogRecord[]> {
  const all: LogRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}

/** Lets everything that needs no disk happen. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a log on the disk', () => {
  test('is one file for each connection, readable by its owner only', async () => {
    const log = openEventLog({ directory, content: 'wire', software: SOFTWARE });
    for (const role of ['client', 'server'] as const) {
      const recorder = log.begin({ ...another(), role });
      recorder.record(ACCEPTED, NOTHING);
      recorder.end();
    }
    await log.close();
    const names = await readdir(directory);
    expect(names).toHaveLength(2);
    for (const name of names) {
      const { mode } = await stat(path.join(directory, name));
      expect((mode & 0o777).toString(8)).toBe('600');
      const records = await readAll(readEventLogFile(path.join(directory, name)));
      expect(records.map(({ kind }) => kind)).toEqual(['header', 'entry', 'end']);
    }
  });

  test('has a name that sorts by time and holds the role and the connection', async () => {
    let milliseconds = Date.UTC(2024, 0, 31, 23, 59, 58, 999);
    const log = openEventLog({
      directory,
      content: 'wire',
      software: SOFTWARE,
      wallClock: () => new Date(milliseconds),
    });
    log.begin({ ...CONNECTION, connection: 'k3x9ab-1', role: 'server' });
    log.begin({ ...CONNECTION, connection: 'k3x9ab-2' });
    milliseconds += 1;
    log.begin({ ...CONNECTION, connection: 'k3x9ab-3' });
    await log.close();
    expect((await readdir(directory)).sort()).toEqual([
      '20240131T235958.999Z-client-k3x9ab-2.ndjson',
      '20240131T235958.999Z-server-k3x9ab-1.ndjson',
      '20240131T235959.000Z-client-k3x9ab-3.ndjson',
    ]);
  });

  test('never takes the place of a file that is there', async () => {
    const options = {
      directory,
      content: 'wire',
      software: SOFTWARE,
      wallClock: () => new Date(0),
    } as const;
    const messages: string[] = [];
    const first = openEventLog(options);
    const same = another();
    first.begin(same);
    await first.close();
    const [name = ''] = await readdir(directory);
    const before = await readFile(path.join(directory, name), 'utf8');
    const second = openEventLog({ ...options, onFailure: (message) => messages.push(message) });
    second.begin(same).record(ACCEPTED, NOTHING);
    await second.close();
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('EEXIST');
    expect(await readFile(path.join(directory, name), 'utf8')).toBe(before);
  });

  test('says what it is of, and counts microseconds from the first event', async () => {
    const times = [1000.5, 1000.75, 1000.7];
    const log = openEventLog({
      directory,
      content: 'full',
      software: SOFTWARE,
      now: () => times.shift() ?? 1002.0015,
      wallClock: () => new Date(0),
    });
    const about = { connection: 'k3x9ab-1', peer: '[192.0.2.1]:4711', target: 'mail.example:25' };
    const dialled = { to: '[192.0.2.7]:25', from: '[192.0.2.2]:33333' };
    const recorder = log.begin({ ...CONNECTION, ...about });
    recorder.record(ACCEPTED, NOTHING);
    recorder.record({ type: 'targetConnected' }, NOTHING, dialled);
    recorder.record({ type: 'cancelRequested' }, NOTHING, dialled);
    await log.close();
    const [name = ''] = await readdir(directory);
    const records = await readAll(readEventLogFile(path.join(directory, name)));
    expect(records[0]).toEqual({
      kind: 'header',
      line: 1,
      header: {
        content: 'full',
        ...about,
        role: 'client',
        policy: CONNECTION.policy,
        timeoutMilliseconds: 5000,
        dial: 'on-accept',
        software: SOFTWARE,
        started: '1970-01-01T00:00:00.000Z',
      },
    });
    // Said once, where it became known.
    expect(
      records.map((record) => (record.kind === 'entry' ? record.entry.dialled : undefined)),
    ).toEqual([undefined, undefined, dialled, undefined, undefined]);
    // A clock that steps back does not make the log do so.
    expect(
      records.map((record) => (record.kind === 'entry' ? record.entry.microseconds : '')),
    ).toEqual(['', 0, 250, 250, '']);
    expect(records.at(-1)).toMatchObject({ end: { outcome: null, microseconds: 1501, events: 3 } });
  });

  test('cannot be in a directory that is not one; the message is one line', () => {
    const open = (place: string) => () =>
      openEventLog({ directory: place, content: 'wire', software: SOFTWARE });
    const missing = path.join(directory, 'missing');
    expect(open(missing)).toThrow(`event log directory ${missing}: no such directory`);
    expect(open(import.meta.filename)).toThrow('not a directory');
  });
});

describe('recording', () => {
  let storage = new MemoryStorage();
  let messages: string[] = [];
  let recoveries: string[] = [];
  let milliseconds = 0;
  let log: EventLog;
  let recorder: ConnectionRecorder;

  beforeEach(() => {
    storage = new MemoryStorage();
    messages = [];
    recoveries = [];
    milliseconds = 0;
    log = openEventLog({
      directory,
      content: 'wire',
      software: SOFTWARE,
      storage,
      onFailure: (message) => messages.push(message),
      onRecovery: (message) => recoveries.push(message),
      now: () => milliseconds,
    });
  });

  /** Records until congested; how many events that took. */
  function congest(): number {
    for (let count = 1; count <= 100; count++) {
      recorder.record(CHUNK, NOTHING);
      if (recorder.congested) return count;
    }
    throw new Error('never congested');
  }

  test('writes nothing while it is called, and all of it later', async () => {
    recorder = log.begin(another());
    for (let i = 0; i < 5; i++) recorder.record(CHUNK, NOTHING);
    expect(storage.files.size).toBeLessThanOrEqual(1);
    expect(storage.writes).toEqual([]);
    recorder.end();
    recorder.record(CHUNK, NOTHING);
    recorder.end();
    await log.close();
    const records = await readAll(readEventLog(pieces(storage.onlyText)));
    expect(records).toHaveLength(7);
    expect(storage.open).toBe(0);
  });

  test('keeps nothing of the arrays it is given', async () => {
    recorder = log.begin(another());
    const bytes = bytesOf('kept', 100);
    recorder.record({ type: 'bytesReceived', side: 'cipher', bytes }, NOTHING);
    bytes.fill(0);
    recorder.end();
    await log.close();
    const [, record] = await readAll(readEventLog(pieces(storage.onlyText)));
    expect(record).toMatchObject({ entry: { event: { bytes: bytesOf('kept', 100) } } });
  });

  test('is congested when more than 1 MiB waits for the disk, until it has been written', async () => {
    storage.hold();
    recorder = log.begin(another());
    const events = congest();
    // Each takes 87,384 bytes in base64 and a little more: the twelfth passes 1 MiB.
    expect(events).toBe(12);
    const drained: string[] = [];
    recorder.onceDrained(() => drained.push(`congested: ${recorder.congested}`));
    await settle();
    expect(drained).toEqual([]);
    expect(recorder.congested).toBe(true);
    storage.release();
    await expect.poll(() => drained).toEqual(['congested: false']);
    recorder.end();
    await log.close();
    expect(await readAll(readEventLog(pieces(storage.onlyText)))).toHaveLength(events + 2);
    // Few and large: what waited goes out together. (This disk takes half of each write.)
    expect(Math.max(...storage.writes)).toBeGreaterThan(CONGESTION_BYTES / 2);
  });

  test('writes no more than 1 MiB and its digests in one go, however much waits', async () => {
    storage.hold();
    recorder = log.begin(another());
    for (let i = 0; i < 40; i++) recorder.record(CHUNK, NOTHING);
    recorder.end();
    await settle();
    storage.release();
    await log.close();
    expect(storage.files.size).toBe(1);
    const written = storage.onlyText.length;
    expect(written).toBeGreaterThan(3 * CONGESTION_BYTES);
    expect(Math.max(...storage.writes)).toBeLessThan(1.01 * CONGESTION_BYTES);
  });

  test('ends when a write takes nothing and says nothing, instead of trying for ever', async () => {
    const taking = vi.spyOn(storage, 'create');
    taking.mockImplementation(async () => ({ write: async () => 0, close: async () => {} }));
    log.begin(another()).record(ACCEPTED, NOTHING);
    await log.close();
    expect(messages).toEqual([
      expect.stringContaining('the connection goes on: nothing was written'),
    ]);
  });

  test('calls back at once, but not inside the call, when nothing is congested', async () => {
    recorder = log.begin(another());
    let called = false;
    recorder.onceDrained(() => {
      called = true;
    });
    expect(called).toBe(false);
    await settle();
    expect(called).toBe(true);
    await log.close();
  });

  test('ends when the disk is full, says so once, and lets the connections go on', async () => {
    storage.hold();
    recorder = log.begin(another());
    congest();
    let drained = false;
    recorder.onceDrained(() => {
      drained = true;
    });
    storage.failing = { write: 'ENOSPC' };
    storage.release();
    await expect.poll(() => drained).toBe(true);
    expect(recorder.congested).toBe(false);
    // No further memory is used: nothing is ever congested again.
    for (let i = 0; i < 50; i++) recorder.record(CHUNK, NOTHING);
    expect(recorder.congested).toBe(false);
    recorder.end();

    log.begin(another()).record(ACCEPTED, NOTHING);
    await log.close();
    expect(messages).toEqual([
      'event log: recording stopped, the connection goes on: ENOSPC: failed on command' +
        ` (${directory}; said once until it goes well again)`,
    ]);
    expect(storage.open).toBe(0);
    // No heap of empty files on a full disk.
    expect(storage.files.size).toBe(0);
  });

  test('resumes with the next connection when there is room again', async () => {
    storage.failing = { write: 'ENOSPC' };
    log.begin(another());
    await expect.poll(() => messages).toHaveLength(1);
    storage.failing = {};
    log.begin(another()).record(ACCEPTED, NOTHING);
    await log.close();
    expect(await readAll(readEventLog(pieces(storage.onlyText)))).toHaveLength(3);
  });

  test('tells each outage and its end, when a connection has been recorded as a whole', async () => {
    for (let outage = 1; outage <= 2; outage++) {
      storage.failing = { write: 'ENOSPC' };
      for (let i = 0; i < 3; i++) log.begin(another()).end();
      await expect.poll(() => storage.open).toBe(0);
      expect(messages).toHaveLength(outage);
      expect(recoveries).toHaveLength(outage - 1);
      storage.failing = {};
      log.begin(another()).end();
      await expect.poll(() => recoveries).toHaveLength(outage);
    }
    expect(recoveries).toEqual(
      Array(2).fill(`event log: recording again, after 3 recordings had stopped (${directory})`),
    );
    await log.close();
  });

  test('does not wait for the end of a connection that goes on: ten seconds will do', async () => {
    storage.failing = { write: 'ENOSPC' };
    log.begin(another());
    await expect.poll(() => messages).toHaveLength(1);
    storage.failing = {};
    recorder = log.begin(another());
    const written = () => storage.onlyText.split('\n').length - 1;
    for (const [lines, at, told] of [
      [2, 9_999, 0],
      [3, 10_000, 1],
    ] as const) {
      milliseconds = at;
      recorder.record(ACCEPTED, NOTHING);
      await expect.poll(written).toBe(lines);
      await settle();
      expect(recoveries).toHaveLength(told);
    }
    storage.failing = { write: 'ENOSPC' };
    recorder.record(ACCEPTED, NOTHING);
    await expect.poll(() => messages).toHaveLength(2);
    await log.close();
  });

  test('takes no connection from before the outage for a sign of its end', async () => {
    const before = log.begin(another());
    await expect.poll(() => storage.files.size).toBe(1);
    storage.failing = { create: 'EMFILE' };
    log.begin(another());
    await expect.poll(() => messages).toHaveLength(1);
    before.end();
    await expect.poll(() => storage.open).toBe(0);
    await settle();
    expect(recoveries).toEqual([]);
    await log.close();
  });

  test('takes the last connection from before the failure for no sign of its end either', async () => {
    const [failing, last] = [log.begin(another()), log.begin(another())];
    await expect.poll(() => storage.open).toBe(2);
    storage.failing = { close: 'EIO' };
    failing.end();
    await expect.poll(() => messages).toHaveLength(1);
    storage.failing = {};
    last.end();
    await log.close();
    expect(recoveries).toEqual([]);
  });

  test('ends a log with the last outcome: a defect may show when a connection is closed', async () => {
    const closing = (outcome: Outcome) => ({
      ...NOTHING,
      effects: [{ type: 'closeConnection' as const, outcome }],
    });
    recorder = log.begin(another());
    recorder.record(ACCEPTED, closing({ code: 'closed' }));
    recorder.record({ type: 'defectFound', detail: 'x' }, closing({ code: 'internal-error' }));
    await log.close();
    const records = await readAll(readEventLog(pieces(storage.onlyText)));
    expect(records.at(-1)).toMatchObject({ end: { outcome: { code: 'internal-error' } } });
  });

  test('leaves a log that is recognized as cut short when the disk fills up on the way', async () => {
    recorder = log.begin(another());
    recorder.record(ACCEPTED, NOTHING);
    await expect.poll(() => storage.files.size > 0 && storage.onlyText.split('\n').length).toBe(3);
    storage.failing = { write: 'ENOSPC' };
    recorder.record(CHUNK, NOTHING);
    recorder.end();
    await log.close();
    await expect(readAll(readEventLog(pieces(storage.onlyText)))).rejects.toMatchObject({
      code: 'truncated',
      line: 3,
    });
  });

  test('ends when no file can be opened, and says each kind of trouble once', async () => {
    storage.failing = { create: 'EMFILE' };
    for (let i = 0; i < 3; i++) log.begin(another()).record(ACCEPTED, NOTHING);
    await expect.poll(() => messages).toHaveLength(1);
    storage.failing = { create: 'EACCES' };
    log.begin(another());
    await log.close();
    expect(messages).toHaveLength(2);
    expect(messages[0]).toContain('EMFILE');
    expect(messages[1]).toContain('EACCES');
  });

  test('reports an error that shows only when the file is closed', async () => {
    storage.failing = { close: 'EIO' };
    log.begin(another());
    await log.close();
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('EIO');
  });

  test('never throws, not even for what is no event; it stops and says so', async () => {
    recorder = log.begin(another());
    const broken = {
      type: 'bytesReceived',
      side: 'cipher',
      bytes: null,
    } as unknown as ConnectionEvent;
    recorder.record(broken, NOTHING);
    recorder.record(ACCEPTED, NOTHING);
    recorder.end();
    await log.close();
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('recording stopped');
    expect(storage.open).toBe(0);
  });

  test('of a connection that is still open when the log closes says so', async () => {
    recorder = log.begin(another());
    recorder.record(ACCEPTED, NOTHING);
    await log.close();
    const records = await readAll(readEventLog(pieces(storage.onlyText)));
    expect(records.at(-1)).toMatchObject({ kind: 'end', end: { outcome: null, events: 1 } });
  });

  test('leaves the suite of a wire log alone, and notes derivations only in a full one', async () => {
    recorder = log.begin(another());
    expect(recorder.suite).toBe(CONNECTION.suite);
    const other = new MemoryStorage();
    const full = openEventLog({ directory, content: 'full', software: SOFTWARE, storage: other });
    const noting = full.begin(another());
    const K = bytesOf('K', 32);
    const salt = bytesOf('salt', 64);
    const output = noting.suite.pbkdf2(K, salt, 64);
    expect(output).toEqual(CONNECTION.suite.pbkdf2(K, salt, 64));
    noting.record(ACCEPTED, NOTHING);
    noting.record(ACCEPTED, NOTHING);
    await full.close();
    const [, first, second] = await readAll(readEventLog(pieces(other.onlyText)));
    expect(first).toMatchObject({ entry: { derivations: [{ salt, output }] } });
    expect(second).toMatchObject({ entry: { derivations: [] } });
    await log.close();
  });
});
