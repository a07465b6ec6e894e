/**
 * Goal: KF-8. K is in no log; plaintext, x, ySC and derived keys are in no wire log, however
 * they might be spelled. The same search finds them in a full log, so it can find.
 */

import { describe, expect, test } from 'vitest';
import { computeSharedSecret, createSuite, generateKeyPair } from '../crypto/index.ts';
import { decodeBase64 } from './base64.ts';
import type { LogContent } from './format.ts';
import { bytesOf, type RecordedPair, recordPair, SECRET } from './testing/recorded-pair.ts';

const PLAINTEXT = bytesOf('plaintext', 5000);

function record(content: LogContent): Promise<RecordedPair> {
  return recordPair({
    suite: createSuite(),
    arithmetic: { generateKeyPair, computeSharedSecret },
    content,
    plaintext: { client: [PLAINTEXT], server: [bytesOf('answer', 40)] },
  });
}

/** Whether a log holds the bytes: in any of its byte fields, or in its text in a usual spelling. */
function holds(log: string, secret: Uint8Array): boolean {
  const wanted = Buffer.from(secret);
  for (const [, text = ''] of log.matchAll(/"([A-Za-z0-9+/]+={0,2})"/g)) {
    const bytes = decodeBase64(text);
    if (bytes !== undefined && Buffer.from(bytes).includes(wanted)) return true;
  }
  return [wanted.toString('hex'), wanted.toString('base64'), wanted.toString('latin1')].some(
    (spelling) => log.toLowerCase().includes(spelling.toLowerCase()),
  );
}

describe('secrets', () => {
  //= KF-9
  //# What is derived from K MUST NOT appear in a log, an error message or a process title, unless
  //# the operator asks for a record that holds it (`--event-log-content full`).
  test('KF-8: none is in a wire log', async () => {
    const { logs, confidential } = await record('wire');
    expect(confidential.length).toBeGreaterThan(15);
    for (const log of [logs.client, logs.server]) {
      for (const secret of confidential) {
        expect(holds(log, secret)).toBe(false);
        // Not a part of it either, such as one packet's worth.
        expect(holds(log, secret.subarray(0, 16))).toBe(false);
        expect(holds(log, secret.subarray(-16))).toBe(false);
      }
    }
  });

  test('KF-8: K is in no full log, and everything else is: the search can find', async () => {
    const { logs, confidential } = await record('full');
    const both = logs.client + logs.server;
    expect(holds(both, SECRET)).toBe(false);
    const others = confidential.filter((secret) => !Buffer.from(secret).equals(SECRET));
    for (const secret of others) expect(holds(both, secret)).toBe(true);
  });

  test('the lengths of erased secrets are in both, and never more than their lengths', async () => {
    for (const content of ['wire', 'full'] as const) {
      const { logs } = await record(content);
      const erased = [...logs.client.matchAll(/{"type":"eraseSecrets"[^}]*}/g)].map(
        ([text]) => text,
      );
      expect(erased).toEqual([
        '{"type":"eraseSecrets","lengths":[32,32,32,256,320]}',
        '{"type":"eraseSecrets","lengths":[32,32,32,32]}',
      ]);
    }
  });
});
