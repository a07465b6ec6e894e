/** Where the tests' temporary files are. */

import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isFit } from './surroundings.mjs';

let outer = '';
beforeEach(() => {
  outer = mkdtempSync(path.join(tmpdir(), 'fit-'));
});
afterEach(() => rmSync(outer, { recursive: true, force: true }));

test('are reached by every user, and their path is short and plain', () => {
  const inner = path.join(outer, 'inner');
  mkdirSync(inner);
  expect(isFit(inner)).toBe(false); // mkdtemp(3) makes a private directory.
  chmodSync(outer, 0o711);
  expect(isFit(inner)).toBe(true);
  for (const name of ['with space', 'priväte', 'l'.repeat(40)]) {
    mkdirSync(path.join(outer, name));
    expect(isFit(path.join(outer, name)), name).toBe(false);
  }
  expect(isFit(path.join(outer, 'not-there'))).toBe(false);
});

test('in a run are in such a place, wherever there is one', () => {
  expect(isFit(tmpdir()) || !isFit('/tmp')).toBe(true);
});
