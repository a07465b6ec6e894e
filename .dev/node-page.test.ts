/** Every row of `spec/node.md` is shown by a test, and every test that it names is there. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A row of a table whose last column names tests. */
interface Row {
  readonly what: string;
  readonly named: readonly { readonly file: string; readonly title: string }[];
}

/** The rows of a page's tables; not their headings, and not the lines under these. */
function rowsOf(page: string): readonly Row[] {
  const lines = page.split('\n').filter((line, index, all) => {
    const isRule = (text = ''): boolean => /^\|[-|\s]+\|$/.test(text);
    return line.startsWith('|') && !isRule(line) && !isRule(all[index + 1]);
  });
  return lines.map((line) => {
    const cells = line.split('|').slice(1, -1);
    const named = [...(cells.at(-1) ?? '').matchAll(/`([^`]+)` › `([^`]+)`/g)];
    return {
      what: cells[0]?.trim() ?? '',
      named: named.map(([, file = '', title = '']) => ({ file, title })),
    };
  });
}

/** The title is looked for as it is written, also where it is filled in from a table of cases. */
function isThere(root: string, file: string, title: string): boolean {
  if (!file.endsWith('.test.ts') || !existsSync(path.join(root, file))) return false;
  const text = readFileSync(path.join(root, file), 'utf8').replaceAll("\\'", "'");
  return [`'${title}',`, `"${title}",`, `\`${title}\`,`].some((literal) => text.includes(literal));
}

/** What is wrong with a page, a line for each. */
function wrongWith(root: string, page: string): readonly string[] {
  return rowsOf(page).flatMap(({ what, named }) => {
    if (named.length === 0) return [`no test shows: ${what}`];
    const missing = named.filter(({ file, title }) => !isThere(root, file, title));
    return missing.map(({ file, title }) => `there is no such test: ${file} › ${title}`);
  });
}

test('each thing that Node does to a process has a test that is there', () => {
  const page = readFileSync(path.join(ROOT, 'spec', 'node.md'), 'utf8');
  expect(rowsOf(page).length).toBeGreaterThan(10);
  expect(wrongWith(ROOT, page)).toEqual([]);
});

test('a row without a test, and a test that is not there, are found', () => {
  const here = '.dev/node-page.test.ts';
  const row = (shownBy: string): string =>
    `| what | we do | shown by |\n|---|---|---|\n| x | y | ${shownBy} |\n`;
  const title = 'a row without a test, and a test that is not there, are found';
  expect(wrongWith(ROOT, row(`\`${here}\` › \`${title}\``))).toEqual([]);
  expect(wrongWith(ROOT, row('see below'))).toEqual(['no test shows: x']);
  for (const [file, name] of [
    [here, 'another title'],
    ['.dev/no-such.test.ts', title],
  ]) {
    expect(
      wrongWith(ROOT, row(`\`${file}\` › \`${title}\`, \`${file}\` › \`${name}\``)),
    ).not.toEqual([]);
  }
});
