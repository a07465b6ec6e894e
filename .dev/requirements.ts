/**
 * The requirements of `spec/protocol.md` as data: the one place where that text is taken apart.
 *
 * A requirement is a list item that begins with its number in bold. Its first sentence is the
 * normative one, and holds the words MUST, MUST NOT, SHOULD, SHOULD NOT or MAY; the rest of the item
 * explains it. What cannot be read in this way is an error here, so that no sentence which means to
 * be binding goes unnumbered and no number goes unread. `spec/requirements.json` is made from this,
 * and citations in code and tests are checked against it. Whether the code meets a requirement is
 * not decided here.
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';

/** How binding a requirement is (RFC 2119). */
export type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY';

/** One numbered requirement. */
export interface Requirement {
  /** Such as `HS-7`. Never used again for another sentence. */
  readonly id: string;
  /** The letters of the id: `HS`. */
  readonly family: string;
  /** The first level word of the sentence. */
  readonly level: Level;
  /** The normative sentence: white space made single spaces, Markdown left as written. */
  readonly sentence: string;
  /** What follows it in the item, in the same form; may be empty. */
  readonly explanation: string;
  /** Where the item begins in `spec/protocol.md`, from 1. */
  readonly line: number;
}

/** The text that holds the requirements, relative to the project's directory. */
export const REQUIREMENTS_FILE = 'spec/protocol.md';

/** The text cannot be read as requirements. Each problem is `file:line: what is wrong`. */
export class RequirementsError extends Error {
  override readonly name = 'RequirementsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** The requirements of the project at `root`, in the order of the text. */
export function readRequirements(root: string): readonly Requirement[] {
  return parseRequirements(readFileSync(path.join(root, REQUIREMENTS_FILE), 'utf8'));
}

/**
 * The requirements in `text`, in its order.
 * @throws {RequirementsError} with every problem found: an item without a level word or with two
 * strengths, a level word outside of a first sentence, a number that is missing or used twice, an
 * item in the section of another family.
 */
export function parseRequirements(text: string): readonly Requirement[] {
  const problems: string[] = [];
  const requirements: Requirement[] = [];
  for (const item of itemsOf(text)) {
    const complain = (what: string): void => {
      problems.push(`${REQUIREMENTS_FILE}:${item.line}: ${item.id} ${what}`);
    };
    const { sentence, explanation } = firstSentence(item.body);
    const levels = levelsOf(sentence);
    const level = levels[0];
    if (level === undefined) {
      complain('has no MUST, MUST NOT, SHOULD, SHOULD NOT or MAY in its first sentence');
      continue;
    }
    if (new Set(levels.map(strength)).size > 1) {
      complain(`is of two strengths: ${[...new Set(levels)].join(', ')}`);
    }
    if (!sentence.endsWith('.')) complain('does not end its first sentence with a full stop');
    if (levelsOf(explanation).length > 0) {
      complain(`demands something (${levelsOf(explanation).join(', ')}) after its first sentence`);
    }
    const family = item.id.slice(0, item.id.indexOf('-'));
    if (family !== item.section) complain(`stands in the section of ${item.section ?? 'none'}`);
    requirements.push({ id: item.id, family, level, sentence, explanation, line: item.line });
  }
  problems.push(...numberingProblems(requirements));
  if (problems.length > 0) throw new RequirementsError(problems);
  return requirements;
}

/** An item of the text, before its sentences are told apart. */
interface Item {
  readonly id: string;
  readonly line: number;
  /** The family that the heading above it names in parentheses. */
  readonly section: string | undefined;
  readonly body: string;
}

const ITEM = /^- \*\*([A-Z]{2}-[1-9][0-9]*)\*\* (.*)$/;
const HEADING = /^##? .*?(?:\(([A-Z]{2})\))?$/;

/** Every numbered item: its first line, and the indented lines that continue it. */
function itemsOf(text: string): readonly Item[] {
  const items: Item[] = [];
  let section: string | undefined;
  let open: { id: string; line: number; section: string | undefined; body: string } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const item = ITEM.exec(line);
    if (item?.[1] !== undefined && item[2] !== undefined) {
      open = { id: item[1], line: index + 1, section, body: item[2] };
      items.push(open);
      continue;
    }
    if (open !== undefined && /^ {2}\S/.test(line)) {
      open.body += ` ${line.trim()}`;
      continue;
    }
    open = undefined;
    const heading = HEADING.exec(line);
    if (heading !== null) section = heading[1];
  }
  return items.map((item) => ({ ...item, body: item.body.replace(/\s+/g, ' ').trim() }));
}

/**
 * Cut after the first full stop that ends a sentence: one before a space or the end, and outside of
 * parentheses and of code.
 */
function firstSentence(body: string): { sentence: string; explanation: string } {
  let parentheses = 0;
  let code = false;
  for (const [index, character] of [...body].entries()) {
    if (character === '`') code = !code;
    if (code) continue;
    if (character === '(') parentheses += 1;
    if (character === ')') parentheses -= 1;
    if (character !== '.' || parentheses > 0) continue;
    const characters = [...body];
    const next = characters[index + 1];
    if (next !== undefined && next !== ' ') continue;
    return {
      sentence: characters.slice(0, index + 1).join(''),
      explanation: characters
        .slice(index + 1)
        .join('')
        .trim(),
    };
  }
  return { sentence: body, explanation: '' };
}

/** The level words in a text, in order; those inside code are somebody's names. */
function levelsOf(text: string): readonly Level[] {
  const words = text
    .replace(/`[^`]*`/g, '``')
    .match(/\b(?:MUST NOT|MUST|SHOULD NOT|SHOULD|MAY)\b/g);
  return (words ?? []) as readonly Level[];
}

function strength(level: Level): string {
  return level.replace(' NOT', '');
}

/** A number that is used twice, or that is missing below the highest of its family. */
function numberingProblems(requirements: readonly Requirement[]): readonly string[] {
  const problems: string[] = [];
  const lines = new Map<string, number>();
  const highest = new Map<string, number>();
  for (const { id, family, line } of requirements) {
    const first = lines.get(id);
    if (first !== undefined) {
      problems.push(`${REQUIREMENTS_FILE}:${line}: ${id} is used already, in line ${first}`);
    }
    lines.set(id, first ?? line);
    const number = Number(id.slice(family.length + 1));
    highest.set(family, Math.max(highest.get(family) ?? 0, number));
  }
  for (const [family, last] of highest) {
    for (let number = 1; number <= last; number += 1) {
      const id = `${family}-${number}`;
      if (!lines.has(id)) {
        problems.push(`${REQUIREMENTS_FILE}: ${id} is missing, and numbers are never dropped`);
      }
    }
  }
  return problems;
}
