/** What the launcher notes in the environment: read once, and gone. What comes of it is `cli/launcher.test.ts`. */

import { expect, test } from 'vitest';
import { environmentOf, takeInheritance } from './inheritance.ts';

test('what was closed and ignored is taken, and nothing that this process starts inherits it', () => {
  const environment = { SPIPED_CLOSED: '02', SPIPED_IGNORED: 'SIGHUP SIGINT', PATH: '/bin' };
  expect(takeInheritance(environment)).toEqual({
    closed: new Set([0, 2]),
    ignored: new Set(['SIGHUP', 'SIGINT']),
  });
  expect(environment).toEqual({ PATH: '/bin' });
});

test('what is no descriptor of a standard stream and no signal is nothing', () => {
  const environment = { SPIPED_CLOSED: '3x1 ', SPIPED_IGNORED: ' SIGNOT toString SIGHUP' };
  expect(takeInheritance(environment)).toEqual({
    closed: new Set([1]),
    ignored: new Set(['SIGHUP']),
  });
  expect(takeInheritance({})).toEqual({ closed: new Set(), ignored: new Set() });
});

test('another process of ours is told the same', () => {
  const inherited = { closed: new Set([1]), ignored: new Set(['SIGINT', 'SIGHUP'] as const) };
  expect(takeInheritance(environmentOf(inherited))).toEqual(inherited);
});
