/**
 * The manual pages, the option tables and the usage texts: the same options, with the same
 * arguments, in all three. And mandoc finds nothing to complain about.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Program, usageText } from '../src/cli/command-line.ts';
import { SPIPE } from '../src/cli/spipe-options.ts';
import { SPIPED } from '../src/cli/spiped-options.ts';
import { parseTrace } from '../src/cli/trace-options.ts';
import { judgeMandoc, locateMandoc, type Mandoc } from './mandoc.ts';

const PAGES = ['spiped', 'spipe', 'spiped-trace'];

function fileOf(name: string): string {
  return fileURLToPath(new URL(`../spec/man/${name}.1`, import.meta.url));
}

/** The lines of a section, without its heading. */
function sectionOf(name: string, heading: string): readonly string[] {
  const sections = readFileSync(fileOf(name), 'utf8').split(/^\.Sh /m);
  const found = sections.find((section) => section.startsWith(`${heading}\n`));
  return (found ?? '').split('\n').slice(1);
}

/** The flags of one line of mdoc, `-x` and `--name`; a bundle as its letters. */
function flagsIn(line: string): readonly string[] {
  const flags = line.matchAll(/\bFl (?:(Fl) )?([A-Za-z][-\w]*)|\| ([a-z])\b/g);
  return [...flags].flatMap(([, long, name, alternative]) => {
    if (alternative !== undefined) return [`-${alternative}`];
    return long === undefined ? [...(name ?? '')].map((letter) => `-${letter}`) : [`--${name}`];
  });
}

/** An option as a page describes it: its heading line and its text. */
interface Item {
  readonly heading: string;
  readonly text: string;
}

/** What the page says of each option, by flag. Two names of one option have one item. */
function itemsOf(name: string): ReadonlyMap<string, Item> {
  const items = new Map<string, Item>();
  const parts = sectionOf(name, 'DESCRIPTION')
    .join('\n')
    .split(/^\.It /m)
    .slice(1);
  for (const part of parts) {
    const [heading = '', ...text] = part.split(/^\.El/m)[0]?.split('\n') ?? [];
    if (!heading.startsWith('Fl ')) continue;
    for (const flag of flagsIn(heading)) {
      expect(items.has(flag), `${flag} has one item in ${name}.1`).toBe(false);
      items.set(flag, { heading, text: text.join('\n') });
    }
  }
  return items;
}

/** The words that an argument such as `{wire | full}` can be. */
function choicesOf(argument: string): readonly string[] {
  return argument.startsWith('{') ? argument.slice(1, -1).split(' | ') : [];
}

describe.each<[Program]>([[SPIPED], [SPIPE]])('$name', (program) => {
  const { name, options } = program;
  const flags: readonly string[] = options.map(({ flag }) => flag).sort();

  test('the page describes every option of the table, and no other', () => {
    expect([...itemsOf(name).keys()].sort()).toEqual(flags);
  });

  test('the synopsis of the page names every option of the table, and no other', () => {
    const named = sectionOf(name, 'SYNOPSIS').flatMap(flagsIn);
    expect([...new Set(named)].sort()).toEqual(flags);
  });

  test('the usage text names every option of the table, and no other', () => {
    const words = usageText(program).matchAll(/(?<![\w<-])(--[a-z-]+|-[A-Za-z]+)/g);
    const named = [...words].flatMap(([, word = '']) =>
      word.startsWith('--') ? [word] : [...word.slice(1)].map((letter) => `-${letter}`),
    );
    expect([...new Set(named)].sort()).toEqual(flags);
  });

  test.each(options.map((row) => [row.flag, row] as const))(
    'the page, the usage text and the table agree on the argument of %s',
    (flag, { argument }) => {
      const item = itemsOf(name).get(flag);
      expect(item?.heading.includes(' Ar '), 'argument in the page').toBe(argument !== undefined);
      if (argument === undefined) return;
      const escaped = argument.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      // An argument with alternatives stands in braces where nothing else would hold it together.
      expect(usageText(program)).toMatch(new RegExp(`${flag} (?:${escaped}|\\{${escaped}\\})`));
      for (const word of choicesOf(argument)) {
        expect(item?.text).toMatch(new RegExp(`^\\.Cm ${word}\\b`, 'm'));
      }
    },
  );

  test('every default that the table names is in the page', () => {
    for (const { flag, summary } of options) {
      const value = /\(default ([^)]*)\)/.exec(summary)?.[1] ?? '';
      const text = itemsOf(name).get(flag)?.text ?? '';
      if (/^[\w-]+$/.test(value)) expect(text, flag).toMatch(new RegExp(`\\b${value}\\b`));
    }
  });
});

describe('spiped-trace', () => {
  const answer = parseTrace(['--help']);
  const help = answer.kind === 'exit' ? answer.text : '';

  test('the page describes every option of the help text, and no other', () => {
    const lines = help.split('\n').filter((line) => line.startsWith('  -'));
    const named = lines.flatMap((line) => line.slice(0, 20).match(/--?[a-z]+/g) ?? []);
    expect(named).not.toHaveLength(0);
    expect([...itemsOf('spiped-trace').keys()].sort()).toEqual(named.sort());
  });

  test('the page describes every command of the help text, and no other', () => {
    const commands = [...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, word]) => word);
    const items = sectionOf('spiped-trace', 'DESCRIPTION')
      .filter((line) => line.startsWith('.It Cm '))
      .map((line) => line.slice('.It Cm '.length));
    expect(commands).not.toHaveLength(0);
    expect(items).toEqual(commands);
  });

  test('the synopses agree', () => {
    const synopsis = sectionOf('spiped-trace', 'SYNOPSIS');
    const usage = help.slice(0, help.indexOf('\n\n'));
    const flags = usage.match(/--[a-z]+/g) ?? [];
    expect([...new Set(synopsis.flatMap(flagsIn))].sort()).toEqual([...new Set(flags)].sort());
    const commands = [...usage.matchAll(/spiped-trace ([a-z]+)/g)].map(([, word]) => word);
    const inPage = synopsis
      .filter((line) => line.startsWith('.Cm '))
      .map((line) => line.slice('.Cm '.length));
    expect(inPage).toEqual(commands);
  });
});

test.each(PAGES)('%s.1 refers to the other pages and to no file that is not there', (name) => {
  const page = readFileSync(fileOf(name), 'utf8');
  const referred = [...page.matchAll(/^\.Xr (\S+) 1/gm)].map(([, other]) => other);
  expect(new Set(referred)).toEqual(new Set(PAGES.filter((other) => other !== name)));
  const files = [...page.matchAll(/^\.Pa (spec\/\S+)/gm)].map(([, file = '']) => file);
  expect(files).not.toHaveLength(0);
  for (const file of files) {
    expect(() => readFileSync(new URL(`../${file}`, import.meta.url))).not.toThrow();
  }
});

test('spec/deviations.md names evidence that exists', () => {
  const page = readFileSync(new URL('../spec/deviations.md', import.meta.url), 'utf8');
  const named = [...page.matchAll(/`((?:src|conformance)\/[^`]+)`/g)].map(([, file = '']) => file);
  expect(named).not.toHaveLength(0);
  const missing = named.filter((file) => !existsSync(new URL(`../${file}`, import.meta.url)));
  expect(missing).toEqual([]);
});

describe('mandoc', async () => {
  const missing: Mandoc = { found: false, reason: 'There is none.' };
  const program = judgeMandoc(await locateMandoc(), process.env.CI, (line) =>
    process.stderr.write(`${line}\n`),
  );

  test.runIf(program !== undefined).each(PAGES)('has no complaint about %s.1', (name) => {
    expect(complaints(program ?? '', fileOf(name))).toBe('');
  });

  test.runIf(program !== undefined)('would have complaints', () => {
    expect(complaints(program ?? '', fileURLToPath(import.meta.url))).not.toBe('');
  });

  test('that is missing is said, and in CI is a failure', () => {
    const said: string[] = [];
    expect(judgeMandoc(missing, undefined, (line) => said.push(line))).toBeUndefined();
    expect(said).toEqual([
      '*** SKIPPED: the check of the manual pages with mandoc. There is none. ***',
    ]);
    expect(() => judgeMandoc(missing, 'true', () => {})).toThrow('There is none.');
  });

  test('is not found where there is neither it nor Debian, and nothing is left there', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'spiped-mandoc-'));
    try {
      const environment = { PATH: directory, HOME: directory };
      const mandoc = await locateMandoc(environment);
      expect(mandoc).toMatchObject({ found: false, reason: expect.stringMatching(/apt-get/) });
      expect(readdirSync(path.join(directory, '.cache', 'spiped-conformance'))).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

/** From the folder of the pages, where mandoc finds the others that they refer to. */
function complaints(program: string, file: string): string {
  const options = { encoding: 'utf8', cwd: path.dirname(fileOf('spiped')) } as const;
  try {
    return execFileSync(program, ['-T', 'lint', file], options);
  } catch (error) {
    return String((error as { readonly stdout?: unknown }).stdout);
  }
}
