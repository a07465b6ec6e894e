/**
 * What more connections do: the same volume over 1, 10, 100 and 1,000 of them at once, and then round
 * trips of one byte on all of these at once, one under way on each. So the p99 says how long
 * one waits who shares the daemon with so many others.
 */

import type { Pipe } from '../contender.ts';
import type { Figure } from '../report.ts';
import { openColumns } from './columns.ts';
import { allowedConnections } from './memory.ts';
import { MEGABYTE, p99, type Row, type Size, type Stage, throughput } from './row.ts';

const STEPS = [1, 10, 100, 1_000] as const;
const MOST: Readonly<Record<Size, number>> = { full: 1_000, quick: 10, tiny: 10 };
const VOLUME: Readonly<Record<Size, number>> = {
  full: 200 * MEGABYTE,
  quick: 4 * MEGABYTE,
  tiny: 2 * MEGABYTE,
};
/** On all connections together; ten on each where there are many. */
const ROUND_TRIPS: Readonly<Record<Size, number>> = { full: 3_000, quick: 300, tiny: 20 };
const ON_EACH = 10;

export const growth: Row = {
  name: 'growth',
  figures: STEPS.flatMap((count): Figure[] => [
    {
      ...{ name: `throughput-${count}`, title: `${connections(count)}, all streaming` },
      ...{ unit: 'MB/s', better: 'higher' },
    },
    {
      ...{ name: `p99-${count}`, title: `${connections(count)}, 1-byte round trips on all, p99` },
      ...{ unit: 'ms', better: 'lower' },
    },
  ]),
  open: async (stage) => {
    const { size, note } = stage;
    const most = Math.min(MOST[size], allowedConnections());
    const steps = STEPS.filter((count) => count <= most);
    if (most < MOST[size]) {
      note(`growth: no more than ${most} connections, as descriptors are limited (ulimit -n)`);
    }
    return await openColumns(stage, {
      bare: true,
      settings: { limit: 0 },
      warmUp: (pipe) => step(stage, pipe, 10),
      measure: async (pipe) => {
        const found: Record<string, number> = {};
        for (const count of steps) {
          const answer = await step(stage, pipe, count);
          found[`throughput-${count}`] = throughput(VOLUME[size], answer);
          found[`p99-${count}`] = p99(answer);
        }
        return found;
      },
    });
  },
};

function step({ load, size }: Stage, { entrance: place }: Pipe, count: number) {
  return load.perform({
    ...{ do: 'stream', place, connections: count, volume: VOLUME[size] },
    thenRoundTrips: Math.max(ROUND_TRIPS[size], count * ON_EACH),
  });
}

function connections(count: number): string {
  return count === 1 ? '1 connection' : `${count.toLocaleString('en')} connections`;
}
