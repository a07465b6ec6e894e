/** What is written without end, and that a receiver can tell whether all of its beginning came. */

import { PassThrough, Transform } from 'node:stream';
import { expect, test } from 'vitest';
import { LARGE } from './cases/payloads.ts';
import { Receiver, sumOfForever, writeForever } from './receiver.ts';

/** Takes what is written without end, as `through` lets it pass, for so many bytes. */
async function receive(through: Transform, bytes: number): Promise<Receiver> {
  const received = new Receiver('the end', through);
  void writeForever(through);
  await received.reached(bytes);
  through.destroy();
  await received.over();
  return received;
}

test('the bytes that came have the sum of a beginning of so many bytes', async () => {
  const received = await receive(new PassThrough(), 1_000_000);
  expect(received.sum).toBe(sumOfForever(received.bytes));
});

test('a piece that is missing is seen, however long it is', async () => {
  let writes = 0;
  const dropsThird = new Transform({
    transform(chunk, _encoding, done) {
      writes += 1;
      done(null, writes === 3 ? undefined : chunk);
    },
  });
  const received = await receive(dropsThird, 1_000_000);
  expect(received.sum).not.toBe(sumOfForever(received.bytes));
});

test('the large payload takes more packets than 16 bits can count', () => {
  expect(LARGE).toBeGreaterThan(2 ** 16 * 1_024);
});
