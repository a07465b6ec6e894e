/**
 * The pages of `spec/`: that what they point to is there, and that the register's evidence exists.
 *
 * Not here: whether generated pages are up to date (house.test.ts), and what requirements are
 * (requirements.test.ts).
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SPEC = fileURLToPath(new URL('../spec', import.meta.url));
const ROOT = path.dirname(SPEC);

const pages = readdirSync(SPEC).filter((name) => name.endsWith('.md'));
const read = (file: string): string => readFileSync(file, 'utf8');

/** The anchors of a page's headings, as they are made of their words. */
function anchorsOf(file: string): readonly string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('spec/%s', (page) => {
  const text = read(path.join(SPEC, page));

  test('links to pages, files and headings that are there', () => {
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = targets.filter((target) => {
      if (/^[a-z]+:/.test(target)) return false;
      const [name = '', anchor] = target.split('#');
      const file = name === '' ? path.join(SPEC, page) : path.join(SPEC, name);
      if (!existsSync(file)) return true;
      return anchor !== undefined && !anchorsOf(file).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('names files of the project that are there', () => {
    const named = text.match(/`(?:src|conformance|vectors|fuzz|spec|\.dev)\/[\w./-]+\.\w+`/g) ?? [];
    const missing = named
      .map((name) => name.slice(1, -1))
      .filter((name) => !existsSync(path.join(ROOT, name)));
    expect(missing).toEqual([]);
  });
});

describe('the register of open questions', () => {
  const text = read(path.join(SPEC, 'register.md'));
  const entries = text.split(/^### /m).slice(1);
  const ids = entries.map((entry) => /^R-\d+/.exec(entry)?.[0] ?? '');

  test('has each number once, in its table and as an entry', () => {
    expect(new Set(ids).size).toBe(ids.length);
    const inTable = [...text.matchAll(/^\| \[(R-\d+)\]/gm)].map(([, id = '']) => id);
    expect(inTable).toEqual(ids.map((_, index) => `R-${index + 1}`));
    expect([...ids].sort()).toEqual([...inTable].sort());
  });

  test.each(entries.map((entry) => [/^R-\d+/.exec(entry)?.[0], entry] as const))(
    '%s says what C does, with evidence, what we do, and the risk',
    (_, entry) => {
      for (const part of ['*C:*', '*Evidence:*', '*We:*', '*Risk:*']) expect(entry).toContain(part);
      expect(entry).toMatch(/(?:KF|HS|PK|CN|TM|CL)-\d+/);
    },
  );

  test('names tests that exist, and every test of its own', () => {
    const tests = read(path.join(ROOT, 'conformance', 'register', 'register.test.ts'));
    const shown = new Set(
      [...tests.matchAll(/^\s*'((?:R-\d+, )*R-\d+):|test\('((?:R-\d+, )*R-\d+):/gm)].flatMap(
        ([, one, other]) => (one ?? other ?? '').split(', '),
      ),
    );
    const named = new Set(
      entries.flatMap((entry) => {
        const [evidence = ''] = /\*Evidence:\*[^*]*/.exec(entry) ?? [];
        return [...evidence.matchAll(/`((?:R-\d+(?:, )?)+)`/g)].flatMap(([, list = '']) =>
          list.split(', '),
        );
      }),
    );
    expect([...shown].sort()).toEqual([...named].sort());
  });
});
