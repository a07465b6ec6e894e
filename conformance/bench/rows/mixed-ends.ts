/**
 * One of our daemons with one of C's: what somebody gets who changes one end first. The column of C
 * is C at both ends, measured in the same rounds.
 */

import { type Contender, type Pipe, startPipe } from '../contender.ts';
import { C, type Figure } from '../report.ts';
import { p50, type Round, type Row, type Size, type Stage, throughput } from './row.ts';
import { VOLUME, WARM_UP } from './streams.ts';

const CONNECTIONS: Readonly<Record<Size, number>> = { full: 200, quick: 20, tiny: 5 };
const ROUND_TRIPS: Readonly<Record<Size, number>> = { full: 3_000, quick: 300, tiny: 20 };
const MICROSECONDS = 1_000;

/** Which end is C's. */
const MIXES = [
  { name: 'e', title: '-e changed, C at -d' },
  { name: 'd', title: '-d changed, C at -e' },
] as const;

export const mixedEnds: Row = {
  name: 'mixed-ends',
  figures: MIXES.flatMap(({ name, title }): Figure[] => [
    {
      ...{ name: `${name}-throughput`, title: `one stream, ${title}` },
      ...{ unit: 'MB/s', better: 'higher' },
    },
    {
      ...{ name: `${name}-connect`, title: `fresh connection, p50, ${title}` },
      ...{ unit: 'ms', better: 'lower' },
    },
    {
      ...{ name: `${name}-round-trip`, title: `1-byte round trip, p50, ${title}` },
      ...{ unit: 'µs', better: 'lower' },
    },
  ]),
  open: async (stage) => {
    const { scope, load, contenders, note } = stage;
    const c = contenders.find(({ name }) => name === C);
    if (c === undefined) {
      note('mixed-ends: not measured without C');
      return async () => ({});
    }
    const others = contenders.filter((each) => each !== c);
    const start = (e: Contender, d: Contender) => startPipe(scope, { e, d }, load.target);
    const pipes: { readonly column: string; readonly mixes: readonly string[]; pipe: Pipe }[] = [
      { column: C, mixes: ['e', 'd'], pipe: await start(c, c) },
    ];
    for (const other of others) {
      pipes.push({ column: other.name, mixes: ['e'], pipe: await start(other, c) });
      pipes.push({ column: other.name, mixes: ['d'], pipe: await start(c, other) });
    }
    for (const { pipe } of pipes) await measure(stage, pipe, WARM_UP[stage.size]);

    return async () => {
      const round: Round = {};
      for (const { column, mixes, pipe } of pipes) {
        const found = await measure(stage, pipe, VOLUME[stage.size]);
        for (const mix of mixes) {
          for (const [figure, value] of Object.entries(found)) {
            const name = `${mix}-${figure}`;
            round[name] = { ...round[name], [column]: value };
          }
        }
      }
      return round;
    };
  },
};

async function measure({ load, size }: Stage, { entrance: place }: Pipe, volume: number) {
  const streamed = await load.perform({ do: 'stream', place, connections: 1, volume });
  const connected = await load.perform({ do: 'fresh', place, count: CONNECTIONS[size], atOnce: 1 });
  const answered = await load.perform({
    ...{ do: 'roundTrips', place, count: ROUND_TRIPS[size], size: 1 },
  });
  return {
    throughput: throughput(volume, streamed),
    connect: p50(connected),
    'round-trip': p50(answered) * MICROSECONDS,
  };
}
