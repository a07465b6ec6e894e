/**
 * Citations of requirements in a source text: which sentence is quoted where, and about which lines.
 *
 *     //= PK-5
 *     //# Packet numbers MUST start at 0 in each direction and grow by one with each packet of
 *     //# that direction.
 *
 * stands directly above the statement that it is about: the code that meets the requirement, or
 * the `test(`, `describe(` or conformance case that shows it. Where there is nothing to point at,
 * `//= PK-5 exception` with the same quote and `//! the reason` says why not.
 *
 * Not here: whether what is cited exists and says so, and what must be cited; see check.ts.
 */

import { readSource } from '../source-text.ts';

/** One requirement named in one place. Lines count from 1. */
export interface Citation {
  readonly id: string;
  /** Relative to the project's directory, with `/`. */
  readonly file: string;
  /** The line of `//=`. */
  readonly line: number;
  /** Its indentation, in columns. */
  readonly indent: number;
  /** The quoted sentence, with single spaces. */
  readonly quote: string;
  /** The last line of the comment. */
  readonly lastLine: number;
  /** Set where the requirement is knowingly not met or not shown here; may be empty. */
  readonly exception: string | undefined;
  /** The statement below, first and last line; undefined where the text ends before one. */
  readonly about: Extent | undefined;
}

/** Lines of a file, from 1, both included. */
export interface Extent {
  readonly first: number;
  readonly last: number;
}

/** A comment that looks like a citation and is none. */
export interface Malformed {
  readonly file: string;
  readonly line: number;
  readonly problem: string;
}

/** What a text cites. `file` is only handed on. */
export function parseCitations(
  file: string,
  source: string,
): { readonly citations: readonly Citation[]; readonly malformed: readonly Malformed[] } {
  const { withoutComments, codeOnly } = readSource(source);
  const raw = source.split('\n');
  const kept = withoutComments.split('\n');
  const code = codeOnly.split('\n');
  const citations: Citation[] = [];
  const malformed: Malformed[] = [];
  const wrong = (index: number, problem: string): void => {
    malformed.push({ file, line: index + 1, problem });
  };
  // A line that looks like one inside a string or a template is not a comment, and stays there.
  const marked = (index: number, mark: string): string | undefined => {
    const text = raw[index]?.trim() ?? '';
    return text.startsWith(mark) && kept[index]?.trim() === ''
      ? text.slice(mark.length).trim()
      : undefined;
  };

  for (let index = 0; index < raw.length; ) {
    const head = marked(index, '//=');
    if (head === undefined) {
      if (marked(index, '//#') !== undefined) wrong(index, 'a quote without //= above it');
      if (marked(index, '//!') !== undefined) wrong(index, 'a reason without //= above it');
      index += 1;
      continue;
    }
    const start = index;
    index += 1;
    const gather = (mark: string): string => {
      const words: string[] = [];
      for (let text = marked(index, mark); text !== undefined; text = marked(index, mark)) {
        words.push(text);
        index += 1;
      }
      return words.join(' ').replace(/\s+/g, ' ').trim();
    };
    const quote = gather('//#');
    const reason = gather('//!');
    const [, id, exception] = /^([A-Z]{2}-[0-9]+)( exception)?$/.exec(head) ?? [];
    if (id === undefined) {
      wrong(start, `"//= ${head}" is not "//= ID" or "//= ID exception"`);
      continue;
    }
    if (exception === undefined && reason !== '') wrong(start, `${id} has a reason, no exception`);
    citations.push({
      id,
      file,
      line: start + 1,
      indent: (raw[start] ?? '').search(/\S/),
      quote,
      lastLine: index,
      exception: exception === undefined ? undefined : reason,
      about: extentBelow(raw, code, index),
    });
  }
  return { citations, malformed };
}

/**
 * The lines of the statement, or of the element of a list, that begins at the line with this index
 * or after further comments. An empty line between is none: what was cited there is gone. It
 * relies on the layout that biome gives: a statement begins a line and ends one.
 */
function extentBelow(
  raw: readonly string[],
  code: readonly string[],
  from: number,
): Extent | undefined {
  let first = from;
  while (first < code.length && code[first]?.trim() === '') {
    if (raw[first]?.trim() === '') return undefined;
    first += 1;
  }
  if (first >= code.length) return undefined;
  let depth = 0;
  for (let index = first; index < code.length; index += 1) {
    const line = code[index] ?? '';
    for (const char of line) {
      if ('([{'.includes(char)) depth += 1;
      else if (')]}'.includes(char)) depth -= 1;
      // What closes what was opened further up: there is nothing between.
      if (depth < 0 && index === first) return undefined;
    }
    // Below zero: the list or block around it ends here, without a comma or semicolon before.
    if (depth < 0) return { first: first + 1, last: index };
    if (depth === 0 && /[;,}]\s*$/.test(line)) return { first: first + 1, last: index + 1 };
  }
  return { first: first + 1, last: code.length };
}

/** The comment that cites a requirement, ready to stand at this indentation: lines without `\n`. */
export function citationLines(
  { id, sentence }: { readonly id: string; readonly sentence: string },
  indent: number,
  exception?: string,
): readonly string[] {
  const margin = ' '.repeat(indent);
  const wrap = (mark: string, text: string): readonly string[] =>
    wrapWords(text, LINE_WIDTH - indent - mark.length - 1).map(
      (line) => `${margin}${mark} ${line}`,
    );
  return [
    `${margin}//= ${id}${exception === undefined ? '' : ' exception'}`,
    ...wrap('//#', sentence),
    ...(exception === undefined ? [] : wrap('//!', exception)),
  ];
}

/** As in .biome.json. */
const LINE_WIDTH = 100;

function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}
