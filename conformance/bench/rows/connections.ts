/** Fresh connections: how long each takes alone, and how many there are in a second, with and
 * without `-f`. A fresh connection is a dial, one byte and back, and the close of both sides. */

import type { Policy } from '../../subjects/spiped.ts';
import { openColumns } from './columns.ts';
import { p50, p99, type Row, type Size } from './row.ts';

const COUNT: Readonly<Record<Size, number>> = { full: 400, quick: 40, tiny: 10 };
const WARM_UP: Readonly<Record<Size, number>> = { full: 200, quick: 40, tiny: 10 };

const each = { unit: 'ms', better: 'lower' } as const;
const rate = { unit: '/s', better: 'higher' } as const;

export const connect = oneAtATime('connect', 'none', 'fresh connection', 0.65);
export const connectWeak = oneAtATime('connect-weak', '-f', 'fresh connection, -f');
export const connect16 = sixteenAtATime('connect-16', 'none', 'fresh connections, 16 at once', 1.3);
export const connect16Weak = sixteenAtATime(
  'connect-16-weak',
  '-f',
  'fresh connections, 16 at once, -f',
);

function oneAtATime(name: string, policy: Policy, title: string, reach?: number): Row {
  return {
    name,
    figures: [
      { name: 'p50', title: `${title}, p50`, ...each, ...(reach === undefined ? {} : { reach }) },
      { name: 'p99', title: `${title}, p99`, ...each },
      { name: 'rate', title: `${title}, one after the other`, ...rate },
    ],
    open: (stage) => {
      const { load, size } = stage;
      return openColumns(stage, {
        bare: true,
        settings: { policy },
        warmUp: ({ entrance: place }) =>
          load.perform({ do: 'fresh', place, count: WARM_UP[size], atOnce: 1 }),
        measure: async ({ entrance: place }) => {
          const count = COUNT[size];
          const answer = await load.perform({ do: 'fresh', place, count, atOnce: 1 });
          return { p50: p50(answer), p99: p99(answer), rate: count / answer.seconds };
        },
      });
    },
  };
}

function sixteenAtATime(name: string, policy: Policy, title: string, reach?: number): Row {
  return {
    name,
    figures: [
      { name: 'rate', title, ...rate, ...(reach === undefined ? {} : { reach }) },
      { name: 'p99', title: `${title}, p99`, ...each },
    ],
    open: (stage) => {
      const { load, size } = stage;
      return openColumns(stage, {
        bare: true,
        settings: { policy },
        warmUp: ({ entrance: place }) =>
          load.perform({ do: 'fresh', place, count: WARM_UP[size], atOnce: 16 }),
        measure: async ({ entrance: place }) => {
          const count = COUNT[size] * 2;
          const answer = await load.perform({ do: 'fresh', place, count, atOnce: 16 });
          return { rate: count / answer.seconds, p99: p99(answer) };
        },
      });
    },
  };
}
