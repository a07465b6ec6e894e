/** Taking the normative text apart: what is a requirement, what belongs to it, and what is refused. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRequirements, RequirementsError, readRequirements } from './requirements.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A text with one section and these items. */
const section = (...items: readonly string[]): string =>
  `# Title\n\n## Handshakes (HS)\n\nWords before.\n\n${items.join('\n')}\n\n## Others\n\nMore.\n`;

function problemsOf(text: string): readonly string[] {
  try {
    parseRequirements(text);
    return [];
  } catch (error) {
    if (error instanceof RequirementsError) return error.problems;
    throw error;
  }
}

describe('an item', () => {
  test('is a number, a sentence that binds, and what explains it', () => {
    const text = section(
      '- **HS-1** Each end MUST send\n  its nonce.  A server\n  speaks *first*.',
    );
    expect(parseRequirements(text)).toEqual([
      {
        id: 'HS-1',
        family: 'HS',
        level: 'MUST',
        sentence: 'Each end MUST send its nonce.',
        explanation: 'A server speaks *first*.',
        line: 7,
      },
    ]);
  });

  test.each(['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY'] as const)(
    'may be of the level %s',
    (level) => {
      const [requirement] = parseRequirements(section(`- **HS-1** An end ${level} do so.`));
      expect(requirement?.level).toBe(level);
    },
  );

  test('has the level of its first word where it has several of one strength', () => {
    const [requirement] = parseRequirements(section('- **HS-1** It MUST do, and MUST NOT talk.'));
    expect(requirement?.level).toBe('MUST');
  });

  test('does not end its sentence inside parentheses, code or a number', () => {
    const sentence = 'It MUST (as in C. Always) be `a. b` or 1.5 s.';
    expect(parseRequirements(section(`- **HS-1** ${sentence} So.`))).toMatchObject([
      { sentence, explanation: 'So.' },
    ]);
  });

  test('ends where the indented lines end', () => {
    const text = section('- **HS-1** It MUST be.\nHere it MUST not matter.');
    expect(parseRequirements(text)).toMatchObject([{ explanation: '' }]);
  });

  test('is read alike however its words are broken into lines', () => {
    const words = 'The end MUST compare h over all 32 bytes. A difference is fatal.'.split(' ');
    const whole = parseRequirements(section(`- **HS-1** ${words.join(' ')}`));
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: words.length - 1, maxLength: words.length - 1 }),
        (breaks) => {
          const body = words.map((word, i) => word + (breaks[i] ? '\n  ' : ' ')).join('');
          expect(parseRequirements(section(`- **HS-1** ${body.trimEnd()}`))).toEqual(whole);
        },
      ),
    );
  });
});

describe('what is refused', () => {
  test.each([
    ['no level word', '- **HS-1** It is fatal.', /:7: HS-1 has no MUST/],
    ['two strengths', '- **HS-1** It MUST be, and SHOULD NOT cry.', /:7: HS-1 is of two strengths/],
    ['a demand later on', '- **HS-1** It MUST be. It MAY cry.', /:7: HS-1 demands .*\(MAY\)/],
    ['no full stop', '- **HS-1** It MUST be', /:7: HS-1 does not end/],
    ['a foreign family', '- **PK-1** It MUST be.', /:7: PK-1 stands in the section of HS/],
    ['a number twice', '- **HS-1** It MUST.\n- **HS-1** It MUST.', /:8: HS-1 is used already/],
    ['a number left out', '- **HS-2** It MUST be.', /HS-1 is missing/],
  ])('%s', (_, items, problem) => {
    expect(problemsOf(section(items))).toEqual([expect.stringMatching(problem)]);
  });

  test('is told all at once', () => {
    const problems = problemsOf(section('- **HS-1** It is.\n- **HS-3** It MUST be'));
    expect(problems).toHaveLength(4);
  });
});

describe('the text of this project', () => {
  const requirements = readRequirements(ROOT);

  test('holds at least ninety requirements, in six families', () => {
    expect(requirements.length).toBeGreaterThanOrEqual(90);
    expect(new Set(requirements.map(({ family }) => family))).toEqual(
      new Set(['KF', 'HS', 'PK', 'CN', 'TM', 'CL']),
    );
  });

  test('reads every item that looks like a requirement', () => {
    const text = readFileSync(new URL('../spec/protocol.md', import.meta.url), 'utf8');
    const bold = text.match(/\*\*[A-Z]{2}-\d+\*\*/g) ?? [];
    expect(requirements.map(({ id }) => `**${id}**`)).toEqual(bold);
  });

  test('demands nothing outside of its items', () => {
    const text = readFileSync(new URL('../spec/protocol.md', import.meta.url), 'utf8');
    const outside = text
      .split('\n## The key file')
      .slice(1)
      .join('')
      .split('\n')
      .filter((line) => !/^(?:- \*\*| {2})/.test(line));
    expect(outside.filter((line) => /\b(?:MUST|SHOULD|MAY)\b/.test(line))).toEqual([]);
  });

  test.each(['spec/register.md', 'spec/security.md', 'spec/deviations.md', 'spec/README.md'])(
    '%s names only requirements that exist',
    (page) => {
      const text = readFileSync(new URL(`../${page}`, import.meta.url), 'utf8');
      const known = new Set(requirements.map(({ id }) => id));
      const named = text.match(/\b(?:KF|HS|PK|CN|TM|CL)-\d+\b/g) ?? [];
      expect(named.filter((id) => !known.has(id))).toEqual([]);
    },
  );
});
