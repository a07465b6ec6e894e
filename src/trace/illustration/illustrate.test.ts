/**
 * Goal: what an illustration says is what happened: every offset, value and verdict, both machines,
 * faults at their place; and without leave it holds no byte that did not cross the wire (KF-8).
 */

import { beforeAll, describe, expect, test } from 'vitest';
import {
  computeSharedSecret,
  createSuite,
  generateKeyPair,
  referenceEngine,
} from '../../crypto/index.ts';
import { EventLogError, readEventLog } from '../../eventlog/index.ts';
import {
  bytesOf,
  type RecordedPair,
  type RecordedPairOptions,
  recordPair,
  SECRET,
} from '../../eventlog/testing/recorded-pair.ts';
import { objectsOf, pieces, resealed, sealed } from '../../eventlog/testing/reseal.ts';
import type { Role } from '../../protocol/parameters.ts';
import { type IllustrateOptions, illustrate, NotOneConnection } from './illustrate.ts';
import type { Illustration, Message, Moment, Range, Reveal } from './model.ts';
import { illustrationPage } from './page.ts';

const suite = createSuite(referenceEngine);
const WEAK = { weak: true, requireForwardSecrecy: false };

function record(options: Partial<RecordedPairOptions> = {}): Promise<RecordedPair> {
  return recordPair({
    suite,
    arithmetic: { generateKeyPair, computeSharedSecret },
    content: 'full',
    plaintext: { client: [bytesOf('a', 1500), bytesOf('b', 10)], server: [bytesOf('c', 100)] },
    ...options,
  });
}

async function draw(
  texts: readonly string[],
  options: Partial<IllustrateOptions> = {},
): Promise<Illustration> {
  const logs = texts.map((text) => readEventLog(pieces(text)));
  const result = await illustrate({
    suite,
    secret: SECRET,
    reveal: 'everything',
    ...options,
    logs,
  });
  return result.illustration;
}

function messageNamed({ messages }: Illustration, id: string): Message {
  const found = messages.find((message) => message.id === id);
  if (found === undefined) {
    throw new Error(`no message ${id} among ${messages.map((message) => message.id).join(', ')}`);
  }
  return found;
}

function rangeNamed(ranges: readonly Range[], field: string): Range {
  const found = ranges.find((range) => range.field === field);
  if (found === undefined) throw new Error(`no range ${field}`);
  return found;
}

function faults({ moments }: Illustration): readonly Moment[] {
  return moments.filter(({ fault }) => fault !== undefined);
}

/** What is in a direction of the wire, from the messages of an illustration. */
function stream({ messages }: Illustration, from: Role): Uint8Array {
  const parts = messages.filter((message) => message.from === from && message.seen === 'sent');
  return Uint8Array.from(parts.flatMap(({ ranges }) => ranges.flatMap(({ bytes }) => [...bytes])));
}

let pair: RecordedPair;
let both: Illustration;

beforeAll(async () => {
  pair = await record();
  both = await draw([pair.logs.server, pair.logs.client]);
});

describe('a connection seen from both ends', () => {
  test('opens every message to ranges without gap or overlap, at their true offsets', () => {
    for (const { ranges, cleartext, length } of both.messages) {
      for (const [parts, end] of [
        [ranges, length],
        [cleartext, 1028],
      ] as const) {
        let offset = 0;
        for (const { start, bytes } of parts) {
          expect(start).toBe(offset);
          offset += bytes.length;
        }
        if (parts.length > 0) expect(offset).toBe(end);
      }
    }
    const value = messageNamed(both, 'client-public-value');
    expect(value.ranges.map(({ field, start, bytes }) => [field, start, bytes.length])).toEqual([
      ['yC', 0, 256],
      ['hC', 256, 32],
    ]);
    const packet = messageNamed(both, 'server-packet-0');
    expect([packet.offset, packet.length]).toEqual([320, 1060]);
    expect(packet.ranges.map(({ field, start, bytes }) => [field, start, bytes.length])).toEqual([
      ['encrypted message', 0, 1024],
      ['encrypted length', 1024, 4],
      ['MAC', 1028, 32],
    ]);
    expect(packet.cleartext.map(({ field, start, bytes }) => [field, start, bytes.length])).toEqual(
      [
        ['M', 0, 100],
        ['padding', 100, 924],
        ['length', 1024, 4],
      ],
    );
  });

  test('shows each message at the offset that its bytes have in the stream of its sender', () => {
    for (const from of ['client', 'server'] as const) {
      const whole = stream(both, from);
      for (const { offset, length, ranges, from: sender } of both.messages) {
        if (sender !== from) continue;
        const bytes = Uint8Array.from(ranges.flatMap((range) => [...range.bytes]));
        expect(bytes).toEqual(whole.slice(offset, offset + length));
      }
    }
    expect(stream(both, 'client').slice(0, 32)).toEqual(bytesOf('nonce client', 32));
  });

  test('shows the plaintext that was sent, in the packets that carried it', () => {
    const texts = both.messages
      .filter(({ from }) => from === 'client')
      .flatMap(({ cleartext }) => cleartext.filter(({ field }) => field === 'M'))
      .flatMap(({ bytes }) => [...bytes]);
    expect(Uint8Array.from(texts)).toEqual(
      Uint8Array.from([...bytesOf('a', 1500), ...bytesOf('b', 10)]),
    );
  });

  test('has values that follow from each other as their formulas say (HS-5, HS-16, HS-17)', () => {
    const bytes = (name: string): Uint8Array => {
      const content = both.values.find((value) => value.name === name)?.content;
      if (!(content instanceof Uint8Array)) throw new Error(`no value ${name}: ${content}`);
      return content;
    };
    const joined = (...names: readonly string[]): Uint8Array =>
      Uint8Array.from(names.flatMap((name) => [...bytes(name)]));
    expect(bytes('K')).toEqual(SECRET);
    expect(bytes('dk1')).toEqual(suite.pbkdf2(bytes('K'), joined('nonceC', 'nonceS'), 64));
    expect(joined('dhmacC', 'dhmacS')).toEqual(bytes('dk1'));
    expect(bytes('yC')).toEqual(generateKeyPair(bytes('xC')).y);
    expect(bytes('hS')).toEqual(suite.hmac(bytes('dhmacS'), bytes('yS')));
    expect(bytes('ySC')).toEqual(computeSharedSecret(bytes('xS'), bytes('yC')));
    expect(bytes('dk2')).toEqual(suite.pbkdf2(bytes('K'), joined('nonceC', 'nonceS', 'ySC'), 128));
    expect(joined('E_C', 'H_C', 'E_S', 'H_S')).toEqual(bytes('dk2'));
    for (const { name, length, content } of both.values) expect(content, name).toHaveLength(length);
  });

  test('finds that every MAC holds and nothing is wrong', () => {
    const verdicts = both.messages.flatMap(({ remarks, ranges }) => [
      ...remarks,
      ...ranges.flatMap(({ verdict }) => verdict ?? []),
    ]);
    expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(['good']));
    expect(faults(both)).toEqual([]);
    expect(both.ends.map(({ role, ending }) => [role, ending.code])).toEqual([
      ['client', 'closed'],
      ['server', 'closed'],
    ]);
  });

  test('shows bytes as they arrive only after they were sent, and never twice', () => {
    const total = { client: 0, server: 0 };
    const sent = new Set<string>();
    for (const { end, messages, sequence } of both.moments) {
      total[end] += 1;
      expect(sequence).toBe(total[end]);
      for (const id of messages) {
        if (id.startsWith(end)) sent.add(id);
        else expect(sent, `${id} at the ${end}`).toContain(id);
      }
    }
    expect([...sent].sort()).toEqual(both.messages.map(({ id }) => id).sort());
    expect(both.messages.every(({ seen }) => seen === 'sent')).toBe(true);
  });

  test('says when which keys were derived, and what a half-close or a timer answers to', () => {
    const notes = both.moments.flatMap(({ end, marks }) =>
      marks.flatMap((mark) => (mark.kind === 'note' ? [`${end}: ${mark.label}`] : [])),
    );
    for (const end of ['client', 'server']) {
      expect(notes.filter((note) => note.startsWith(`${end}: derives`))).toEqual([
        `${end}: derives dk1`,
        `${end}: derives dk2`,
      ]);
    }
    const grounds = new Map(
      both.moments.flatMap(({ effects }) =>
        effects.map(({ text, requirements }) => [
          text.replace(/ \(.*/, ''),
          requirements.join(' '),
        ]),
      ),
    );
    expect(Object.fromEntries(grounds)).toMatchObject({
      'connect target': 'CN-2',
      'start connect timer': 'TM-2',
      'start handshake timer': 'TM-3',
      'cancel handshake timer': 'TM-5',
      'plain: start reading': 'CN-6',
      'cipher: start reading': 'CN-9',
      'cipher: send 32 bytes': 'HS-2',
      'plain: send 100 bytes': 'CN-8 PK-11',
      'plain: send end': 'CN-10',
      'close: closed by both ends': 'CN-12',
    });
  });

  test.each([
    ['early', '2024-01-01', 'client', Number.POSITIVE_INFINITY],
    ['late', '2024-03-01', 'server', Number.POSITIVE_INFINITY],
    // The last packets of this log are none of the last of the other.
    ['late, and the other log cut short', '2024-03-01', 'server', 60],
  ])(
    'has its events in the order of cause and effect, however wrong a clock is: %s',
    async (_, day, next, lines) => {
      const many = Array.from({ length: 30 }, (_, i) => bytesOf(`m ${i}`, 1024));
      const { logs } = await record({ plaintext: { client: many, server: many } });
      const skewed = resealed(logs.client, (object) =>
        object.replace(/"started":"[^T]*T/, `"started":"${day}T`),
      );
      const { moments } = await draw([skewed, sealed(objectsOf(logs.server).slice(0, lines))], {
        limits: { events: { first: 1000, last: 1 }, packets: { first: 2, last: 2 } },
      });
      const sent = { client: 0, server: 0 };
      const received = { client: 0, server: 0 };
      for (const { end, event, effects } of moments) {
        received[end] += Number(/^cipher: received (\d+) byte/.exec(event)?.[1] ?? 0);
        const other = end === 'client' ? 'server' : 'client';
        // Of what the other's log does not tell any more, nothing is known.
        if (end === 'server' || lines === Number.POSITIVE_INFINITY) {
          expect(received[end]).toBeLessThanOrEqual(sent[other]);
        }
        for (const { text } of effects) {
          sent[end] += Number(/^cipher: send (\d+) byte/.exec(text)?.[1] ?? 0);
        }
      }
      expect(sent.client).toBe(320 + 30 * 1060);
      // A server accepts who has dialled; where nothing is caused, the clocks decide.
      expect([moments[0]?.end, moments[1]?.end]).toEqual(['client', next]);
    },
  );

  test('replays both machines, and marks what an event has changed', () => {
    const last = both.moments.at(-1);
    for (const role of ['client', 'server'] as const) {
      expect(last?.machines[role].source).toBe('replayed');
      expect(last?.machines[role].rows[0]).toMatchObject({ name: 'connection', value: 'closed' });
    }
    for (const { end, machines } of both.moments) {
      const other = machines[end === 'client' ? 'server' : 'client'];
      expect(other.rows.every(({ changed }) => !changed)).toBe(true);
    }
  });
});

describe('one end alone', () => {
  test('has its own machine replayed, and the other inferred and never said to know more', async () => {
    const { moments, remarks } = await draw([pair.logs.client]);
    const server = moments.map(({ machines }) => machines.server);
    expect(server.every(({ source }) => source === 'inferred')).toBe(true);
    const phases = [...new Set(server.map(({ rows }) => rows[0]?.value))];
    expect(phases).toEqual([
      'not known: nothing of it has arrived',
      'awaitingNonce or later',
      'computingSharedSecret or later: it has accepted yC ‖ hC',
      'piping: it has the packet keys',
    ]);
    expect(remarks[0]).toContain('Only the client was recorded.');
  });

  test('draws what the peer sent from the peer, and opens it as it arrived', async () => {
    const illustration = await draw([pair.logs.server]);
    const packet = messageNamed(illustration, 'client-packet-0-arrived');
    expect(rangeNamed(packet.ranges, 'MAC').verdict).toEqual({ kind: 'good', text: 'holds' });
    const arrows = illustration.moments.flatMap(({ marks }) => marks);
    expect(arrows).toContainEqual({
      ...{ kind: 'arrow', from: 'client', to: 'server', what: 'handshake' },
      ...{ label: 'yC ‖ hC', changed: false },
    });
  });
});

describe('what must not be shown', () => {
  const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const pageOf = async (reveal: Reveal, texts: readonly string[]): Promise<string> => {
    const page = illustrationPage(await draw(texts, { reveal }));
    return page.replaceAll(/\s|<[^>]*>/g, '');
  };

  test.each(['client', 'server'] as const)(
    'is not in the page of a %s, unless it is asked for (KF-8)',
    async (role) => {
      const page = await pageOf('wire', [pair.logs[role]]);
      // Four bytes at a time, so that no part of a secret hides behind a line break.
      const leaked = pair.confidential.filter((secret) =>
        page.includes(hexOf(secret.slice(0, 16))),
      );
      expect(leaked).toEqual([]);
      expect(page).toContain(hexOf(bytesOf('nonce client', 32)));
    },
  );

  test('is there with --secrets, but for K', async () => {
    const page = await pageOf('connection', [pair.logs.client, pair.logs.server]);
    expect(page).not.toContain(hexOf(SECRET));
    expect(page).toContain(hexOf(bytesOf('x client', 32)));
    expect(page).toContain(hexOf(bytesOf('c', 100)));
    expect(await pageOf('everything', [pair.logs.client])).toContain(hexOf(SECRET));
  });
});

describe('what cannot be shown', () => {
  test('without a key, of a wire log: MACs and packets are not checked, and it says so', async () => {
    const { logs } = await record({ content: 'wire' });
    const options = { logs: [readEventLog(pieces(logs.client))], suite, reveal: 'wire' } as const;
    const { illustration } = await illustrate(options);
    const value = messageNamed(illustration, 'client-public-value');
    expect(rangeNamed(value.ranges, 'hC').verdict?.kind).toBe('unknown');
    expect(rangeNamed(value.ranges, 'yC').verdict?.kind).toBe('good');
    const packet = messageNamed(illustration, 'client-packet-0');
    expect(rangeNamed(packet.ranges, 'MAC').verdict?.kind).toBe('unknown');
    expect(packet.cleartext).toEqual([]);
    expect(illustration.remarks.join(' ')).toContain('There is no key (--key)');
    expect(illustration.moments.at(-1)?.machines.client.source).toBe('recorded');
  });

  test('with the key, of a wire log with forward secrecy: the MACs of y hold, packets stay shut', async () => {
    const { logs } = await record({ content: 'wire' });
    const illustration = await draw([logs.client]);
    const value = messageNamed(illustration, 'server-public-value-arrived');
    expect(rangeNamed(value.ranges, 'hS').verdict).toEqual({ kind: 'good', text: 'holds' });
    expect(messageNamed(illustration, 'client-packet-0').cleartext).toEqual([]);
    expect(illustration.remarks.join(' ')).toContain('with forward secrecy only a full log holds');
  });

  test('with the key, of a wire log without forward secrecy: everything (HS-14)', async () => {
    const { logs } = await record({ content: 'wire', policies: { server: WEAK } });
    const illustration = await draw([logs.client]);
    const packet = messageNamed(illustration, 'client-packet-0');
    expect(rangeNamed(packet.cleartext, 'M').bytes).toEqual(bytesOf('a', 1024));
    // That ySC is 1 is no secret then.
    const { values } = await draw([logs.client], { reveal: 'wire' });
    const shown = values.filter(({ content }) => content instanceof Uint8Array);
    expect(shown.map(({ name }) => name)).toEqual([
      'nonceC',
      'nonceS',
      'yC',
      'hC',
      'yS',
      'hS',
      'ySC',
    ]);
  });

  test('with another key: it says that this is not the key, and uses what the log holds', async () => {
    const illustration = await draw([pair.logs.client], { secret: bytesOf('another', 32) });
    expect(illustration.remarks.join(' ')).toContain('is not the one that the client ran with');
    const packet = messageNamed(illustration, 'client-packet-0');
    expect(rangeNamed(packet.ranges, 'MAC').verdict?.kind).toBe('good');
    const { logs } = await record({ content: 'wire' });
    const wire = await draw([logs.server], { secret: bytesOf('another', 32) });
    expect(wire.remarks.join(' ')).toContain('is not the one that the server ran with');
    // Before it has sent an h, nothing speaks against a key.
    const events = objectsOf(logs.server);
    const own = events.findIndex((event) => event.includes('keyPairGenerated'));
    const early = sealed(events.slice(0, own));
    expect(early).toContain('"type":"bytesReceived","side":"cipher"');
    const cut = await draw([early], { secret: bytesOf('another', 32) });
    expect(cut.remarks.join(' ')).not.toContain('is not the one');
  });
});

describe('what went wrong', () => {
  const tampered = async (
    change: (piece: Uint8Array, offset: number) => Uint8Array,
  ): Promise<Illustration> => {
    const { logs } = await record({
      onWire: (from, piece, offset) => (from === 'client' ? change(piece, offset) : piece),
    });
    return draw([logs.client, logs.server]);
  };

  test('a flipped bit is marked at its byte, and the fault is at the event (PK-7)', async () => {
    const last = 320 + 2 * 1060 - 1;
    const illustration = await tampered((piece, offset) =>
      piece.map((byte, i) => (offset + i === last ? byte ^ 0x80 : byte)),
    );
    const mac = rangeNamed(messageNamed(illustration, 'client-packet-1-arrived').ranges, 'MAC');
    expect(mac.verdict?.kind).toBe('bad');
    expect(mac.changed).toEqual([{ index: 31, sent: (mac.bytes[31] ?? 0) ^ 0x80 }]);
    const [fault, ...others] = faults(illustration);
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      end: 'server',
      fault: { code: 'packet-mac-mismatch', requirements: ['PK-7'] },
    });
    expect(fault?.messages).toContain('client-packet-1-arrived');
    expect(fault?.marks).toContainEqual(
      expect.objectContaining({ kind: 'arrow', from: 'wire', changed: true }),
    );
    // As it was sent, it was good.
    const sent = rangeNamed(messageNamed(illustration, 'client-packet-1').ranges, 'MAC');
    expect(sent.verdict?.kind).toBe('good');
  });

  test('what a MAC should have been is told only with the secrets', async () => {
    const { logs } = await record({
      onWire: (from, piece) => (from === 'client' ? piece.map((byte) => byte ^ 1) : piece),
    });
    const hC = async (reveal: Reveal): Promise<string | undefined> => {
      const illustration = await draw([logs.server], { reveal });
      const value = messageNamed(illustration, 'client-public-value-arrived');
      return rangeNamed(value.ranges, 'hC').verdict?.text;
    };
    expect(await hC('wire')).toBe('does not hold');
    expect(await hC('connection')).toMatch(/^does not hold; computed: [0-9a-f]{8} /);
  });

  test('a flipped bit of h is found before y is looked at (HS-10)', async () => {
    const illustration = await tampered((piece, offset) =>
      piece.map((byte, i) => (offset + i === 300 ? byte ^ 1 : byte)),
    );
    const value = messageNamed(illustration, 'client-public-value-arrived');
    expect(rangeNamed(value.ranges, 'hC').verdict?.kind).toBe('bad');
    expect(faults(illustration)[0]?.fault?.code).toBe('handshake-mac-mismatch');
    // What came before it, up to its first byte, is as it was sent.
    const arrivals = illustration.moments.flatMap(({ marks }) =>
      marks.flatMap((mark) =>
        mark.kind === 'arrow' && mark.from === 'wire' ? [[mark.label, mark.changed]] : [],
      ),
    );
    expect(arrivals).toContainEqual(['nonceC', false]);
    expect(arrivals).toContainEqual(['yC ‖ hC', true]);
  });

  test.each([
    [64, 64, /^64 bytes are not those/],
    [65, 0, /^65 bytes are not those/],
  ])('%d changed bytes: %d of them are marked', async (count, marked, text) => {
    const illustration = await tampered((piece, offset) =>
      piece.map((byte, i) => (offset + i >= 32 && offset + i < 32 + count ? byte ^ 1 : byte)),
    );
    const value = messageNamed(illustration, 'client-public-value-arrived');
    expect(rangeNamed(value.ranges, 'yC').changed).toHaveLength(marked);
    expect(value.remarks[0]?.text).toMatch(text);
  });

  test('a repeated packet is recognised, and what follows is not judged', async () => {
    const illustration = await tampered((piece, offset) =>
      offset === 320 ? Uint8Array.from([...piece.slice(0, 1060), ...piece]) : piece,
    );
    const packet = messageNamed(illustration, 'client-packet-1-arrived');
    expect(packet.remarks.map(({ text }) => text).join(' ')).toContain(
      'bytes of packet 0 once more',
    );
    const after = messageNamed(illustration, 'client-packet-2-arrived');
    expect(rangeNamed(after.ranges, 'MAC').verdict?.text).toContain('is not looked at');
  });

  test('a stream that ends inside a packet is shown as far as it came (CN-13)', async () => {
    const illustration = await tampered((piece, offset) =>
      offset === 320 ? piece : piece.subarray(0, offset > 320 ? 7 : piece.length),
    );
    const packet = messageNamed(illustration, 'client-packet-2-arrived');
    expect(packet.ranges.map(({ bytes }) => bytes.length)).toEqual([7]);
    expect(packet.remarks[0]?.text).toContain('Only 7 of 1060 bytes');
    expect(faults(illustration).at(-1)?.fault?.code).toBe('packet-truncated');
  });

  test('a log that replays differently is followed to there, and the fault says so', async () => {
    const log = resealed(pair.logs.client, (object) =>
      object.replace('"phase":"piping"', '"phase":"idle"'),
    );
    const illustration = await draw([log]);
    const [fault] = faults(illustration);
    expect(fault?.fault?.text).toContain('replays differently');
    expect(fault?.machines.client.source).toBe('recorded');
    expect(illustration.moments.at(-1)?.machines.client.rows[0]?.value).toBe('closed');
  });
});

test.each([
  ['fault', '{"type":"targetConnectFailed","error":"ECONNREFUSED"}'],
  ['fault', '{"type":"timerExpired","timer":"connect"}'],
  ['fault', '{"type":"socketFailed","side":"plain","error":"ECONNRESET"}'],
  ['fault', '{"type":"cancelRequested"}'],
  ['fault', '{"type":"defectFound","detail":"Error"}'],
  ['quiet', '{"type":"targetConnected"}'],
  ['quiet', '{"type":"writeCompleted","side":"plain","length":1}'],
  ['quiet', '{"type":"endCompleted","side":"plain"}'],
])('a note of %s for %s', async (what, event) => {
  const { logs } = await record({ content: 'wire' });
  const connected = '{"type":"targetConnected"}';
  expect(logs.client).toContain(connected);
  const at = logs.client.split('\n').findIndex((line) => line.includes(connected)) - 1;
  const illustration = await draw([
    resealed(logs.client, (object) => object.replace(connected, event)),
  ]);
  expect(illustration.moments[at]?.marks[0]).toMatchObject({ kind: 'note', what });
});

describe('what belongs together, and how much of it', () => {
  test('two logs of one role, or of two connections, are refused', async () => {
    const logs = pair.logs;
    await expect(draw([logs.client, logs.client])).rejects.toThrow(NotOneConnection);
    const other = await record({
      nonces: { client: bytesOf('n', 32), server: bytesOf('m', 32) },
    });
    await expect(draw([logs.client, other.logs.server])).rejects.toThrow('two connections');
  });

  test('a log that was cut short is shown as far as it goes, and named', async () => {
    const cut = sealed(objectsOf(pair.logs.server).slice(0, 9));
    const result = await illustrate({
      logs: [readEventLog(pieces(pair.logs.client)), readEventLog(pieces(cut))],
      ...{ suite, secret: SECRET, reveal: 'wire' },
    });
    expect(result.truncation).toMatchObject({
      log: 1,
      message: expect.stringContaining('line 10'),
    });
    expect(result.illustration.ends[1]?.ending.text).toContain('cut short');
  });

  test('a damaged log is refused', async () => {
    const damaged = pair.logs.client.replace('"us":500', '"us":501');
    await expect(draw([damaged])).rejects.toThrow(EventLogError);
  });

  test('of a long connection the middle is left out, and counted', async () => {
    const many = Array.from({ length: 100 }, (_, i) => bytesOf(`m ${i}`, 1024));
    const { logs } = await record({ plaintext: { client: many } });
    const illustration = await draw([logs.client], {
      limits: { events: { first: 10, last: 5 }, packets: { first: 3, last: 2 } },
    });
    expect(illustration.moments).toHaveLength(15);
    const events = objectsOf(logs.client).length - 2;
    expect(illustration.moments[10]?.leftOut).toBe(events - 15);
    expect(illustration.moments.at(-1)?.sequence).toBe(events);
    const packets = illustration.messages.filter(({ id }) => id.includes('packet'));
    expect(packets.map(({ title }) => title)).toEqual([
      ...['packet 0', 'packet 1', 'packet 2', 'packet 98', 'packet 99'],
    ]);
    expect(illustration.remarks.join(' ')).toContain(
      `${events - 15} events and the bytes of 95 packets are left out`,
    );
  });
});
