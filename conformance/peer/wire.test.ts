/** What a limit is: time in which it could be seen that nothing comes. */

import { expect, test } from 'vitest';
import { Overdue, until } from './wire.ts';

test('what never comes is overdue, and is named', async () => {
  const waiting = until('what never comes', 1, () => false);
  await expect(waiting).rejects.toThrow(Overdue);
  await expect(waiting).rejects.toThrow('waited 1 ms in vain for what never comes');
});

test('a limit that passed before there were looks is not over', async () => {
  let looks = 0;
  await until('the thirtieth look', 0, () => {
    looks += 1;
    return looks === 30;
  });
  expect(looks).toBe(30);
});
