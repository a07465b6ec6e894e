/** Round trips of one byte and of 16 KiB over one connection, and what the pipe adds to them. */

import { openColumns } from './columns.ts';
import { p50, p99, type Row, type Size } from './row.ts';

const COUNT: Readonly<Record<Size, number>> = { full: 5_000, quick: 300, tiny: 20 };
const WARM_UP: Readonly<Record<Size, number>> = { full: 3_000, quick: 300, tiny: 20 };

const unit = { unit: 'µs', better: 'lower' } as const;
const MICROSECONDS = 1_000;

export const roundTrip: Row = {
  name: 'round-trip',
  figures: [
    { name: 'byte-p50', title: '1-byte round trip, p50', ...unit },
    { name: 'byte-p99', title: '1-byte round trip, p99', ...unit },
    { name: 'byte-added', title: '1-byte round trip, added by both ends', ...unit, reach: 1.2 },
    { name: 'large-p50', title: '16 KiB round trip, p50', ...unit },
    { name: 'large-p99', title: '16 KiB round trip, p99', ...unit },
    { name: 'large-added', title: '16 KiB round trip, added by both ends', ...unit },
  ],
  open: (stage) => {
    const { load, size } = stage;
    const sizes = [
      ['byte', 1],
      ['large', 16_384],
    ] as const;
    return openColumns(stage, {
      bare: true,
      warmUp: async ({ entrance: place }) => {
        for (const [, bytes] of sizes) {
          await load.perform({ do: 'roundTrips', place, count: WARM_UP[size], size: bytes });
        }
      },
      measure: async ({ entrance: place }) => {
        const found: Record<string, number> = {};
        for (const [name, bytes] of sizes) {
          const count = COUNT[size];
          const answer = await load.perform({ do: 'roundTrips', place, count, size: bytes });
          found[`${name}-p50`] = p50(answer) * MICROSECONDS;
          found[`${name}-p99`] = p99(answer) * MICROSECONDS;
        }
        return found;
      },
      // Medians: the difference of two 99th percentiles is no percentile of anything.
      derive: (found, bare) => ({
        'byte-added': (found['byte-p50'] ?? NaN) - (bare['byte-p50'] ?? NaN),
        'large-added': (found['large-p50'] ?? NaN) - (bare['large-p50'] ?? NaN),
      }),
    });
  },
};
