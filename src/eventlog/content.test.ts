/**
 * Goal: KF-8. K is in no log; plaintext, x, ySC and derived keys are in no wire log, however
 * they might be spelled. The same search finds them in a full log, so it can find.
 */

import { describe, expect, test } from 'vitest';
import { computeSharedSecret, createSuite, generateKeyPair } from '../crypto/index.ts';
import type { ConnectionEffect, ConnectionEvent } from '../protocol/vocabulary.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { encodeEntry } from './encode.ts';
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

describe('what a wire log tells', () => {
  const one = bytesOf('one', 3);

  /** The event and the effect as a log of this content has them. */
  function logged(content: LogContent, event: ConnectionEvent, effect: ConnectionEffect): string[] {
    const times = { sequence: 1, microseconds: 0, phase: 'p' };
    const text = encodeEntry({
      ...{ content, ...times, event },
      effects: [effect],
      derivations: [],
    });
    return [...text.matchAll(/\{"type":"\w+"([^}]*)\}/g)].map(([, fields = '']) => fields);
  }

  test.each(['wire', 'full'] as const)('of %s: bytes of the cipher side', (content) => {
    expect(
      logged(
        content,
        { type: 'bytesReceived', side: 'cipher', bytes: one },
        { type: 'sendBytes', side: 'cipher', bytes: one },
      ),
    ).toEqual([
      `,"side":"cipher","bytes":"${encodeBase64(one)}"`,
      expect.stringContaining('bytes'),
    ]);
  });

  test('of the plain side only the length', () => {
    expect(
      logged(
        'wire',
        { type: 'bytesReceived', side: 'plain', bytes: one },
        { type: 'sendBytes', side: 'plain', bytes: one },
      ),
    ).toEqual([',"side":"plain","length":3', ',"side":"plain","length":3']);
  });

  test('no private value, and no value that it may not have been sent yet', () => {
    const compute: ConnectionEffect = { type: 'computeSharedSecret', x: one, y: one };
    const events: readonly ConnectionEvent[] = [
      { type: 'connectionAccepted', nonce: one },
      { type: 'keyPairGenerated', x: one, y: one },
      { type: 'sharedSecretComputed', ySC: one },
    ];
    for (const event of events) expect(logged('wire', event, compute)).toEqual(['', '']);
    for (const event of events) expect(logged('full', event, compute).join()).not.toBe(',');
  });

  test('a field that may be absent is left out, and one that is not of the format', () => {
    const outcome = { code: 'cancelled', more: 'x' } as const;
    const close: ConnectionEffect = { type: 'closeConnection', outcome };
    const cancel = { type: 'cancelRequested', more: 'x' } as const;
    expect(logged('full', cancel, close)).toEqual(['', ',"outcome":{"code":"cancelled"']);
    expect(
      encodeEntry({
        ...{ content: 'wire', sequence: 1, microseconds: 0, phase: 'p', event: cancel },
        effects: [{ ...close, reset: 'plain' }],
        derivations: [],
      }),
    ).toContain('"outcome":{"code":"cancelled"},"reset":"plain"}');
  });
});
