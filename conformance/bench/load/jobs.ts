/**
 * The load's jobs, one function for each request. A job fails when any byte is wrong or missing:
 * there are no times of connections that did not work.
 */

import { LoadConnection, type Place } from './connection.ts';
import type { Answer, Request } from './requests.ts';

/** How many connections are opened at a time where opening is not what is measured. C listens with
 * a queue of ten. */
const OPENED_AT_ONCE = 8;

/** Connections that are kept until they are released. */
const held: LoadConnection[] = [];

export function perform(request: Request): Promise<Answer> {
  switch (request.do) {
    case 'stream':
      return stream(request);
    case 'fresh':
      return fresh(request);
    case 'roundTrips':
      return roundTrips(request);
    case 'mixed':
      return mixed(request);
    case 'hold':
      return hold(request);
    case 'release':
      return release();
  }
}

type Asked<Kind extends Request['do']> = Extract<Request, { do: Kind }>;

async function stream(request: Asked<'stream'>): Promise<Answer> {
  const { place, connections, duplex = false, thenRoundTrips = 0 } = request;
  const volume = Math.ceil(request.volume / connections);
  const streams = Array.from({ length: connections }, (_, index) => ({
    connection: undefined as LoadConnection | undefined,
    // Each begins elsewhere in the pattern, so that one stream's bytes are wrong in another.
    header: { duplex, offset: index * 1_009, volume },
  }));
  await several(streams, OPENED_AT_ONCE, async (each) => {
    each.connection = new LoadConnection(place);
    await each.connection.announce(each.header);
  });
  const begin = performance.now();
  await Promise.all(streams.map(({ connection, header }) => connection?.stream(header)));
  const seconds = secondsSince(begin);

  const times: number[] = [];
  const onEach = Math.ceil(thenRoundTrips / connections);
  await Promise.all(
    streams.map(async ({ connection }) => {
      for (let n = 0; n < onEach && connection !== undefined; n += 1) {
        times.push(await timed(() => connection.roundTrip(1)));
      }
    }),
  );
  await several(streams, OPENED_AT_ONCE, async ({ connection }) => connection?.end());
  return { seconds, times };
}

async function fresh({ place, count, atOnce }: Asked<'fresh'>): Promise<Answer> {
  const times: number[] = [];
  const begin = performance.now();
  await several(Array.from({ length: count }), atOnce, async () => {
    times.push(await freshConnection(place));
  });
  return { seconds: secondsSince(begin), times };
}

/** Milliseconds from the dial to the byte's return; then it is closed by both. */
async function freshConnection(place: Place): Promise<number> {
  let connection: LoadConnection | undefined;
  const time = await timed(async () => {
    connection = new LoadConnection(place);
    await connection.startEcho();
  });
  await connection?.end();
  return time;
}

async function roundTrips({ place, count, size }: Asked<'roundTrips'>): Promise<Answer> {
  const connection = new LoadConnection(place);
  await connection.startEcho();
  const times: number[] = [];
  const begin = performance.now();
  for (let n = 0; n < count; n += 1) {
    times.push(await timed(() => connection.roundTrip(size)));
  }
  const seconds = secondsSince(begin);
  await connection.end();
  return { seconds, times };
}

/** How many fresh connections may be under way beside a stream; then no more arrive for a while. */
const MOST_UNDER_WAY = 512;

/** Milliseconds between two round trips beside a stream: they look at it, and are no load. */
const GLANCE_INTERVAL = 2;

async function mixed({ place, volume, rate }: Asked<'mixed'>): Promise<Answer> {
  const header = { duplex: false, offset: 0, volume };
  const main = new LoadConnection(place);
  await main.announce(header);
  const beside = new LoadConnection(place);
  await beside.startEcho();

  const arrivals: Promise<number>[] = [];
  const times: number[] = [];
  const begin = performance.now();
  let over = false;
  let underWay = 0;
  const clock = setInterval(() => {
    // As many as should have arrived by now: a timer that is late does not lower the rate.
    while (underWay < MOST_UNDER_WAY && arrivals.length < secondsSince(begin) * rate) {
      underWay += 1;
      const arrival = freshConnection(place).finally(() => {
        underWay -= 1;
      });
      // It is waited for at the end; until then its failure must not end the process.
      arrival.catch(() => {});
      arrivals.push(arrival);
    }
  }, 1);
  const glances = (async () => {
    while (!over) {
      times.push(await timed(() => beside.roundTrip(1)));
      await new Promise((resolve) => setTimeout(resolve, GLANCE_INTERVAL));
    }
  })();
  try {
    await Promise.race([main.stream(header), glances]);
  } finally {
    over = true;
    clearInterval(clock);
  }
  const seconds = secondsSince(begin);
  const arrived = arrivals.length;
  await Promise.all([glances, ...arrivals]);
  await Promise.all([main.end(), beside.end()]);
  return { seconds, times, arrived };
}

async function hold({ place, count }: Asked<'hold'>): Promise<Answer> {
  const begin = performance.now();
  await several(Array.from({ length: count }), OPENED_AT_ONCE, async () => {
    const connection = new LoadConnection(place);
    held.push(connection);
    await connection.startEcho();
  });
  return { seconds: secondsSince(begin), times: [] };
}

async function release(): Promise<Answer> {
  const begin = performance.now();
  await several(held.splice(0), OPENED_AT_ONCE, (connection) => connection.end());
  return { seconds: secondsSince(begin), times: [] };
}

/** Does the same to all, so many at a time. */
async function several<T>(
  all: readonly T[],
  atOnce: number,
  act: (each: T) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < all.length) {
      const each = all[next] as T;
      next += 1;
      await act(each);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker));
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await act();
  return performance.now() - begin;
}

function secondsSince(begin: number): number {
  return (performance.now() - begin) / 1000;
}
