/** Goal: the digests are the documented ones, and a line that does not fit them is refused. */

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DigestChain } from './chain.ts';

describe('the running digest', () => {
  test('is SHA-256 over the digest before and the line without its own, as the format says', () => {
    const chain = new DigestChain();
    const first = createHash('sha256').update('{"a":1').digest('hex');
    const second = createHash('sha256').update(`${first}{"b":2`).digest('hex');
    expect(chain.seal('{"a":1}')).toBe(`{"a":1,"digest":"${first}"}\n`);
    expect(chain.seal('{"b":2}')).toBe(`{"b":2,"digest":"${second}"}\n`);
  });

  test('opens what it sealed', () => {
    const chain = new DigestChain();
    const lines = ['{"a":1}', '{"b":"ä\\n"}'].map((object) => chain.seal(object));
    const reader = new DigestChain();
    expect(lines.map((line) => reader.open(line.slice(0, -1)))).toEqual([
      { object: '{"a":1}' },
      { object: '{"b":"ä\\n"}' },
    ]);
  });

  test('refuses a line without a digest, a changed one, and one out of place', () => {
    const chain = new DigestChain();
    const [first = '', second = ''] = ['{"a":1}', '{"b":2}'].map((object) =>
      chain.seal(object).slice(0, -1),
    );
    const problem = (line: string): unknown => new DigestChain().open(line);
    expect(problem('')).toHaveProperty('problem', 'does not end in its digest');
    expect(problem('{"a":1}')).toHaveProperty('problem', 'does not end in its digest');
    expect(problem(`${first} `)).toHaveProperty('problem', 'does not end in its digest');
    expect(problem(first.replace('1', '2'))).toHaveProperty('problem');
    expect(problem(first.toUpperCase())).toHaveProperty('problem');
    expect(problem(second)).toHaveProperty('problem');
    expect(problem(first)).toEqual({ object: '{"a":1}' });
  });
});
