/** Goal of these tests: a shortage is told by the system's word for it, and nothing else is taken for one. */

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, expect, test, vi } from 'vitest';
import { descriptorShortage } from './descriptor-shortage.ts';

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

test('CN-24: as long as a descriptor can be had, there is no shortage', () => {
  const close = vi.spyOn(fs, 'closeSync');
  syncBuiltinESMExports();
  expect(descriptorShortage()).toBeUndefined();
  expect(close).toHaveBeenCalledOnce();
});

test.each([
  ['EMFILE', 'EMFILE'],
  ['ENFILE', 'ENFILE'],
  ['ENOENT', undefined],
])('CN-24: where the system says %s, the shortage is %s', (code, shortage) => {
  vi.spyOn(fs, 'openSync').mockImplementation(() => {
    throw Object.assign(new Error(), { code });
  });
  syncBuiltinESMExports();
  expect(descriptorShortage()).toBe(shortage);
});
