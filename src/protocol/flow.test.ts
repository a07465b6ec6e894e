/** Goal of these tests: the marks of flow control are met to the byte. */

import { expect, test } from 'vitest';
import { type Flow, HIGH_WATER_BYTES, LOW_WATER_BYTES, regulate } from './flow.ts';

/** The plain side is read or not, and so many bytes wait for the cipher side. */
function flowOf(waiting: number, reading: boolean): Flow {
  return { unsent: { plain: 0, cipher: waiting }, reading: { plain: reading, cipher: true } };
}

const effectsOf = (waiting: number, reading: boolean): readonly string[] =>
  regulate(flowOf(waiting, reading), 'plain').effects.map(({ type }) => type);

test('CN-9: a side is left unread from the high mark on', () => {
  expect(effectsOf(HIGH_WATER_BYTES - 1, true)).toEqual([]);
  expect(effectsOf(HIGH_WATER_BYTES, true)).toEqual(['stopReading']);
  expect(effectsOf(HIGH_WATER_BYTES, false)).toEqual([]);
});

test('CN-9: it is read again at the low mark, and not before', () => {
  expect(effectsOf(LOW_WATER_BYTES + 1, false)).toEqual([]);
  expect(effectsOf(LOW_WATER_BYTES, false)).toEqual(['startReading']);
  expect(effectsOf(LOW_WATER_BYTES, true)).toEqual([]);
});
