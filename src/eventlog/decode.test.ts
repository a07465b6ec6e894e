/**
 * Goal: every record that can be made survives the way to text and back, in both contents, and
 * a text that is not exactly a record is refused with a sentence that names the field.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomEffects, randomEvents, randomOutcome } from '../protocol/testing/random-terms.ts';
import type { ConnectionEffect, ConnectionEvent } from '../protocol/vocabulary.ts';
import { withoutErasedSecrets } from './content.ts';
import { decodeHeader, decodeLine } from './decode.ts';
import { encodeEnd, encodeEntry, encodeHeader } from './encode.ts';
import type { FullEntry, LogEnd, LogHeader } from './format.ts';
import { FormatError } from './shapes.ts';

const bytes = fc.uint8Array({ maxLength: 40 });
const text = fc.string({ unit: 'binary', maxLength: 12 });
const count = fc.nat(Number.MAX_SAFE_INTEGER);

const just = <const Type extends string>(type: Type): fc.Arbitrary<Type> => fc.constant(type);

const effect: fc.Arbitrary<ConnectionEffect> = fc.oneof(...Object.values(randomEffects));

const dialled = fc.record({ to: text, from: text }, { requiredKeys: ['to'] });

const entryOf = (event: fc.Arbitrary<ConnectionEvent>): fc.Arbitrary<FullEntry> =>
  fc
    .tuple(
      fc.record({
        content: just('full'),
        sequence: count,
        microseconds: count,
        phase: text,
        event,
        effects: fc.array(effect.map(withoutErasedSecrets)),
        derivations: fc.array(fc.record({ salt: bytes, output: bytes })),
      }),
      fc.record({ dialled }, { requiredKeys: [] }),
    )
    .map(([entry, more]) => ({ ...entry, ...more }));

const header: fc.Arbitrary<LogHeader> = fc
  .tuple(
    fc.record({
      content: fc.constantFrom('wire' as const, 'full' as const),
      connection: text,
      role: fc.constantFrom('client' as const, 'server' as const),
      policy: fc.record({ weak: fc.boolean(), requireForwardSecrecy: fc.boolean() }),
      timeoutMilliseconds: count,
      dial: fc.constantFrom('on-accept' as const, 'after-handshake' as const),
      software: fc.record({ name: text, version: text }),
      started: text,
    }),
    fc.record({ peer: text, target: text }, { requiredKeys: [] }),
  )
  .map(([header, more]) => ({ ...header, ...more }));

const end: fc.Arbitrary<LogEnd> = fc.record({
  microseconds: count,
  outcome: fc.option(randomOutcome),
  events: count,
  bytes: fc.record({
    plainReceived: count,
    plainSent: count,
    cipherReceived: count,
    cipherSent: count,
  }),
});

describe('a record on its way to text and back', () => {
  test.each(Object.entries(randomEvents))('%s is the same, in both contents', (_, event) => {
    fc.assert(fc.property(entryOf(event), staysTheSame));
  });

  test.each(Object.entries(randomEffects))('%s is the same, in both contents', (_, effect) => {
    fc.assert(
      fc.property(entryOf(randomEvents.targetConnected), effect, (any, one) => {
        staysTheSame({ ...any, effects: [withoutErasedSecrets(one)] });
      }),
    );
  });

  /** In both contents; what a `wire` log leaves out is left out already when it is read. */
  function staysTheSame(entry: FullEntry): void {
    const full = encodeEntry(entry);
    expect(full).not.toContain('\n');
    expect(decodeLine(full, 'full')).toEqual({ entry });
    const wire = encodeEntry({ ...entry, content: 'wire' });
    const line = decodeLine(wire, 'wire');
    if (!('entry' in line) || line.entry.content !== 'wire')
      throw new Error('no entry of a wire log');
    expect(encodeEntry(line.entry)).toBe(wire);
  }

  test('the header is the same', () => {
    fc.assert(
      fc.property(header, (original) => {
        expect(decodeHeader(encodeHeader(original))).toEqual(original);
      }),
    );
  });

  test('the end is the same', () => {
    fc.assert(
      fc.property(end, (original) => {
        expect(decodeLine(encodeEnd(original), 'wire')).toEqual({ end: original });
      }),
    );
  });
});

describe('a text that is not a record', () => {
  const entry = '{"seq":1,"us":0,"event":{"type":"targetConnected"},"effects":[],"phase":"piping"}';
  const problem = (object: string, content: 'wire' | 'full' = 'full'): string => {
    try {
      decodeLine(object, content);
    } catch (error) {
      if (error instanceof FormatError) return error.message;
      throw error;
    }
    return 'none';
  };

  test('the one that the others are variations of is a record', () => {
    expect(problem(entry)).toBe('none');
  });

  test.each([
    ['not json', 'is not JSON'],
    ['[]', 'the line is not a JSON object'],
    ['null', 'the line is not a JSON object'],
    [entry.replace('"us":0,', ''), 'us is missing'],
    [entry.replace('"us":0', '"us":-1'), 'us is not a whole number'],
    [entry.replace('"us":0', '"us":0.5'), 'us is not a whole number'],
    [entry.replace('"seq":1', '"seq":"1"'), 'seq is not a whole number'],
    [entry.replace('"seq":1', '"seq":1,"more":1'), 'more does not belong there'],
    [entry.replace('"seq":1', '"seq":1,"toString":1'), 'toString does not belong there'],
    [entry.replace('targetConnected"', 'x"'), 'event.type "x" is not an event'],
    [entry.replace('targetConnected"', 'targetConnected","x":1'), 'event.x does not belong there'],
    [entry.replace('"effects":[]', '"effects":{}'), 'effects is not a list'],
    [entry.replace('[]', '[1]'), 'effects[0] is not a JSON object'],
    [entry.replace('[]', '[{"type":"y"}]'), '"y" is not an effect'],
    [entry.replace('{"type":"targetConnected"}', '{}'), 'event.type is missing'],
    [entry.replace('"targetConnected"', '5'), 'event.type is not a string'],
    [entry.replace('[]', '[{}]'), 'effects[0].type is missing'],
    [entry.replace('[]', '[{"type":5}]'), 'effects[0].type is not a string'],
    [entry.replace('"piping"', '7'), 'phase is not a string'],
    [
      entry.replace('targetConnected"', 'bytesReceived","side":"cipher","bytes":"AB=="'),
      'event.bytes is not bytes in base64',
    ],
    [
      entry.replace('targetConnected"', 'endReceived","side":"left"'),
      'event.side is not plain or cipher',
    ],
    [
      entry.replace('[]', '[{"type":"eraseSecrets","lengths":[1,"2"]}]'),
      'effects[0].lengths is not a list of whole numbers',
    ],
    [
      entry.replace('[]', '[{"type":"closeConnection","outcome":{}}]'),
      'effects[0].outcome.code is missing',
    ],
    [
      entry.replace('[]', '[{"type":"closeConnection","outcome":{"code":null}}]'),
      'effects[0].outcome.code is not a string',
    ],
    [
      entry.replace('[]', '[{"type":"closeConnection","outcome":{"code":"toString"}}]'),
      '"toString" is not an outcome',
    ],
    [
      entry.replace('[]', '[{"type":"closeConnection","outcome":{"code":"closed","detail":"x"}}]'),
      'effects[0].outcome.detail does not belong there',
    ],
  ])('%s: %s', (object, expected) => {
    expect(problem(object)).toBe(expected);
  });

  test('a wire log with plaintext, x, ySC or derived keys in it is refused (KF-8)', () => {
    const plaintext = 'bytesReceived","side":"plain","bytes":"AAAA"';
    expect(problem(entry.replace('targetConnected"', plaintext))).toBe('none');
    expect(problem(entry.replace('targetConnected"', plaintext), 'wire')).toBe(
      'event.length is missing',
    );
    const ySC = 'sharedSecretComputed","ySC":"AAAA"';
    expect(problem(entry.replace('targetConnected"', ySC), 'wire')).toBe(
      'event.ySC does not belong there',
    );
    const derived = entry.replace('"piping"', '"piping","derived":[]');
    expect(problem(derived)).toBe('none');
    expect(problem(derived, 'wire')).toBe('derived does not belong there');
  });

  test('a header of something else, or of another version, is refused by name', () => {
    const [good] = fc.sample(header, 1);
    if (good === undefined) throw new Error('no sample');
    const text = encodeHeader(good);
    expect(() => decodeHeader('{}')).toThrow('does not say that this is an event log of spiped');
    expect(() => decodeHeader(text.replace('spiped-eventlog', 'x'))).toThrow('event log of spiped');
    expect(() => decodeHeader(text.replace('"version":1', '"version":2'))).toThrow(
      'says format version 2; this program reads version 1',
    );
    expect(() => decodeHeader(text.replace('"version":1,', ''))).toThrow('version is missing');
    expect(() => decodeHeader(text.replace('"version":1', '"version":"1"'))).toThrow(
      'version is not a whole number',
    );
    expect(() => decodeHeader('{"format":1}')).toThrow('format is not a string');
  });
});
