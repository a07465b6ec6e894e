/**
 * The load by itself: every job against the target directly, and against something in between that
 * spoils a byte, swallows one, or ends too soon. A job that went wrong must have no times.
 */

import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scope } from '../subjects/scope.ts';
import { processorSeconds, resident } from './accounts.ts';
import type { Place } from './load/connection.ts';
import { Load } from './load.ts';

let scope: Scope;
let load: Load;

beforeEach(async () => {
  scope = await Scope.open();
  load = await Load.start(scope);
});

afterEach(async () => {
  await scope.close();
});

/** A relay to the target that treats what flows towards it, or back, chunk by chunk. */
async function relay(towards: Treatment, back: Treatment = (bytes) => bytes): Promise<Place> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(load.target);
    for (const [from, to, treat] of [
      [near, far, towards],
      [far, near, back],
    ] as const) {
      let seen = 0;
      sockets.add(from);
      from.on('data', (bytes: Buffer) => {
        to.write(treat(Buffer.from(bytes), seen, to));
        seen += bytes.length;
      });
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onClose(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: '127.0.0.1', port: address.port };
}

type Treatment = (bytes: Buffer, before: number, to: Socket) => Buffer;

/** What stands at this place of the stream is changed by one bit, or left out, or is the last. */
const spoil =
  (place: number): Treatment =>
  (bytes, before) => {
    const here = bytes[place - before];
    if (here !== undefined) bytes[place - before] = here ^ 1;
    return bytes;
  };
const swallow =
  (place: number): Treatment =>
  (bytes, before) =>
    bytes[place - before] === undefined
      ? bytes
      : Buffer.concat([bytes.subarray(0, place - before), bytes.subarray(place - before + 1)]);
const endAt =
  (place: number): Treatment =>
  (bytes, before, to) => {
    if (before + bytes.length > place) setImmediate(() => to.end());
    return bytes.subarray(0, Math.max(0, place - before));
  };

const HEADER = 11;
const VOLUME = 3_000_001;

test('streams reach the target whole, also several at once, and both ways', async () => {
  for (const connections of [1, 3, 20]) {
    for (const duplex of [false, true]) {
      const job = {
        do: 'stream',
        place: load.target,
        connections,
        volume: VOLUME,
        duplex,
      } as const;
      expect((await load.perform(job)).seconds).toBeGreaterThan(0);
    }
  }
});

test('round trips on the connections of streams are counted in all', async () => {
  const stream = { do: 'stream', place: load.target, connections: 4, volume: 1_000 } as const;
  const { times } = await load.perform({ ...stream, thenRoundTrips: 40 });
  expect(times).toHaveLength(40);
});

test('fresh connections and round trips have one time each', async () => {
  const { target: place } = load;
  const fresh = await load.perform({ do: 'fresh', place, count: 7, atOnce: 3 });
  expect(fresh.times).toHaveLength(7);
  for (const size of [1, 16_384, 262_144]) {
    const trips = await load.perform({ do: 'roundTrips', place, count: 9, size });
    expect(trips.times).toHaveLength(9);
    expect(Math.min(...trips.times)).toBeGreaterThan(0);
  }
});

test('beside a stream there are round trips and fresh connections', async () => {
  const mixed = { do: 'mixed', place: load.target, volume: 10_000_000, rate: 1_000 } as const;
  const { times, arrived } = await load.perform(mixed);
  expect(times.length).toBeGreaterThan(0);
  expect(arrived).toBeGreaterThan(0);
});

test('connections that are held stay open until they are released', async () => {
  const place = await relay((bytes) => bytes);
  await load.perform({ do: 'hold', place, count: 12 });
  await load.perform({ do: 'hold', place, count: 3 });
  await load.perform({ do: 'release' });
  await load.perform({ do: 'release' });
});

test.for([
  ['one bit is wrong on the way there', spoil(HEADER + 2_000_000), undefined],
  ['the last byte is wrong', spoil(HEADER + VOLUME - 1), undefined],
  ['a byte is missing and the end comes', swallow(HEADER + 5), undefined],
  ['it ends too soon', endAt(HEADER + 1_500_000), undefined],
  ['one bit is wrong on the way back', undefined, spoil(1 + 1_000_000)],
] as const)('a stream fails when %s', async ([, towards, back]) => {
  const whole: Treatment = (bytes) => bytes;
  const place = await relay(towards ?? whole, back ?? whole);
  const job = { do: 'stream', place, connections: 1, volume: VOLUME, duplex: back !== undefined };
  await expect(load.perform({ ...job, do: 'stream' })).rejects.toThrow(/the connection|ECONNRESET/);
});

test('a round trip fails when what comes back is not what was sent', async () => {
  const place = await relay((bytes) => bytes, spoil(1 + 100));
  const job = { do: 'roundTrips', place, count: 10, size: 64 } as const;
  await expect(load.perform(job)).rejects.toThrow('not what was sent');
});

test('a fresh connection fails when there is nobody', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  await new Promise((resolve) => server.close(resolve));
  const job = { do: 'fresh', place: { host: '127.0.0.1', port }, count: 1, atOnce: 1 } as const;
  await expect(load.perform(job)).rejects.toThrow('ECONNREFUSED');
});

test('a process that works has used processor time, and takes memory', async () => {
  const [source = 0] = load.pids;
  const before = processorSeconds(source);
  await load.perform({ do: 'roundTrips', place: load.target, count: 1_500, size: 1 });
  expect(processorSeconds(source)).toBeGreaterThan(before);
  expect(await resident(source)).toBeGreaterThan(10_000_000);
});
