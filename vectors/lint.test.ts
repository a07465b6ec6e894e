/** The vector files are in order, and the linter finds what is not. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readRequirements } from '../.dev/requirements.ts';
import { FAMILY_NAMES, type Family, readFamily, type Vector } from './family.ts';
import { readHandshakeAndPackets } from './format.ts';
import { lintFamilies } from './lint.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const around = { requirements: new Set(readRequirements(root).map(({ id }) => id)) };

/** The worked examples in the frame of the families. */
function workedExamples(): Family {
  const { connections, singlePackets, requirements, notes } = readHandshakeAndPackets();
  return {
    ...{ format: 1, family: 'worked-examples', about: '', requirements, notes },
    vectors: [...connections.map(({ client: _, server: __, ...rest }) => rest), ...singlePackets],
  };
}

const families: readonly Family[] = [
  ...FAMILY_NAMES.map((name) => readFamily(name)),
  workedExamples(),
];

test('every id, flag, requirement, fault and result is in order', () => {
  expect(lintFamilies(families, around)).toEqual([]);
});

test('there are at least 400 vectors, 20 of them captured from C', () => {
  const vectors = families.flatMap((family) => family.vectors);
  expect(vectors.length).toBeGreaterThanOrEqual(400);
  const captured = vectors.filter(({ source }) => source.startsWith('captured from C spiped'));
  expect(captured.length).toBeGreaterThanOrEqual(20);
});

test('the README says how many vectors each file has', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
  const files = families.map(({ family, vectors }) => {
    const name = family === 'worked-examples' ? 'handshake-and-packets' : family;
    return `| \`${name}.json\` | ${vectors.length} |`;
  });
  expect(files.filter((row) => !readme.includes(row))).toEqual([]);
});

describe('the linter finds', () => {
  const vector = {
    ...{ id: 'made-up/one', comment: 'a vector', flags: ['Flag'], result: 'valid' },
    ...{ source: 'here', blackBox: true },
  } as const satisfies Vector;
  const lint = (changed: Partial<Family> & { readonly more?: object }): readonly string[] => {
    const { more = {}, ...frame } = changed;
    const notes = { Flag: { bugType: 'EDGE_CASE', description: 'what it finds' } } as const;
    const family: Family = {
      ...{ format: 1, family: 'made-up', about: '', requirements: ['HS-1'], notes },
      vectors: [{ ...vector, ...more }],
      ...frame,
    };
    return lintFamilies([family], around);
  };

  test('nothing in a family that is in order', () => {
    expect(lint({})).toEqual([]);
  });

  test.each([
    ['an id that is used twice', { vectors: [vector, vector] }, 'the id is used twice'],
    ['an id of another family', { more: { id: 'elsewhere/one' } }, 'the id names another family'],
    ['a flag without a note', { more: { flags: ['Flag', 'Odd'] } }, 'no note explains Odd'],
    ['an unknown requirement', { requirements: ['HS-999'] }, 'there is no requirement HS-999'],
    [
      'an unknown fault',
      { more: { result: 'invalid', fault: 'oh-no' } },
      'there is no fault oh-no',
    ],
    ['a valid vector with a fault', { more: { fault: 'packet-mac-mismatch' } }, 'is valid'],
    ['an invalid one without', { more: { result: 'invalid' } }, 'is invalid'],
    ['hex in capitals', { more: { deep: ['AB'.repeat(16)] } }, 'deep.0: hex is lower-case here'],
  ] as const)('%s', (_, changed, problem) => {
    const found = lint(changed);
    expect(found.join('\n')).toContain(problem);
  });

  test('a flag that no vector has', () => {
    const description = 'what it finds';
    const notes = {
      Flag: { bugType: 'EDGE_CASE', description },
      Spare: { bugType: 'EDGE_CASE', description },
    } as const;
    expect(lint({ notes })).toEqual(['made-up: no vector has the flag Spare']);
  });
});
