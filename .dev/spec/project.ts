/**
 * All citations and conformance cases of the project, with what each place counts as.
 *
 * What a citation counts as is read off the file's name: `*.test.ts` shows a requirement; other
 * files of `src` meet it, except what only tests use (`testing/`); in the rest of `conformance`
 * it must stand above a case, which shows it by the tests made of it. Elsewhere it counts for nothing,
 * and that is a problem.
 *
 * Not here: the check itself; see check.ts.
 */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Citation, type Malformed, parseCitations } from './citations.ts';

/** What a citation is evidence of. */
export type Kind = 'code' | 'test' | 'case' | 'nothing';

/** A citation, and what it counts as. */
export interface PlacedCitation extends Citation {
  readonly kind: Kind;
  /** The lines that it is about, without their common indentation. */
  readonly excerpt: string;
  /** For a case, its goal. */
  readonly goal?: string;
}

/** A conformance case whose goal names requirements. */
export interface Case {
  readonly file: string;
  readonly line: number;
  readonly goal: string;
  readonly requirements: readonly string[];
}

/** What the project's sources say. */
export interface Sources {
  readonly citations: readonly PlacedCitation[];
  readonly malformed: readonly Malformed[];
  readonly cases: readonly Case[];
}

const ROOMS = ['src', 'conformance', 'fuzz', 'vectors', 'spec', '.dev'];

/** An excerpt longer than this is cut. In lines. */
const EXCERPT_LIMIT = 40;

/** Read every TypeScript file of the project at `root`. */
export function readSources(root: string): Sources {
  const files = ROOMS.flatMap((room) => typeScriptBelow(root, room));
  const each = files.map((file) => readOne(file, readFileSync(path.join(root, file), 'utf8')));
  return {
    citations: each.flatMap(({ citations }) => citations),
    malformed: each.flatMap(({ malformed }) => malformed),
    cases: each.flatMap(({ cases }) => cases),
  };
}

/** Read one file; `file` is relative to the project's directory, with `/`. */
export function readOne(file: string, source: string): Sources {
  const { citations, malformed } = parseCitations(file, source);
  const lines = source.split('\n');
  const placed = citations.map((citation): PlacedCitation => {
    const { about } = citation;
    const text = about === undefined ? [] : lines.slice(about.first - 1, about.last);
    const goal = about === undefined ? undefined : goalsIn(text.join('\n'))[0]?.goal;
    const kind = kindOf(file, goal !== undefined);
    return {
      ...citation,
      kind,
      excerpt: excerptOf(text),
      ...(kind === 'case' && goal !== undefined ? { goal } : {}),
    };
  });
  return { citations: placed, malformed, cases: casesIn(file, source) };
}

function kindOf(file: string, aboveCase: boolean): Kind {
  if (file.endsWith('.test.ts')) return 'test';
  if (file.startsWith('src/') && !file.includes('/testing/')) return 'code';
  if (file.startsWith('conformance/') && aboveCase) return 'case';
  return 'nothing';
}

function casesIn(file: string, source: string): readonly Case[] {
  if (!file.startsWith('conformance/') || file.endsWith('.test.ts')) return [];
  return goalsIn(source).flatMap(({ goal, offset }) => {
    const requirements = goal.match(/\b[A-Z]{2}-[1-9][0-9]*\b/g) ?? [];
    if (requirements.length === 0) return [];
    const line = source.slice(0, offset).split('\n').length;
    return [{ file, line, goal, requirements: [...new Set(requirements)] }];
  });
}

/** The goals of cases that are written out as one string; one that is put together is not found. */
function goalsIn(source: string): readonly { readonly goal: string; readonly offset: number }[] {
  const goals = source.matchAll(/\bgoal:\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/g);
  return [...goals].map((match) => ({
    goal: (match[1] ?? match[2] ?? '').replace(/\\(.)/g, '$1'),
    offset: match.index,
  }));
}

function excerptOf(lines: readonly string[]): string {
  const margin = Math.min(...lines.filter((line) => line.trim() !== '').map(indentOf));
  const shown = lines.slice(0, EXCERPT_LIMIT).map((line) => line.slice(margin));
  return [...shown, ...(lines.length > EXCERPT_LIMIT ? ['…'] : [])].join('\n');
}

function indentOf(line: string): number {
  return line.search(/\S/);
}

function typeScriptBelow(root: string, folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return typeScriptBelow(root, name);
    return /\.ts$/.test(entry.name) ? [name] : [];
  });
}
