/** Goal of these tests: joining copies only when it must, and never writes to its parts. */

import { expect, test } from 'vitest';
import { concat } from './bytes.ts';

test('parts are joined in order', () => {
  expect(concat(Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3))).toEqual(
    Uint8Array.of(1, 2, 3),
  );
});

test('a single part with content is returned as it is', () => {
  const part = Uint8Array.of(1);
  expect(concat(new Uint8Array(0), part)).toBe(part);
});

test('no content gives no bytes', () => {
  expect(concat(new Uint8Array(0)).length).toBe(0);
});
