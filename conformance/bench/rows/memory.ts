/**
 * Resident memory, of both ends together halved: at the start, for each idle connection with 1,000
 * open, for each busy one.
 *
 * Daemons are new in each round, since what a process has once taken it seldom gives back. Before
 * the connections are counted, a few were served, so that code and tables that are made only once
 * are not charged to connections.
 */

import { execFileSync } from 'node:child_process';
import { resident } from '../accounts.ts';
import { type Contender, type Pipe, startPipe } from '../contender.ts';
import { withScope } from '../scopes.ts';
import { MEGABYTE, type Round, type Row, type Size, type Stage } from './row.ts';

const IDLE: Readonly<Record<Size, number>> = { full: 1_000, quick: 100, tiny: 20 };
const BUSY = 16;
/** Bytes that go through all busy connections together. */
const BUSY_VOLUME: Readonly<Record<Size, number>> = {
  full: 400 * MEGABYTE,
  quick: 4 * MEGABYTE,
  tiny: 4 * MEGABYTE,
};
const FIRST = 32;
/** Milliseconds before memory is looked at. */
const SETTLING: Readonly<Record<Size, number>> = { full: 1_000, quick: 100, tiny: 100 };
const SAMPLING = 50;
const KILOBYTE = 1_000;

export const memory: Row = {
  name: 'memory',
  figures: [
    { name: 'start', title: 'memory at start, each end', unit: 'MB', better: 'lower' },
    {
      ...{ name: 'idle', title: 'memory of an idle connection, each end' },
      ...{ unit: 'kB', better: 'lower', reach: 1.0 },
    },
    {
      ...{ name: 'busy', title: 'memory of a busy connection, each end' },
      ...{ unit: 'kB', better: 'lower' },
    },
  ],
  open: async (stage) => {
    const idle = Math.min(IDLE[stage.size], allowedConnections());
    if (idle < IDLE[stage.size]) {
      stage.note(`memory: ${idle} idle connections only, as descriptors are limited (ulimit -n)`);
    }
    return async () => {
      const round: Round = { start: {}, idle: {}, busy: {} };
      for (const contender of stage.contenders) {
        const found = await measure(stage, contender, idle);
        for (const [figure, value] of Object.entries(found)) {
          round[figure] = { ...round[figure], [contender.name]: value };
        }
      }
      return round;
    };
  },
};

async function measure(stage: Stage, contender: Contender, idle: number) {
  const { load, size } = stage;
  const idleFound = await withPipe(stage, contender, async (pipe) => {
    const start = await average(pipe);
    await load.perform({ do: 'hold', place: pipe.entrance, count: FIRST });
    await load.perform({ do: 'release' });
    await pause(SETTLING[size]);
    const before = await average(pipe);
    await load.perform({ do: 'hold', place: pipe.entrance, count: idle });
    await pause(SETTLING[size]);
    const after = await average(pipe);
    await load.perform({ do: 'release' });
    return { start: start / MEGABYTE, idle: (after - before) / idle / KILOBYTE };
  });
  const busy = await withPipe(stage, contender, async (pipe) => {
    const stream = { do: 'stream', place: pipe.entrance } as const;
    // The code that moves data is compiled before, and not charged to the connections.
    await load.perform({ ...stream, connections: 1, volume: BUSY_VOLUME[size] / 4 });
    const before = await average(pipe);
    let highest = before;
    const watch = setInterval(async () => {
      highest = Math.max(highest, await average(pipe).catch(() => 0));
    }, SAMPLING);
    try {
      await load.perform({ ...stream, connections: BUSY, volume: BUSY_VOLUME[size] });
    } finally {
      clearInterval(watch);
    }
    return (highest - before) / BUSY / KILOBYTE;
  });
  return { ...idleFound, busy };
}

async function withPipe<T>(
  { load }: Stage,
  contender: Contender,
  act: (pipe: Pipe) => Promise<T>,
): Promise<T> {
  return await withScope(async (scope) => {
    const ends = { e: contender, d: contender };
    return await act(await startPipe(scope, ends, load.target, { limit: 0 }));
  });
}

/** Bytes, the mean of both ends. */
async function average({ ends }: Pipe): Promise<number> {
  const sizes = await Promise.all(ends.map(({ pid }) => resident(pid)));
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

/**
 * Two descriptors for each connection at an end, and some for the rest. Node raises its own limit to
 * the highest that it may, and what it starts inherits that.
 */
export function allowedConnections(): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? Infinity : Math.floor((Number(limit) - 100) / 2);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
