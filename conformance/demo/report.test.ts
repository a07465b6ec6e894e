/** The wording of figures, and when there is colour. */

import { describe, expect, test } from 'vitest';
import { count, megabytesPerSecond, milliseconds, percent, styleFor, table } from './report.ts';

test('figures carry their units', () => {
  expect(count(67_108_864)).toBe('67,108,864');
  expect(megabytesPerSecond(205_400_000, 1)).toBe('205 MB/s');
  expect(megabytesPerSecond(5, 0)).toBe('- MB/s');
  expect(milliseconds(3.149)).toBe('3.1 ms');
});

test('99.9 % is not called 100 %', () => {
  expect(percent(0.999)).toBe(' 99 %');
  expect(percent(1)).toBe('100 %');
});

test('a table lines its columns up and ends no line in spaces', () => {
  expect(
    table([
      ['-e end', '-d end'],
      ['C spiped 1.6.2', 'x'],
      ['a', ''],
    ]),
  ).toEqual(['-e end          -d end', 'C spiped 1.6.2  x', 'a']);
});

describe('colour', () => {
  const coloured = '\x1b[1mx\x1b[22m';

  test('is for terminals', () => {
    expect(styleFor(true, {}).heading('x')).toBe(coloured);
    expect(styleFor(false, {}).heading('x')).toBe('x');
  });

  test('is off with NO_COLOR set to anything but the empty string, and on a dumb terminal', () => {
    expect(styleFor(true, { NO_COLOR: '1' }).heading('x')).toBe('x');
    expect(styleFor(true, { NO_COLOR: '0' }).heading('x')).toBe('x');
    expect(styleFor(true, { NO_COLOR: '' }).heading('x')).toBe(coloured);
    expect(styleFor(true, { TERM: 'dumb' }).heading('x')).toBe('x');
  });
});
