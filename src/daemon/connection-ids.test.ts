/** The ids of connections: counted in one process, distinct between processes. */

import { expect, test } from 'vitest';
import { connectionIds } from './connection-ids.ts';

test('one process counts under one name of its own', () => {
  const [one, other] = [connectionIds(), connectionIds()];
  const ids = [one(), one(), other()];
  expect(ids[0]).toMatch(/^[0-9a-z]{6}-1$/);
  expect(ids[1]).toBe(ids[0]?.replace(/1$/, '2'));
  expect(ids[2]).toMatch(/-1$/);
  expect(ids[2]).not.toBe(ids[0]);
});
