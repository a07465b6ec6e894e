/**
 * Throughput: one stream, eight at once, both directions at once; and what one stream costs each end
 * in processor time, from the operating system's accounts.
 */

import { processorSeconds } from '../accounts.ts';
import { type Pipe, processorSecondsOf } from '../contender.ts';
import { openColumns } from './columns.ts';
import { MEGABYTE, type Row, type Size, type Stage, throughput } from './row.ts';

/** Bytes of a round, all streams together, in one direction. */
export const VOLUME: Readonly<Record<Size, number>> = {
  full: 400 * MEGABYTE,
  quick: 10 * MEGABYTE,
  tiny: 2 * MEGABYTE,
};

/** Bytes that go through before the first round. */
export const WARM_UP: Readonly<Record<Size, number>> = {
  full: 100 * MEGABYTE,
  quick: 8 * MEGABYTE,
  tiny: MEGABYTE,
};

const GIGABYTE = 1e9;

const unit = { unit: 'MB/s', better: 'higher' } as const;
const cost = { unit: 's/GB', better: 'lower' } as const;

export const oneStream: Row = {
  name: 'one-stream',
  figures: [{ name: 'throughput', title: 'one stream', ...unit, reach: 2.0 }],
  open: (stage) => open(stage, 1, false),
};

export const eightStreams: Row = {
  name: 'eight-streams',
  figures: [{ name: 'throughput', title: 'eight streams', ...unit, reach: 2.5 }],
  open: (stage) => open(stage, 8, false),
};

export const duplex: Row = {
  name: 'duplex',
  figures: [{ name: 'throughput', title: 'both directions at once, their sum', ...unit }],
  open: (stage) => open(stage, 1, true),
};

/** The same stream as the row of one; measured again, so that either can be run alone. */
export const processorTime: Row = {
  name: 'cpu',
  figures: [
    { name: 'both', title: 'processor time, both ends', ...cost, reach: 0.55 },
    { name: 'e', title: 'processor time, -e', ...cost },
    { name: 'd', title: 'processor time, -d', ...cost },
    { name: 'load', title: 'processor time of the load', ...cost },
  ],
  open: async (stage) => {
    const { load, size } = stage;
    const volume = VOLUME[size];
    const loadSeconds = () => load.pids.map(processorSeconds).reduce((a, b) => a + b);
    return await openColumns(stage, {
      bare: true,
      warmUp: (pipe) => stream(stage, pipe, WARM_UP[size], 1, false),
      measure: async (pipe) => {
        const [before, loadBefore] = [processorSecondsOf(pipe), loadSeconds()];
        await stream(stage, pipe, volume, 1, false);
        const [after, loadAfter] = [processorSecondsOf(pipe), loadSeconds()];
        const perGigabyte = (seconds: number) => seconds / (volume / GIGABYTE);
        const load = perGigabyte(loadAfter - loadBefore);
        if (pipe.ends.length === 0) return { load };
        const [e = 0, d = 0] = after.map((each, end) => perGigabyte(each - (before[end] ?? 0)));
        return { both: e + d, e, d, load };
      },
    });
  },
};

async function open(stage: Stage, connections: number, bothWays: boolean) {
  const volume = VOLUME[stage.size] / (bothWays ? 2 : 1);
  return await openColumns(stage, {
    bare: true,
    warmUp: (pipe) => stream(stage, pipe, WARM_UP[stage.size], connections, bothWays),
    measure: async (pipe) => {
      const answer = await stream(stage, pipe, volume, connections, bothWays);
      return { throughput: throughput(volume * (bothWays ? 2 : 1), answer) };
    },
  });
}

function stream(
  { load }: Stage,
  { entrance: place }: Pipe,
  volume: number,
  connections: number,
  bothWays: boolean,
) {
  return load.perform({ do: 'stream', place, connections, volume, duplex: bothWays });
}
