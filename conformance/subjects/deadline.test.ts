/** That a wait has a limit, and that progress is no hang. */

import { expect, test } from 'vitest';
import { within } from './deadline.ts';

const never = new Promise<never>(() => {});

test('a promise that settles in time is passed through', async () => {
  expect(await within('a value', Promise.resolve(7))).toBe(7);
  await expect(within('a failure', Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('a wait in which nothing happens fails and says what for', async () => {
  const waiting = within('something that never happens', never, () => 0, 10);
  await expect(waiting).rejects.toThrow('in vain for this: something that never happens');
});

test('the limit starts anew with each progress, and ends when that ends', async () => {
  const looks: number[] = [];
  const progress = () => {
    looks.push(Math.min(looks.length, 3));
    return Math.min(looks.length, 4);
  };
  await expect(within('a slow thing', never, progress, 5)).rejects.toThrow('a slow thing');
  // Once at the start, then after each limit: three times something new, and once nothing.
  expect(looks).toHaveLength(5);
});
