/** No wait without an end, and none that leaves something behind. */

import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { DeadlineError, within } from './deadline.ts';

const never = new Promise<never>(() => {});

test('what is done in time is handed on, result or error', async () => {
  const { signal } = new AbortController();
  await expect(within(10_000, 'x', signal, Promise.resolve(7))).resolves.toBe(7);
  await expect(within(10_000, 'x', signal, Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('a wait that takes too long says what it was waiting for', async () => {
  const { signal } = new AbortController();
  const wait = within(1, 'fetching the page', signal, never);
  await expect(wait).rejects.toThrow(DeadlineError);
  await expect(wait).rejects.toThrow('fetching the page: nothing after 0.001 s');
});

test('an abort ends the wait with its reason, before or while it waits', async () => {
  const controller = new AbortController();
  const waiting = within(10_000, 'x', controller.signal, never);
  controller.abort(new Error('Ctrl-C'));
  await expect(waiting).rejects.toThrow('Ctrl-C');
  await expect(within(10_000, 'x', controller.signal, never)).rejects.toThrow('Ctrl-C');
});
