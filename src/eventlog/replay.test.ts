/**
 * Goal: the log of a connection replays to every effect and byte, with and without the key; and
 * whatever was changed in it, digests included, the replay says at which event and what.
 */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { computeSharedSecret, createSuite, generateKeyPair } from '../crypto/index.ts';
import {
  type ConnectionContext,
  type ConnectionState,
  initialConnectionState,
  stepConnection,
} from '../protocol/connection.ts';
import type { Role } from '../protocol/parameters.ts';
import type { ConnectionEvent } from '../protocol/vocabulary.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { readEventLog } from './reader.ts';
import { type ReplayResult, replay } from './replay.ts';
import { MemoryStorage } from './testing/memory-storage.ts';
import { bytesOf, type RecordedPair, recordPair, SECRET } from './testing/recorded-pair.ts';
import { objectsOf, pieces, resealed } from './testing/reseal.ts';
import { openEventLog } from './writer.ts';

const suite = createSuite();
const arithmetic = { generateKeyPair, computeSharedSecret };
const ROLES = ['client', 'server'] as const;
const WEAK = { weak: true, requireForwardSecrecy: false };

let pair: RecordedPair;

beforeAll(async () => {
  pair = await recordPair({
    suite,
    arithmetic,
    content: 'full',
    plaintext: { client: [bytesOf('a', 3000), bytesOf('b', 1)], server: [bytesOf('c', 2048)] },
  });
});

function replayText(log: string, secret?: Uint8Array): Promise<ReplayResult> {
  return replay(readEventLog(pieces(log)), secret === undefined ? { suite } : { suite, secret });
}

describe('a full log', () => {
  test.each(ROLES)('of a %s replays to the same, with its own keys and with K', async (role) => {
    expect(await replayText(pair.logs[role])).toMatchObject({
      kind: 'same',
      header: { role },
      end: { outcome: { code: 'closed' } },
    });
    expect(await replayText(pair.logs[role], SECRET)).toMatchObject({ kind: 'same' });
  });

  test('of every policy and of failed handshakes replays to the same', async () => {
    const strict = { weak: false, requireForwardSecrecy: true };
    const kinds = [
      { policies: { client: WEAK } },
      { dial: 'after-handshake' as const },
      { policies: { server: WEAK } },
      { policies: { client: WEAK, server: WEAK } },
      { policies: { client: WEAK, server: strict } },
      { policies: { client: strict, server: strict } },
      { secrets: { client: SECRET, server: bytesOf('another', 32) } },
    ];
    for (const kind of kinds) {
      const { logs } = await recordPair({
        suite,
        arithmetic,
        content: 'full',
        plaintext: { client: [bytesOf('a', 10)] },
        ...kind,
      });
      for (const role of ROLES) {
        expect(await replayText(logs[role]), JSON.stringify(kind)).toMatchObject({ kind: 'same' });
      }
    }
  });

  test('is not replayed with another key', async () => {
    expect(await replayText(pair.logs.client, bytesOf('another', 32))).toMatchObject({
      kind: 'different',
      event: 'bytesReceived',
      difference: expect.stringContaining('the given key derives other keys than those recorded'),
    });
  });

  test('is replayed up to where it was cut, and the cut is reported', async () => {
    const cut = pair.logs.client.split('\n').slice(0, 10).join('\n');
    await expect(replayText(cut)).rejects.toMatchObject({
      code: 'truncated',
      line: 10,
      lastEvent: 8,
    });
  });
});

describe('the log of a connection with a defect', () => {
  const wrong: ConnectionEvent = { type: 'endCompleted', side: 'plain' };
  const found: ConnectionEvent = { type: 'defectFound', detail: 'a word of ours' };

  /** A connection that is given these events after it was accepted, as its interpreter records it. */
  async function record(...events: readonly ConnectionEvent[]): Promise<string> {
    const storage = new MemoryStorage();
    const log = openEventLog({
      ...{ directory: '.', content: 'full', storage },
      software: { name: 'spiped', version: '1.2.3' },
    });
    const about = {
      role: 'server',
      policy: WEAK,
      timeoutMilliseconds: 5000,
      dial: 'on-accept',
    } as const;
    const accepted: ConnectionEvent = { type: 'connectionAccepted', nonce: bytesOf('n', 32) };
    const recorder = log.begin({ ...about, connection: 'defect', suite });
    let state = initialConnectionState;
    for (const event of [accepted, ...events]) {
      const step = stepped({ ...about, secret: SECRET, suite: recorder.suite }, state, event);
      recorder.record(event, step);
      state = step.state;
    }
    await log.close();
    return storage.onlyText;
  }

  function stepped(context: ConnectionContext, state: ConnectionState, event: ConnectionEvent) {
    try {
      return stepConnection(context, state, event);
    } catch {
      return { state, effects: [] };
    }
  }

  test('CN-15: replays to the same, with the event that the core refuses', async () => {
    const log = await record(wrong, found);
    expect(await replayText(log)).toMatchObject({
      kind: 'same',
      end: { events: 3, outcome: { code: 'internal-error', detail: 'a word of ours' } },
    });
  });

  test('is different where nothing says that the core refused the event', async () => {
    const refusal = {
      ...{ kind: 'different', line: 3, sequence: 2, event: 'endCompleted' },
      difference: expect.stringContaining('the core refuses the event'),
    };
    expect(await replayText(await record(wrong))).toMatchObject(refusal);
    expect(await replayText(await record(wrong, { type: 'cancelRequested' }))).toMatchObject(
      refusal,
    );
  });

  test.each([
    ['an effect', '"effects":[]', '"effects":[{"type":"connectTarget"}]'],
    ['another phase', '"phase":"dialingAndHandshaking"', '"phase":"handshaking"'],
  ])('is different where %s came of the event that the core refuses', async (_, from, to) => {
    const log = resealed(await record(wrong, found), (object, line) =>
      line === 3 ? object.replace(from, to) : object,
    );
    expect(await replayText(log)).toMatchObject({
      ...{ kind: 'different', line: 3, sequence: 2, event: 'endCompleted' },
      difference: expect.stringContaining('the core refuses the event'),
    });
  });

  test('is different where what the defect led to is', async () => {
    const log = resealed(await record(wrong, found), (object) =>
      object.replaceAll('"code":"internal-error","detail":"a word of ours"', '"code":"cancelled"'),
    );
    expect(await replayText(log)).toMatchObject({
      ...{ kind: 'different', line: 4, sequence: 3, event: 'defectFound' },
      difference: expect.stringContaining('outcome.code'),
    });
  });
});

test('a wire log is not replayable, and is said to be one', async () => {
  const { logs } = await recordPair({ suite, arithmetic, content: 'wire' });
  expect(await replayText(logs.client)).toMatchObject({ kind: 'not replayable' });
});

describe('a full log that was changed, with digests that fit', () => {
  /** The log with one change in one line. */
  function changed(role: Role, from: string | RegExp, to: string): string {
    const log = resealed(pair.logs[role], (object) => object.replace(from, to));
    expect(log).not.toBe(pair.logs[role]);
    return log;
  }

  test('a byte of anything that was received, generated, derived or sent is noticed', async () => {
    for (const role of ROLES) {
      const objects = objectsOf(pair.logs[role]);
      // Every byte field of the log: its line, and its place in it. What the -f rules leave
      // unused is not among them.
      const fields = objects.flatMap((object, i) =>
        [...object.matchAll(/"(?:nonce|bytes|x|y|ySC|salt|output)":"([A-Za-z0-9+/=]+)"/g)].map(
          (match) => ({ line: i + 1, text: match[1] ?? '', at: match.index + match[0].length - 1 }),
        ),
      );
      expect(fields.length).toBeGreaterThan(15);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...fields), fc.nat(), async (field, where) => {
          const bytes = decodeBase64(field.text) ?? new Uint8Array();
          const i = where % bytes.length;
          bytes[i] = (bytes[i] ?? 0) ^ 1;
          const log = resealed(pair.logs[role], (object, line) =>
            line === field.line
              ? object.slice(0, field.at - field.text.length) +
                encodeBase64(bytes) +
                object.slice(field.at)
              : object,
          );
          const result = await replayText(log);
          expect(result.kind).toBe('different');
          if (result.kind !== 'different') return;
          // It shows where it was changed, or when what was changed is used.
          expect(result.line).toBeGreaterThanOrEqual(field.line);
          expect(result.sequence).toBe(result.line - 1);
        }),
        { numRuns: 80 },
      );
    }
  });

  test('an effect, a phase, a role, a policy or a timeout is noticed', async () => {
    const differences = await Promise.all([
      replayText(
        changed('client', '"type":"cancelTimer","timer":"connect"', '"type":"connectTarget"'),
      ),
      replayText(changed('client', '{"type":"connectTarget"}', '{"type":"generateKeyPair"}')),
      replayText(changed('client', ',{"type":"connectTarget"}', '')),
      replayText(changed('client', '"phase":"dialing"', '"phase":"handshaking"')),
      replayText(changed('client', '"role":"client"', '"role":"server"')),
      replayText(changed('client', '"weak":false', '"weak":true')),
      replayText(changed('client', '"timeoutMilliseconds":5000', '"timeoutMilliseconds":5001')),
      replayText(changed('client', /,"derived":\[[^\]]*\]/, '')),
    ]);
    expect(
      differences.map((result) =>
        result.kind === 'different' ? [result.sequence, result.difference] : result.kind,
      ),
    ).toEqual([
      [2, 'effects[0].type: recorded "connectTarget", replayed "cancelTimer"'],
      [1, 'effects[1].type: recorded "generateKeyPair", replayed "connectTarget"'],
      [1, 'effects[1]: recorded nothing, replayed connectTarget'],
      [1, 'phase: recorded "handshaking", replayed "dialing"'],
      [1, expect.stringContaining('effects')],
      [4, expect.stringContaining('effects')],
      [1, 'effects[0].milliseconds: recorded 5000, replayed 5001'],
      [4, 'key derivations: the replay made one that is not recorded'],
    ]);
  });

  test('a derivation that the core does not make is noticed', async () => {
    const log = changed(
      'client',
      '"phase":"dialing"',
      '"phase":"dialing","derived":[{"salt":"","output":""}]',
    );
    expect(await replayText(log)).toMatchObject({
      kind: 'different',
      sequence: 1,
      difference: 'key derivations: 1 recorded that the replay did not make',
    });
  });

  test('a derivation of another length is noticed, also without the key', async () => {
    expect(await replayText(changed('client', /"output":"..../, '"output":"'))).toMatchObject({
      kind: 'different',
      sequence: 4,
      difference: 'key derivation: length: recorded 61, replayed 64',
    });
  });

  test('an event that cannot happen there is noticed', async () => {
    const log = changed(
      'client',
      '"event":{"type":"targetConnected"}',
      '"event":{"type":"endCompleted","side":"plain"}',
    );
    expect(await replayText(log)).toMatchObject({
      kind: 'different',
      sequence: 2,
      event: 'endCompleted',
      difference: expect.stringContaining('the core refuses the event'),
    });
  });

  test('with the key, a derived key that was changed is noticed where it was derived', async () => {
    const log = changed('client', /"output":"...../, '"output":"AAAAA');
    expect(await replayText(log, SECRET)).toMatchObject({
      kind: 'different',
      sequence: 4,
      difference: 'key derivation: the given key derives other keys than those recorded',
    });
  });
});
