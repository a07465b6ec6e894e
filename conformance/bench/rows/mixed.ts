/**
 * Everything at once: what a stream still gets, and how long one byte takes on a connection of its
 * own, while fresh connections arrive at a steady rate. It shows whether the arithmetic of handshakes
 * keeps data waiting.
 */

import { openColumns } from './columns.ts';
import { MEGABYTE, p50, p99, type Row, type Size, throughput } from './row.ts';

const VOLUME: Readonly<Record<Size, number>> = {
  full: 300 * MEGABYTE,
  quick: 4 * MEGABYTE,
  tiny: 2 * MEGABYTE,
};

/** Fresh connections a second. */
const RATE = 200;

const beside = `beside ${RATE} fresh connections/s`;

export const mixed: Row = {
  name: 'mixed',
  figures: [
    { name: 'throughput', title: `one stream ${beside}`, unit: 'MB/s', better: 'higher' },
    { name: 'p50', title: `1-byte round trip ${beside}, p50`, unit: 'ms', better: 'lower' },
    { name: 'p99', title: `1-byte round trip ${beside}, p99`, unit: 'ms', better: 'lower' },
    { name: 'arrived', title: 'fresh connections that arrived', unit: '/s', better: 'higher' },
  ],
  open: (stage) => {
    const { load, size } = stage;
    return openColumns(stage, {
      bare: true,
      // On a machine that is too slow for the rate, more than a hundred may be open.
      settings: { limit: 0 },
      warmUp: ({ entrance: place }) =>
        load.perform({ do: 'mixed', place, volume: VOLUME[size] / 2, rate: RATE }),
      measure: async ({ entrance: place }) => {
        const volume = VOLUME[size];
        const answer = await load.perform({ do: 'mixed', place, volume, rate: RATE });
        return {
          throughput: throughput(volume, answer),
          p50: p50(answer),
          p99: p99(answer),
          arrived: (answer.arrived ?? 0) / answer.seconds,
        };
      },
    });
  },
};
