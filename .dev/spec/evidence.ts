/**
 * What else there is on a requirement, beside citations: vectors that carry it, and pages that tell
 * what C does. It is read where it stands and judged nowhere: it counts in no check.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A file of vectors that says which requirements it shows. */
export interface VectorFamily {
  readonly file: string;
  readonly about: string;
  readonly vectors: number;
}

/** A passage of a page that names a requirement. */
export interface Passage {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The heading that it stands under. */
  readonly heading: string;
}

/** An entry of the register of open questions: what C does, seen or read. */
export interface RegisterEntry {
  /** Such as `R-18`. */
  readonly number: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly question: string;
  /** What the entry says of C; empty where it does not. */
  readonly c: string;
}

/** The evidence of a project, by requirement. */
export interface Evidence {
  readonly vectors: ReadonlyMap<string, readonly VectorFamily[]>;
  readonly register: ReadonlyMap<string, readonly RegisterEntry[]>;
  readonly passages: ReadonlyMap<string, readonly Passage[]>;
}

const REGISTER = 'spec/register.md';

/** Other pages whose passages on a requirement are worth reading with it. */
const PAGES = ['spec/security.md', 'spec/deviations.md'];

/** Read the vectors and pages of the project at `root`; what is not there is no evidence. */
export function readEvidence(root: string): Evidence {
  const vectors = new Map<string, VectorFamily[]>();
  for (const name of jsonIn(path.join(root, 'vectors'))) {
    const file = `vectors/${name}`;
    const family = familyOf(file, JSON.parse(readFileSync(path.join(root, file), 'utf8')));
    for (const id of family?.requirements ?? []) {
      if (family !== undefined) append(vectors, id, family.family);
    }
  }
  const register = new Map<string, RegisterEntry[]>();
  if (existsSync(path.join(root, REGISTER))) {
    const text = readFileSync(path.join(root, REGISTER), 'utf8');
    for (const { ids, entry } of registerOf(REGISTER, text)) {
      for (const id of ids) append(register, id, entry);
    }
  }
  const passages = new Map<string, Passage[]>();
  for (const file of PAGES.filter((page) => existsSync(path.join(root, page)))) {
    for (const { ids, passage } of passagesOf(file, readFileSync(path.join(root, file), 'utf8'))) {
      for (const id of ids) append(passages, id, passage);
    }
  }
  return { vectors, register, passages };
}

function jsonIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.endsWith('.json'));
}

/** The frame of a vector file, where it has one. */
function familyOf(
  file: string,
  content: unknown,
): { readonly requirements: readonly string[]; readonly family: VectorFamily } | undefined {
  if (typeof content !== 'object' || content === null) return undefined;
  const { requirements, vectors, about } = content as Record<string, unknown>;
  if (!Array.isArray(requirements)) return undefined;
  return {
    requirements: requirements.filter((id): id is string => typeof id === 'string'),
    family: {
      file,
      about: typeof about === 'string' ? about : '',
      vectors: Array.isArray(vectors) ? vectors.length : 0,
    },
  };
}

/**
 * The entries of the register: a heading `### R-7`, a line with the question in bold and the
 * requirements that decide it, and an item that begins with `*C:*`.
 */
export function registerOf(
  file: string,
  text: string,
): readonly { readonly ids: readonly string[]; readonly entry: RegisterEntry }[] {
  const heads = [...text.matchAll(/^### (R-[0-9]+)\n/gm)];
  return heads.flatMap((head, index) => {
    const [whole, number = ''] = head;
    const body = text.slice(head.index + whole.length, heads[index + 1]?.index);
    const [, question, ids = ''] = /^\*\*(.+?)\*\* · (.*)$/m.exec(body) ?? [];
    if (question === undefined) return [];
    const c = /^- \*C:\* (.*(?:\n {2}.*)*)/m.exec(body)?.[1] ?? '';
    const line = text.slice(0, head.index).split('\n').length;
    const entry = { number, file, line, question, c: c.replace(/\s+/g, ' ').trim() };
    return [{ ids: requirementsNamed(ids), entry }];
  });
}

/** Ids in a list such as `HS-2, TM-1 – TM-6`. */
function requirementsNamed(text: string): readonly string[] {
  const found = [...text.matchAll(/\b([A-Z]{2})-([0-9]+)(?: – \1-([0-9]+))?/g)];
  return found.flatMap(([, family, from, to = from]) =>
    Array.from(
      { length: Number(to) - Number(from) + 1 },
      (_, i) => `${family}-${Number(from) + i}`,
    ),
  );
}

/** Each heading under which a page names requirements, once for each of them. */
export function passagesOf(
  file: string,
  text: string,
): readonly { readonly ids: readonly string[]; readonly passage: Passage }[] {
  let heading = '';
  const found = new Map<string, { ids: Set<string>; passage: Passage }>();
  for (const [index, line] of text.split('\n').entries()) {
    heading = /^#+ +(.*)$/.exec(line)?.[1] ?? heading;
    for (const id of line.match(/\b[A-Z]{2}-[1-9][0-9]*\b/g) ?? []) {
      const passage = { file, line: index + 1, heading };
      const entry = found.get(heading) ?? { ids: new Set(), passage };
      entry.ids.add(id);
      found.set(heading, entry);
    }
  }
  return [...found.values()].map(({ ids, passage }) => ({ ids: [...ids], passage }));
}

/** The sentences of an explanation that tell what C does. */
export function aboutC(explanation: string): readonly string[] {
  return explanation
    .split(/(?<=[.)])\s+(?=[A-Z(`])/)
    .filter((sentence) => /(?<![\w-])C(?:’s|'s)?(?![\w-])/.test(sentence.replace(/`[^`]*`/g, '')));
}

function append<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}
