/**
 * The rules between the rooms, as a command: who may import whom, and what the core may not name.
 * `npm run rules` prints one line for each violation and exits 1 if there is one.
 *
 *     src/protocol   imports itself, and nothing else in the world
 *     src/crypto     protocol, Node                (and no other of our rooms)
 *     src/eventlog   protocol, Node
 *     src/config     protocol, Node
 *     src/io         protocol, crypto, eventlog, config, Node
 *     src/daemon     protocol, crypto, eventlog, config, io, Node
 *     src/trace      as daemon, and not daemon
 *     src/cli        all of src, Node
 *     src            nothing of conformance, fuzz, vectors, .dev; no package
 *     conformance/peer   itself, vectors, Node, packages: it is a second implementation
 *
 * The core is pure: it names no clock, no random source, no global object, nothing of the system's
 * language, and nothing that could remember a step; a property in `fuzz` folds every run twice. The
 * compiler checks the same of it in another way (src/protocol/tsconfig.json). No file imports itself by
 * way of others. Tests, and what only they use (folders named testing), are free to import what they
 * need: a test of the core may bring a suite.
 */

import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCircles } from './circles.ts';
import { readSource, type SourceText } from './source-text.ts';

/** One broken rule. */
export interface Violation {
  /** Relative to the project's directory, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The rule, as a sentence. */
  readonly rule: string;
}

/** Where imports can lead: a room of src, another folder, Node, or a package. */
type Place = string;

const NODE: Place = 'Node';
const PACKAGE: Place = 'package';

const BELOW_IO: readonly Place[] = ['src/protocol', 'src/crypto', 'src/eventlog', 'src/config'];

/** What each room of src may import; what is not listed here may import all of src and Node. */
const ALLOWED: Readonly<Record<string, readonly Place[]>> = {
  'src/protocol': ['src/protocol'],
  'src/crypto': ['src/crypto', 'src/protocol', NODE],
  'src/eventlog': ['src/eventlog', 'src/protocol', NODE],
  'src/config': ['src/config', 'src/protocol', NODE],
  'src/io': ['src/io', ...BELOW_IO, NODE],
  'src/daemon': ['src/daemon', 'src/io', ...BELOW_IO, NODE],
  'src/trace': ['src/trace', 'src/io', ...BELOW_IO, NODE],
  'conformance/peer': ['conformance/peer', 'vectors', NODE, PACKAGE],
};

/**
 * What the core may not name. `Math` itself may be used for anything but its random numbers. What
 * would remember something from one step to the next is not named either, wherever it stands: a
 * collection, a function that is called where it is written, a static field.
 */
const IMPURE: readonly {
  readonly pattern: RegExp;
  readonly what: string;
  /** Also where it is the text of a string. */
  readonly quoted?: true;
  /** Only outside of all brackets. */
  readonly outermost?: true;
}[] = [
  { pattern: /(?<![.\w$])Date(?![\w$])/g, what: 'a clock (Date)' },
  { pattern: /(?<![.\w$])performance(?![\w$])/g, what: 'a clock (performance)' },
  { pattern: /(?<![.\w$])Temporal(?![\w$])/g, what: 'a clock (Temporal)' },
  {
    pattern: /(?<![.\w$])Math(?![\w$])(?!\s*\.\s*(?!random(?![\w$]))[A-Za-z])/g,
    what: 'a random source (Math.random)',
  },
  { pattern: /(?<![.\w$])crypto(?=\s*(?:\.|\?\.|\[))/g, what: 'a random source (crypto)' },
  { pattern: /(?<![.\w$])globalThis(?![\w$])/g, what: 'the global object (globalThis)' },
  { pattern: /(?<![.\w$])Intl(?![\w$])/g, what: 'the system’s language or time zone (Intl)' },
  {
    pattern: /\.\s*(?:toLocale\w*|localeCompare)(?![\w$])/g,
    what: 'the system’s language or time zone (toLocale…)',
  },
  {
    pattern: /(?<![.\w$])(?:Function|eval|Reflect|Proxy)(?![\w$])/g,
    what: 'a way around its names (Function, eval, Reflect, Proxy)',
  },
  {
    pattern: /(?<![\w$])(?:constructor|__proto__|getPrototypeOf)(?![\w$])/g,
    what: 'a way around its names (constructor, __proto__)',
    quoted: true,
  },
  {
    pattern: /(?<![.\w$])(?:Weak)?(?:Map|Set|Ref)(?![\w$])/g,
    what: 'a collection, which could remember (Map, Set)',
  },
  {
    pattern: /(?<![.\w$])(?:FinalizationRegistry|Atomics|SharedArrayBuffer)(?![\w$])/g,
    what: 'what other code changes (Atomics and its like)',
  },
  { pattern: /(?<![.\w$])(?:let|var)(?![\w$])/g, what: 'a variable of a module', outermost: true },
  {
    pattern: /(?<![=!<>])=\s*(?:\{\s*\}|\[\s*\]|new\s+Array(?![\w$]))/g,
    what: 'an empty collection of a module',
    outermost: true,
  },
  { pattern: /\}\s*\)\s*\(/g, what: 'a function where it is called' },
  { pattern: /(?<![.\w$])static(?![\w$])/g, what: 'a static field' },
];

/** A file named relative to this one; any other URL is an address, and no import. */
const FILE_URL = /(?<![.\w$])new\s+URL\s*\(\s*(['"])/g;

/** Import and export declarations, `import()`, `require()`, and file URLs. */
const IMPORTS: readonly RegExp[] = [
  /(?<![.\w$])(?:import|export)(?![\w$])[^;'"`]*?(?<![\w$])from\s*(['"])/g,
  /(?<![.\w$])import\s*(['"])/g,
  /(?<![.\w$])(?:import|require)\s*\(\s*(['"`]?)/g,
  FILE_URL,
];

/** Check every TypeScript file of a project. */
export function checkRules(root: string): readonly Violation[] {
  const files = ['src', 'conformance', 'fuzz', 'vectors', '.dev']
    .flatMap((room) => typeScriptBelow(path.join(root, room)))
    .map((file) => ({
      name: path.relative(root, file).split(path.sep).join('/'),
      source: readFileSync(file, 'utf8'),
    }));
  const graph = files
    .filter(({ name }) => !isTest(name))
    .map(({ name, source }) => [name, importedFiles(name, readSource(source))] as const);
  return [
    ...files.flatMap(({ name, source }) => checkFile(name, source)),
    ...findCircles(Object.fromEntries(graph)).map(([file = '', ...others]) => ({
      file,
      line: 1,
      rule: `a file must not import itself, as here by way of ${others.join(', ') || 'nothing'}`,
    })),
  ];
}

/** Tests, and what only they use. */
function isTest(name: string): boolean {
  return /\.test\.ts$|\/testing\//.test(name);
}

/** The files that this one imports; those that it runs as another program are none of them. */
function importedFiles(name: string, text: SourceText): readonly string[] {
  return importsOf(text).flatMap(({ specifier, pattern }) =>
    pattern !== FILE_URL && specifier?.startsWith('.') ? [resolve(name, specifier)] : [],
  );
}

/** Every import of a source; without a specifier where its name is computed. */
function importsOf({ withoutComments, codeOnly }: SourceText) {
  return IMPORTS.flatMap((pattern) =>
    [...codeOnly.matchAll(pattern)].map((match) => {
      const start = match.index + match[0].length;
      const quote = match[1];
      const name = quote
        ? withoutComments.slice(start, withoutComments.indexOf(quote, start))
        : undefined;
      return { pattern, start, specifier: name?.includes('${') ? undefined : name };
    }),
  );
}

/** Check one file. `name` is relative to the project's directory; the file need not exist. */
export function checkFile(name: string, source: string): readonly Violation[] {
  if (isTest(name)) return [];
  const from = placeOfFile(name);
  const text = readSource(source);
  const { withoutComments, codeOnly } = text;
  const violations: Violation[] = [];
  const report = (offset: number, rule: string): void => {
    const line = source.slice(0, offset).split('\n').length;
    violations.push({ file: name, line, rule });
  };

  for (const { pattern, start, specifier } of importsOf(text)) {
    // A path that is not written out can lead anywhere; only the core is held to that.
    if (specifier === undefined) {
      if (from === 'src/protocol') report(start, 'src/protocol must not import by a computed name');
      continue;
    }
    if (pattern === FILE_URL && !specifier.startsWith('.')) continue;
    const to = placeOfImport(name, specifier);
    if (!isAllowed(from, to)) {
      report(start, `${from} must not import ${describePlace(to, specifier)}`);
    }
  }
  if (from === 'src/protocol') {
    for (const { pattern, what, quoted, outermost } of IMPURE) {
      for (const { index } of (quoted ? withoutComments : codeOnly).matchAll(pattern)) {
        if (outermost && isInBrackets(codeOnly, index)) continue;
        report(index, `src/protocol is pure: it must not name ${what}`);
      }
    }
  }
  return violations.sort((a, b) => a.line - b.line);
}

/** Whether more brackets are open here than closed. */
function isInBrackets(code: string, offset: number): boolean {
  const before = code.slice(0, offset);
  return (before.match(/[{([]/g)?.length ?? 0) > (before.match(/[})\]]/g)?.length ?? 0);
}

/** `src/io/channel.ts` is in `src/io`; `conformance/peer/x.ts` in `conformance/peer`. */
function placeOfFile(name: string): Place {
  const [first = '', second = '', third] = name.split('/');
  if (first === 'src') return third === undefined ? 'src' : `src/${second}`;
  if (first === 'conformance' && second === 'peer') return 'conformance/peer';
  return first;
}

function resolve(importer: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(importer), specifier);
}

function placeOfImport(importer: string, specifier: string): Place {
  if (/^\.{1,2}(?:\/|$)/.test(specifier)) {
    return placeOfFile(resolve(importer, specifier));
  }
  if (isBuiltin(specifier)) return NODE;
  // The package's own name leads through `exports` back to src.
  const own = /^spiped(?:\/([^/]+))?/.exec(specifier);
  if (own !== null) return own[1] === undefined ? 'src' : placeOfOwnExport(own[1]);
  return PACKAGE;
}

function placeOfOwnExport(name: string): Place {
  return name === 'vectors' || name === 'package.json' ? name : `src/${name}`;
}

function isAllowed(from: Place, to: Place): boolean {
  const allowed = ALLOWED[from];
  if (allowed !== undefined) return allowed.includes(to);
  if (from === 'src' || from.startsWith('src/')) return to === NODE || /^src(?:\/|$)/.test(to);
  return true;
}

function describePlace(place: Place, specifier: string): string {
  if (place === NODE) return `Node (${specifier})`;
  if (place === PACKAGE) return `a package (${specifier})`;
  return `${place} (${specifier})`;
}

function typeScriptBelow(directory: string): readonly string[] {
  let entries: ReturnType<typeof readEntries>;
  try {
    entries = readEntries(directory);
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

function readEntries(directory: string) {
  return readdirSync(directory, { recursive: true, withFileTypes: true });
}

if (realpathSync(process.argv[1] ?? '.') === fileURLToPath(import.meta.url)) {
  const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
  const violations = checkRules(root);
  for (const { file, line, rule } of violations) console.error(`${file}:${line}: ${rule}`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
