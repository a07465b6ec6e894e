/** Goal: the rows of the vocabulary fit each other, so that what is derived of them fits, too. */

import { describe, expect, test } from 'vitest';
import { EFFECTS, EVENTS, type Field, type Row, VOCABULARY } from './vocabulary.ts';

const rows = Object.entries(VOCABULARY);

/** The names that the words of a row may speak of: of arrays, their lengths. */
function spoken(name: string, { kind }: Field): string {
  if (kind === 'secrets') return 'lengths';
  return kind === 'bytes' ? 'length' : name;
}

test('no effect is called as an event', () => {
  expect(Object.keys(EVENTS).filter((type) => type in EFFECTS)).toEqual([]);
  expect(rows).toHaveLength(Object.keys(EVENTS).length + Object.keys(EFFECTS).length);
});

describe.each(rows)('%s', (type, { words, means, fields }: Row) => {
  const entries = Object.entries(fields);

  test('speaks of its own fields only, and of those that may be absent in brackets', () => {
    const names = entries.map(([name, field]) => spoken(name, field));
    for (const [, name] of words.matchAll(/\{(\w*)\}/g)) expect(names).toContain(name);
    for (const [name, field] of entries) {
      const bracketed = new RegExp(`\\[[^[]*\\{${name}\\}[^[]*\\]`).test(words);
      expect(bracketed, name).toBe('optional' in field && words.includes(`{${name}}`));
    }
  });

  test('says what it means', () => {
    expect(means).toMatch(/^[A-Z`].*\.$/);
    expect(type).toMatch(/^[a-z][A-Za-z]+$/);
  });

  test('has a payload only as `bytes`, with a side that says whether it may be told', () => {
    for (const [name, field] of entries) {
      if (field.kind !== 'bytes' || field.disclosure !== 'wire-if-cipher') continue;
      expect(name).toBe('bytes');
      expect(fields.side).toEqual({ kind: 'side' });
    }
  });
});
