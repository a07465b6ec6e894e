/** Goal: the digests are the documented ones, and a line that does not fit them is refused. */

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DigestChain } from './chain.ts';
import { FormatError } from './shapes.ts';

describe('the running digest', () => {
  test('is over the digest before and that of the line without its own, as the format says', () => {
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const chain = new DigestChain();
    const first = sha256(sha256('{"a":1'));
    const second = sha256(first + sha256('{"b":2'));
    expect(chain.seal('{"a":1}')).toBe(`{"a":1,"digest":"${first}"}\n`);
    expect(chain.seal('{"b":2}')).toBe(`{"b":2,"digest":"${second}"}\n`);
  });

  test('is the same when many lines are sealed off the main thread', async () => {
    const objects = ['{"a":1}', `{"long":"${'ä'.repeat(20_000)}"}`, '{"b":2}', '{"c":3}'];
    const chain = new DigestChain();
    const expected = objects.map((object) => chain.seal(object)).join('');
    const other = new DigestChain();
    const halves = [
      await other.sealAll(objects.slice(0, 2)),
      await other.sealAll(objects.slice(2)),
    ];
    expect(Buffer.concat(halves).toString()).toBe(expected);
    expect(await other.sealAll([])).toHaveLength(0);
  });

  test('opens what it sealed', () => {
    const chain = new DigestChain();
    const lines = ['{"a":1}', '{"b":"ä\\n"}'].map((object) => chain.seal(object));
    const reader = new DigestChain();
    expect(lines.map((line) => reader.open(line.slice(0, -1)))).toEqual([
      '{"a":1}',
      '{"b":"ä\\n"}',
    ]);
  });

  test('refuses a line without a digest, a changed one, and one out of place', () => {
    const chain = new DigestChain();
    const [first = '', second = ''] = ['{"a":1}', '{"b":2}'].map((object) =>
      chain.seal(object).slice(0, -1),
    );
    const opened = (line: string) => () => new DigestChain().open(line);
    for (const line of ['', '{"a":1}', `${first} `]) {
      expect(opened(line)).toThrow('does not end in its digest');
    }
    for (const line of [first.replace('1', '2'), first.toUpperCase(), second]) {
      expect(opened(line)).toThrow(FormatError);
    }
    expect(opened(first)()).toBe('{"a":1}');
  });
});
