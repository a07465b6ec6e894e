/** Goal: a stream is cut into the same messages at the same offsets, however it arrives. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../eventlog/testing/recorded-pair.ts';
import { describeSpan, messageAt, WireView } from './wire-view.ts';

const ALL = { first: 100, last: 100 };

describe('the messages of a stream (HS-6, PK-1)', () => {
  test.each([
    [0, { what: 'nonce', start: 0, end: 32 }],
    [31, { what: 'nonce', start: 0, end: 32 }],
    [32, { what: 'public value', start: 32, end: 320 }],
    [319, { what: 'public value', start: 32, end: 320 }],
    [320, { what: 0, start: 320, end: 1380 }],
    [1379, { what: 0, start: 320, end: 1380 }],
    [1380, { what: 1, start: 1380, end: 2440 }],
  ])('byte %d is in %o', (offset, message) => {
    expect(messageAt(offset)).toEqual(message);
  });

  test('come out the same from every segmentation', () => {
    const stream = bytesOf('stream', 320 + 3 * 1060 + 17);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (points) => {
        const view = new WireView('client', ALL);
        const cuts = [0, ...points.sort((a, b) => a - b), stream.length];
        for (const [i, cut] of cuts.entries()) view.add(stream.slice(cut, cuts[i + 1] ?? cut));
        expect(view.total).toBe(stream.length);
        const messages = view.messages();
        expect(messages.map(({ what }) => what)).toEqual(['nonce', 'public value', 0, 1, 2, 3]);
        for (const { start, bytes } of messages) {
          const original = stream.subarray(start, start + bytes.length);
          expect(Buffer.compare(bytes, original)).toBe(0);
        }
        expect(messages.at(-1)?.bytes).toHaveLength(17);
      }),
    );
  });

  test('of a long stream are kept at its start and its end, and counted all the same', () => {
    const view = new WireView('server', { first: 2, last: 3 });
    const stream = bytesOf('stream', 320 + 20 * 1060);
    for (let offset = 0; offset < stream.length; offset += 5000) {
      view.add(stream.slice(offset, offset + 5000));
    }
    expect(view.messages().map(({ what }) => what)).toEqual([
      ...['nonce', 'public value', 0, 1],
      ...[17, 18, 19],
    ]);
    expect(view.packets).toBe(20);
    expect(view.message(10)).toBeUndefined();
    expect(view.message(19)?.bytes).toEqual(stream.slice(-1060));
  });
});

test.each([
  [0, 32, 'nonceC'],
  [0, 10, 'nonceC: bytes 0–9'],
  [32, 320, 'yC ‖ hC'],
  [0, 320, 'nonceC, yC ‖ hC'],
  [300, 330, 'yC ‖ hC: bytes 268–287, packet 0: bytes 0–9'],
  [320, 1380, 'packet 0'],
  [320, 320 + 8 * 1060, 'packets 0–7'],
  [320 + 1060, 320 + 3 * 1060 + 100, 'packets 1–2, packet 3: bytes 0–99'],
  [330, 320 + 2 * 1060, 'packet 0: bytes 10–1059, packet 1'],
])('bytes %d to %d of a client are called: %s', (start, end, name) => {
  expect(describeSpan('client', { start, end })).toBe(name);
});
