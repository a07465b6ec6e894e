/** Which worker is given the next connection. What workers do is `workers.test.ts`. */

import { expect, test } from 'vitest';
import { leastBusy } from './dispatcher.ts';

const ready = (open: number) => ({ ready: true, open });

test.each([
  ['the one with the fewest connections', [ready(2), ready(1), ready(2)], 1, 1],
  ['the next of those that have equally many', [ready(1), ready(1), ready(1)], 0, 1],
  ['the first after the last', [ready(1), ready(1), ready(1)], 2, 0],
  ['the next that has as few, wherever it is', [ready(0), ready(3), ready(3), ready(0)], 1, 3],
  ['the same one again when the others have more', [ready(1), ready(0), ready(1)], 1, 1],
  ['none that is starting', [{ ready: false, open: 0 }, ready(7)], 1, 1],
  ['none that is gone', [undefined, ready(7)], 1, 1],
  ['nobody where there is nobody', [undefined, { ready: false, open: 0 }], 0, undefined],
  ['nobody before there are any', [], 0, undefined],
] as const)('the next connection is for %s', (_whom, workers, last, chosen) => {
  expect(leastBusy(workers, last)).toBe(chosen);
});

test('connections that end at once go to each in its turn', () => {
  const turns: (number | undefined)[] = [];
  for (let last = 0; turns.length < 6; last = turns.at(-1) ?? 0) {
    turns.push(leastBusy([ready(0), ready(0), ready(0)], last));
  }
  expect(turns).toEqual([1, 2, 0, 1, 2, 0]);
});
