/** What counts as a citation, and about which lines it is. */

import { expect, test } from 'vitest';
import { citationLines, parseCitations } from './citations.ts';

/** Lines as one text; an array, so that no line of this file is itself a citation. */
function text(...lines: readonly string[]): string {
  return lines.join('\n');
}

test('a citation is an id, a quote over lines, and the statement below', () => {
  const { citations, malformed } = parseCitations(
    'src/a.ts',
    text(
      'const before = 1;',
      '  //= HS-2',
      '  //# Each end MUST',
      '  //#   send it.',
      '  // and why',
      '  send({',
      '    nonce,',
      '  });',
      'const after = 2;',
    ),
  );
  expect(malformed).toEqual([]);
  expect(citations).toEqual([
    {
      id: 'HS-2',
      file: 'src/a.ts',
      line: 2,
      indent: 2,
      quote: 'Each end MUST send it.',
      lastLine: 4,
      exception: undefined,
      about: { first: 6, last: 8 },
    },
  ]);
});

test('citations above each other are about the same statement', () => {
  const { citations } = parseCitations(
    'src/a.ts',
    text('//= HS-2', '//# A MUST.', '//= HS-3', '//# B MUST.', 'run();'),
  );
  expect(citations.map(({ id, about }) => [id, about?.first])).toEqual([
    ['HS-2', 5],
    ['HS-3', 5],
  ]);
});

test('a statement is read to its end: functions, chains, tables of tests, templates', () => {
  const below = (...lines: readonly string[]): unknown =>
    parseCitations('a.ts', text('//= HS-2', '//# A.', ...lines, 'next();')).citations[0]?.about;
  const withTemplate = ['  g(`}$', '{h({})}`);'].join('');
  expect(below('function f(): void {', withTemplate, '}')).toEqual({ first: 3, last: 5 });
  expect(below('a(1)', '  .b(2)', '  .c();')).toEqual({ first: 3, last: 5 });
  expect(below('test.each([', '  [1],', "])('t', () => {", '  x();', '});')).toEqual({
    first: 3,
    last: 7,
  });
  expect(below("test('a ) in a string', () => {", '  x(/[)]/);', '});')).toEqual({
    first: 3,
    last: 5,
  });
});

test('an element of a list is read to its comma, or to the end of the list', () => {
  const source = text(
    'const cases = [',
    '  //= HS-2',
    '  //# A.',
    '  {',
    "    id: 'a',",
    '  },',
    '  //= HS-3',
    '  //# B.',
    '  last',
    '];',
  );
  const { citations } = parseCitations('a.ts', source);
  expect(citations.map(({ about }) => about)).toEqual([
    { first: 4, last: 6 },
    { first: 9, last: 9 },
  ]);
});

test('an exception has its reason, and one without a reason is seen as such', () => {
  const { citations } = parseCitations(
    'src/a.ts',
    text(
      '//= HS-2 exception',
      '//# A MUST.',
      '//! Nothing here',
      '//! can show it.',
      '//= HS-3 exception',
      '//# B MUST.',
      'run();',
    ),
  );
  expect(citations.map(({ exception }) => exception)).toEqual(['Nothing here can show it.', '']);
});

test('what looks like a citation and is none is said', () => {
  const problems = (...lines: readonly string[]): readonly string[] =>
    parseCitations('a.ts', text(...lines)).malformed.map(
      ({ line, problem }) => `${line}: ${problem}`,
    );
  expect(problems('x();', '//# A quote.')).toEqual(['2: a quote without //= above it']);
  expect(problems('//! why')).toEqual(['1: a reason without //= above it']);
  expect(problems('//= HS-2 because', '//# A.', 'x();')).toEqual([
    '1: "//= HS-2 because" is not "//= ID" or "//= ID exception"',
  ]);
  expect(problems('//= HS-2', '//# A.', '//! why', 'x();')).toEqual([
    '1: HS-2 has a reason, no exception',
  ]);
});

test('a citation inside a template, or with no statement directly below it, is about nothing', () => {
  const inTemplate = text('const t = `', '//= HS-2', '//# A.', '`;');
  expect(parseCitations('a.ts', inTemplate).citations).toEqual([]);
  const about = (...below: readonly string[]): unknown =>
    parseCitations('a.ts', text('//= HS-2', '//# A.', ...below)).citations[0]?.about;
  expect(about('// that was all')).toBeUndefined();
  expect(about('', 'next();')).toBeUndefined();
  expect(about('});')).toBeUndefined();
});

test('a written citation is read back as what it quotes, within the line width', () => {
  const sentence = `${'Every word of a long sentence MUST come back. '.repeat(6).trim()}`;
  const lines = citationLines({ id: 'PK-9', sentence }, 6, 'Because of a reason.');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  const [citation] = parseCitations('a.ts', text(...lines, '      x();')).citations;
  expect(citation).toMatchObject({
    id: 'PK-9',
    indent: 6,
    quote: sentence,
    exception: 'Because of a reason.',
  });
});
