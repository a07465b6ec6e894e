/** The pair id: what it is made of, and when it is known. */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PairFinder, pairId } from './pair.ts';
import { bytesOf } from './testing/recorded-pair.ts';

const nonceC = bytesOf('client', 32);
const nonceS = bytesOf('server', 32);

/** What spec/logging.md says, in other words. */
const EXPECTED = createHash('sha256')
  .update(Buffer.concat([Buffer.from('spiped pair'), nonceC, nonceS]))
  .digest('hex')
  .slice(0, 16);

const received = (bytes: Uint8Array) => ({ type: 'bytesReceived', side: 'cipher', bytes }) as const;
const sends = (bytes: Uint8Array) => [{ type: 'sendBytes', side: 'cipher', bytes }] as const;

test('is the beginning of SHA-256 over a label, the client’s nonce and the server’s', () => {
  expect(pairId(nonceC, nonceS)).toBe(EXPECTED);
  expect(pairId(nonceS, nonceC)).not.toBe(EXPECTED);
});

test('comes out the same at both ends, in whatever pieces the peer’s nonce arrives', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 })), fc.boolean(), (cuts, isClient) => {
      const [own, peers] = isClient ? [nonceC, nonceS] : [nonceS, nonceC];
      const finder = new PairFinder(isClient ? 'client' : 'server');
      finder.see({ type: 'targetConnected' }, sends(own));
      // More follows at once: y and h, of which nothing may get in.
      const stream = Uint8Array.of(...peers, ...bytesOf('y and h', 288));
      let at = 0;
      for (const cut of [...cuts, stream.length]) {
        const piece = stream.slice(at, at + cut);
        finder.see(received(piece), []);
        piece.fill(0);
        at += cut;
        expect(finder.pair).toBe(at >= 32 ? EXPECTED : undefined);
      }
      finder.see(received(bytesOf('later', 64)), sends(bytesOf('later', 64)));
      expect(finder.pair).toBe(EXPECTED);
    }),
  );
});

test('is not made of plaintext', () => {
  const finder = new PairFinder('client');
  finder.see({ type: 'bytesReceived', side: 'plain', bytes: bytesOf('plain', 32) }, []);
  finder.see({ type: 'targetConnected' }, sends(nonceC));
  expect(finder.pair).toBeUndefined();
});
