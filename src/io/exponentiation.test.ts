/**
 * Goal of these tests: a crowd of exponentiations lets the event loop run between any two of them.
 */

import { expect, test, vi } from 'vitest';
import { computeSharedSecret } from '../crypto/index.ts';
import { EventLoopExponentiator } from './exponentiation.ts';

/** The next turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('at most one exponentiation runs in a turn of the event loop', async () => {
  const exponentiator = new EventLoopExponentiator();
  let done = 0;
  for (let i = 0; i < 10; i++) exponentiator.generateKeyPair(() => done++);
  let before = done;
  while (done < 10) {
    await turn();
    expect(done - before).toBeLessThanOrEqual(1);
    before = done;
  }
});

test('where nothing is asked, no turn is taken', async () => {
  const turns = vi.spyOn(globalThis, 'setImmediate');
  const exponentiator = new EventLoopExponentiator();
  await new Promise((resolve) => void exponentiator.generateKeyPair(resolve));
  await new Promise((resolve) => setTimeout(resolve));
  expect(turns).toHaveBeenCalledOnce();
  turns.mockRestore();
});

test('nothing is answered synchronously, and answers come in the order of requests', async () => {
  const exponentiator = new EventLoopExponentiator();
  const order: number[] = [];
  const all = new Promise<void>((resolve) => {
    exponentiator.generateKeyPair(() => order.push(1));
    exponentiator.generateKeyPair(() => order.push(2));
    exponentiator.generateKeyPair(() => resolve());
  });
  expect(order).toEqual([]);
  await all;
  expect(order).toEqual([1, 2]);
});

test('a cancelled request is never answered, and takes no turn', async () => {
  const exponentiator = new EventLoopExponentiator();
  const heard: string[] = [];
  const cancel = exponentiator.generateKeyPair(() => heard.push('first'));
  exponentiator.generateKeyPair(() => heard.push('second'));
  cancel();
  await turn();
  await turn();
  expect(heard).toEqual(['second']);
});

//= HS-8
//# An end that wants forward secrecy MUST choose 256 fresh random bits x for each connection and
//# send y = 2^e mod p, where e is either x or 2²⁵⁸ + x.
test('HS-8, HS-16: each pair is fresh, and two pairs agree on a secret', async () => {
  const exponentiator = new EventLoopExponentiator();
  const pair = () =>
    new Promise<{ x: Uint8Array; y: Uint8Array }>((resolve) =>
      exponentiator.generateKeyPair(resolve),
    );
  const [one, other] = [await pair(), await pair()];
  expect(one.x).not.toEqual(other.x);
  const shared = await new Promise<Uint8Array>((resolve) =>
    exponentiator.computeSharedSecret(one.x, other.y, resolve),
  );
  expect(shared).toEqual(computeSharedSecret(other.x, one.y));
});
