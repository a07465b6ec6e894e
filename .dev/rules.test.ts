/** The rules between the rooms: each is broken once here, and must be reported. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCircles } from './circles.ts';
import { checkFile, checkRules } from './rules.ts';

const rulesOf = (name: string, source: string): readonly string[] =>
  checkFile(name, source).map(({ rule }) => rule);

describe('imports', () => {
  test.each([
    [
      'src/protocol/a.ts',
      "import net from 'node:net';",
      'src/protocol must not import Node (node:net)',
    ],
    ['src/protocol/a.ts', "import 'node:net';", 'src/protocol must not import Node (node:net)'],
    ['src/protocol/a.ts', "import net from 'net';", 'src/protocol must not import Node (net)'],
    [
      'src/protocol/a.ts',
      "import { x } from 'left-pad';",
      'src/protocol must not import a package (left-pad)',
    ],
    [
      'src/protocol/a.ts',
      "import type { Suite } from '../crypto/suite.ts';",
      'src/protocol must not import src/crypto (../crypto/suite.ts)',
    ],
    [
      'src/protocol/a.ts',
      "export * from '../io/channel.ts';",
      'src/protocol must not import src/io (../io/channel.ts)',
    ],
    [
      'src/protocol/a.ts',
      "import {\n  a,\n  b,\n} from '../index.ts';",
      'src/protocol must not import src (../index.ts)',
    ],
    [
      'src/protocol/a.ts',
      "const net = await import('node:net');",
      'src/protocol must not import Node (node:net)',
    ],
    [
      'src/protocol/a.ts',
      'const net = await import(name);',
      'src/protocol must not import by a computed name',
    ],
    [
      'src/protocol/a.ts',
      'const net = await import(`node:${name}`);',
      'src/protocol must not import by a computed name',
    ],
    [
      'src/crypto/a.ts',
      "import { x } from '../io/entropy.ts';",
      'src/crypto must not import src/io (../io/entropy.ts)',
    ],
    [
      'src/crypto/a.ts',
      "import { x } from '../eventlog/write.ts';",
      'src/crypto must not import src/eventlog (../eventlog/write.ts)',
    ],
    [
      'src/eventlog/a.ts',
      "import { x } from '../crypto/suite.ts';",
      'src/eventlog must not import src/crypto (../crypto/suite.ts)',
    ],
    [
      'src/config/a.ts',
      "import { x } from '../io/resolve.ts';",
      'src/config must not import src/io (../io/resolve.ts)',
    ],
    [
      'src/daemon/a.ts',
      "import { x } from '../cli/getopt.ts';",
      'src/daemon must not import src/cli (../cli/getopt.ts)',
    ],
    [
      'src/io/a.ts',
      "import { x } from '../cli/getopt.ts';",
      'src/io must not import src/cli (../cli/getopt.ts)',
    ],
    [
      'src/io/a.ts',
      "import { x } from '../daemon/syslog.ts';",
      'src/io must not import src/daemon (../daemon/syslog.ts)',
    ],
    [
      'src/io/a.ts',
      "import pc from 'picocolors';",
      'src/io must not import a package (picocolors)',
    ],
    [
      'src/io/a.ts',
      "const w = new URL('../cli/w.ts', import.meta.url);",
      'src/io must not import src/cli (../cli/w.ts)',
    ],
    [
      'src/cli/a.ts',
      "import { x } from '../../conformance/peer/peer.ts';",
      'src/cli must not import conformance/peer (../../conformance/peer/peer.ts)',
    ],
    [
      'src/cli/a.ts',
      "import { x } from '../../fuzz/model.ts';",
      'src/cli must not import fuzz (../../fuzz/model.ts)',
    ],
    [
      'src/cli/a.ts',
      "import v from '../../vectors/v.json' with { type: 'json' };",
      'src/cli must not import vectors (../../vectors/v.json)',
    ],
    [
      'src/trace/illustration/a.ts',
      "import { x } from '../../../.dev/rules.ts';",
      'src/trace must not import .dev (../../../.dev/rules.ts)',
    ],
    [
      'src/trace/a.ts',
      "import { start } from '../cli/start.ts';",
      'src/trace must not import src/cli (../cli/start.ts)',
    ],
    [
      'conformance/peer/a.ts',
      "import { x } from '../../src/protocol/index.ts';",
      'conformance/peer must not import src/protocol (../../src/protocol/index.ts)',
    ],
    [
      'conformance/peer/a.ts',
      "import { x } from 'spiped/protocol';",
      'conformance/peer must not import src/protocol (spiped/protocol)',
    ],
    [
      'conformance/peer/a.ts',
      "import { x } from '../demo/pipe.ts';",
      'conformance/peer must not import conformance (../demo/pipe.ts)',
    ],
  ])('%s may not say %s', (name, source, rule) => {
    expect(rulesOf(name, source)).toEqual([rule]);
  });

  test.each([
    ['src/protocol/a.ts', "import type { A } from './b.ts';\nexport { c } from './deep/c.ts';"],
    [
      'src/protocol/a.ts',
      "// import net from 'node:net';\n/* import 'node:fs' */\nconst s = \"import 'node:fs'\";",
    ],
    [
      'src/protocol/a.test.ts',
      "import { suite } from '../crypto/suite.ts';\nimport { test } from 'vitest';",
    ],
    [
      'src/crypto/a.ts',
      "import { hash } from 'node:crypto';\nimport type { A } from '../protocol/suite.ts';",
    ],
    [
      'src/eventlog/a.ts',
      "import fs from 'node:fs';\nimport { a } from '../protocol/vocabulary.ts';",
    ],
    [
      'src/io/a.ts',
      "import { a } from '../crypto/suite.ts';\nimport { b } from '../eventlog/write.ts';",
    ],
    [
      'src/cli/a.ts',
      "import { a } from '../daemon/syslog.ts';\nimport { b } from '../io/channel.ts';",
    ],
    [
      'conformance/peer/a.ts',
      "import fc from 'fast-check';\nimport crypto from 'node:crypto';\nimport './b.ts';",
    ],
    [
      'conformance/demo/a.ts',
      "import { a } from '../../src/io/channel.ts';\nimport { execa } from 'execa';",
    ],
    ['src/io/a.ts', "const url = new URL('http://127.0.0.1/');"],
    ['fuzz/a.ts', "import { a } from '../src/protocol/index.ts';"],
  ])('%s may say %s', (name, source) => {
    expect(rulesOf(name, source)).toEqual([]);
  });
});

describe('the purity of the core', () => {
  test.each([
    ['Date.now()', 'a clock (Date)'],
    ['new Date()', 'a clock (Date)'],
    ['const D = Date;', 'a clock (Date)'],
    ['performance.now()', 'a clock (performance)'],
    ['Math.random()', 'a random source (Math.random)'],
    ["Math['random']()", 'a random source (Math.random)'],
    ['const { random } = Math;', 'a random source (Math.random)'],
    ['crypto.getRandomValues(a)', 'a random source (crypto)'],
    ['`${Math.random()}`', 'a random source (Math.random)'],
    ['globalThis.Date', 'the global object (globalThis)'],
    ['new Intl.DateTimeFormat()', 'the system’s language or time zone (Intl)'],
    ['(1e6).toLocaleString()', 'the system’s language or time zone (toLocale…)'],
    ["new Function('return 1')", 'a way around its names (Function, eval, Reflect, Proxy)'],
    ["eval('1')", 'a way around its names (Function, eval, Reflect, Proxy)'],
    ['Reflect.get(a, b)', 'a way around its names (Function, eval, Reflect, Proxy)'],
    ["[]['constructor']", 'a way around its names (constructor, __proto__)'],
    ['const { constructor } = a;', 'a way around its names (constructor, __proto__)'],
    ['let steps = 0;', 'a variable of a module'],
    ['function f() {}\nexport let steps = 0;', 'a variable of a module'],
    ['var steps = 0;', 'a variable of a module'],
    [
      'const cache = new Map<string, Uint8Array>();',
      'a collection, which could remember (Map, Set)',
    ],
    ['const cache = { of: new WeakMap() };', 'a collection, which could remember (Map, Set)'],
    ['const seen = new Set();', 'a collection, which could remember (Map, Set)'],
    ['const cache: Record<string, number> = {};', 'an empty collection of a module'],
    ['const cache: number[] = [];', 'an empty collection of a module'],
    ['const next = (() => { let n = 0; return () => n++; })();', 'a function where it is called'],
    ['class A { static steps = 0; }', 'a static field'],
    ['Atomics.add(a, 0, 1)', 'what other code changes (Atomics and its like)'],
  ])('src/protocol may not say %s', (source, what) => {
    expect(rulesOf('src/protocol/a.ts', source)).toEqual([
      `src/protocol is pure: it must not name ${what}`,
    ]);
  });

  test('src/protocol may not go round its names through a constructor', () => {
    const rule =
      'src/protocol is pure: it must not name a way around its names (constructor, __proto__)';
    const source = "[].constructor.constructor('return Date.now()')";
    expect(rulesOf('src/protocol/a.ts', source)).toEqual([rule, rule]);
  });

  test.each([
    'Math.min(1, 2) + Math . floor(3)',
    '// Date.now() is forbidden',
    '/* Math.random */ const x = 1;',
    "const text = 'new Date()';",
    'const text = `Math.random is forbidden`;',
    'const pattern = /Date.now/;',
    'interface A { readonly crypto?: string }',
    'state.performance.Date',
    'const lastUpDate = 1;',
    'function f() { let sum = 0; const parts: number[] = []; return { sum, parts }; }',
    'const f = (fields: Fields = {}) => fields;',
    'const rows = [{ fields: {} }];',
    'interface A { readonly map: number; isFunction(): boolean }',
  ])('src/protocol may say %s', (source) => {
    expect(rulesOf('src/protocol/a.ts', source)).toEqual([]);
  });

  test('other rooms may have clocks', () => {
    expect(rulesOf('src/io/clock.ts', 'performance.now(); Date.now();')).toEqual([]);
  });
});

test('a violation names the line, past comments, templates and regular expressions', () => {
  const source = [
    '/** A comment',
    ' * of lines. */',
    'const quote = /[/\'"`]/;',
    'const text = `a ${`b ${{ c: 1 }.c}`}',
    "import 'node:fs'`;",
    'const half = 4 / 2; // half',
    "import 'node:net';",
  ].join('\n');
  expect(checkFile('src/protocol/a.ts', source)).toEqual([
    { file: 'src/protocol/a.ts', line: 7, rule: 'src/protocol must not import Node (node:net)' },
  ]);
});

test('a circle of imports is reported once, also one of types, and not what leads to it', () => {
  const circles = findCircles({
    'a.ts': ['b.ts', 'c.ts'],
    'b.ts': ['c.ts', 'node.ts'],
    'c.ts': ['d.ts'],
    'd.ts': ['b.ts', 'c.ts'],
    'e.ts': ['e.ts'],
    'f.ts': ['a.ts', 'e.ts'],
  });
  expect(circles).toEqual([['b.ts', 'c.ts', 'd.ts'], ['e.ts']]);
});

test('the files of a directory are found and named', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'rules-'));
  try {
    mkdirSync(path.join(root, 'src', 'protocol', 'deep'), { recursive: true });
    writeFileSync(path.join(root, 'src', 'protocol', 'deep', 'a.ts'), "\nimport 'node:net';\n");
    writeFileSync(path.join(root, 'src', 'protocol', 'good.ts'), 'export const a = 1;\n');
    const circular = {
      one: "import type { A } from './two.ts';",
      two: "export * from './one.ts';",
    };
    for (const [name, text] of Object.entries(circular)) {
      writeFileSync(path.join(root, 'src', 'protocol', `${name}.ts`), text);
    }
    expect(checkRules(root)).toEqual([
      {
        file: 'src/protocol/deep/a.ts',
        line: 2,
        rule: 'src/protocol must not import Node (node:net)',
      },
      {
        file: 'src/protocol/one.ts',
        line: 1,
        rule: 'a file must not import itself, as here by way of src/protocol/two.ts',
      },
    ]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
