/** Goal of these tests: pages are read for what they say of requirements, and of C. */

import { expect, test } from 'vitest';
import { aboutC, passagesOf, registerOf } from './evidence.ts';

test('the sentences that are about C are found, and no other', () => {
  expect(
    aboutC(
      'A difference is fatal. (C accepts them; why not.) `-C` is none. The nonceC is sent. As C’s.',
    ),
  ).toEqual(['(C accepts them; why not.)', 'As C’s.']);
});

test('an entry of the register is its question, what C does, and the requirements in ranges', () => {
  const text = [
    '# Open questions',
    '',
    '### R-1',
    '**Who speaks first?** · HS-2, TM-1 – TM-3',
    '',
    '- *The text:* nothing.',
    '- *C:* both do',
    '  at once.',
    '- *Risk:* low.',
    '',
    '### R-2',
    '**What else?** · CN-1',
  ].join('\n');
  expect(registerOf('spec/register.md', text)).toEqual([
    {
      ids: ['HS-2', 'TM-1', 'TM-2', 'TM-3'],
      entry: {
        number: 'R-1',
        file: 'spec/register.md',
        line: 3,
        question: 'Who speaks first?',
        c: 'both do at once.',
      },
    },
    {
      ids: ['CN-1'],
      entry: {
        number: 'R-2',
        file: 'spec/register.md',
        line: 11,
        question: 'What else?',
        c: '',
      },
    },
  ]);
});

test('a page is found by its headings, each once for a requirement', () => {
  const text = ['# Page', 'About HS-2.', '## Part', 'HS-2, again HS-2', 'and PK-1.'].join('\n');
  expect(passagesOf('p.md', text)).toEqual([
    { ids: ['HS-2'], passage: { file: 'p.md', line: 2, heading: 'Page' } },
    { ids: ['HS-2', 'PK-1'], passage: { file: 'p.md', line: 4, heading: 'Part' } },
  ]);
});
