/** Goal of this test: an update writes the present sentence, and nothing else. */

import { expect, test } from 'vitest';
import type { Requirement } from '../requirements.ts';
import { updateQuotes } from './cite.ts';

const requirement: Requirement = {
  id: 'PK-5',
  family: 'PK',
  level: 'MUST',
  sentence: `Packet numbers MUST start at 0 ${'and grow '.repeat(12)}by one.`,
  explanation: '',
  line: 1,
};

test('quotes that are out of date are written anew, reasons and everything else stay', () => {
  const source = [
    'before();',
    '  //= PK-5',
    '  //# Numbers MUST start at 0.',
    '  // a remark',
    '  count();',
    '  //= PK-5 exception',
    '  //# Numbers MUST',
    '  //# start at 0.',
    '  //! It is so.',
    '  //= PK-99',
    '  //# Nobody knows this.',
    '  after();',
  ].join('\n');
  const updated = updateQuotes(source, [requirement]);
  const quote = [
    '  //# Packet numbers MUST start at 0 and grow and grow and grow and grow and grow and grow and grow',
    '  //# and grow and grow and grow and grow and grow by one.',
  ];
  expect(updated.split('\n')).toEqual([
    'before();',
    '  //= PK-5',
    ...quote,
    '  // a remark',
    '  count();',
    '  //= PK-5 exception',
    ...quote,
    '  //! It is so.',
    '  //= PK-99',
    '  //# Nobody knows this.',
    '  after();',
  ]);
  expect(updateQuotes(updated, [requirement])).toBe(updated);
});
