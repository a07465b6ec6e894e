/**
 * The checks that are not about behaviour, as tests, so that they are run and counted like any
 * other: types, format, lint, the rules between the rooms, generated pages, the package's
 * contents, and that no file names a path of the machine it was written on.
 */

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PAGES, stalePages } from './docs.ts';
import { checkRules } from './rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (...parts: readonly string[]): string => path.join(root, 'node_modules', ...parts);

/** Runs a tool of the project under this Node. What it printed is what a failure shows. */
function run(script: string, ...args: readonly string[]): Promise<{ status: number; out: string }> {
  return new Promise((resolve) => {
    const options = { cwd: root, maxBuffer: 64 << 20 };
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code) || 1, out: stdout + stderr });
    });
  });
}

/** Every file of the project that people write, relative to its directory. */
function projectFiles(directory = ''): readonly string[] {
  const made = ['node_modules', 'dist', 'coverage', 'report', '.git'];
  return readdirSync(path.join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(directory, entry.name);
    if (made.includes(name) || /^\.dist-\d+$|\.tgz$/.test(name)) return [];
    return entry.isDirectory() ? projectFiles(name) : [name];
  });
}

test('the whole project typechecks', async () => {
  const { out } = await run(bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.json');
  expect(out).toBe('');
});

test('the core compiles with the language alone: no Node, no timers, no console', async () => {
  const { out } = await run(bin('typescript', 'bin', 'tsc'), '-p', 'src/protocol/tsconfig.json');
  expect(out).toBe('');
});

test('every file is formatted and free of lint', async () => {
  const biome = bin('@biomejs', 'biome', 'bin', 'biome');
  const { status, out } = await run(biome, 'ci', '--error-on-warnings', '--colors=off');
  expect(status, out).toBe(0);
});

test('the rules between the rooms hold', () => {
  const violations = checkRules(root);
  expect(violations.map(({ file, line, rule }) => `${file}:${line}: ${rule}`)).toEqual([]);
});

test('the generated pages are what the code says (npm run docs)', () => {
  expect(stalePages(root, PAGES)).toEqual([]);
});

test('the package holds the commands, the library and the vectors, and no test', async () => {
  const npm = process.env.npm_execpath;
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const out = await new Promise<string>((resolve, reject) => {
    const done = (error: Error | null, stdout: string): void => {
      if (error === null) resolve(stdout);
      else reject(error);
    };
    if (npm?.endsWith('.js')) execFile(process.execPath, [npm, ...args], { cwd: root }, done);
    else execFile('npm', args, { cwd: root }, done);
  });
  const files = filesOfPack(JSON.parse(out));
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const promised = [
    ...Object.values<string>(manifest.bin),
    ...Object.values<string | Record<string, string>>(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    ),
  ]
    .filter((name) => !name.includes('*'))
    .map((name) => name.replace(/^\.\//, ''));
  const missing = [...promised, 'LICENSE', 'README.md'].filter((name) => !files.includes(name));
  expect(missing).toEqual([]);
  expect(
    files.filter((name) => /\.test\.|\/testing\/|^\.|^(conformance|fuzz|coverage)\//.test(name)),
  ).toEqual([]);
});

/** npm 11 prints a list of packages, newer ones an object by name. */
function filesOfPack(report: Record<string, { files: readonly { path: string }[] }>): string[] {
  return Object.values(report).flatMap(({ files }) => files.map((file) => file.path));
}

test('no file names a path of the machine it was written on, nor a package host', () => {
  // The folder above the checkout gives a path away too, unless every machine has it.
  const above = path.dirname(root.replace(/\/$/, ''));
  const common = ['/', '/tmp', '/home', '/root', '/usr', '/var', '/opt', '/srv', '/mnt'];
  const private_ = [root, homedir(), ...(common.includes(above) ? [] : [above])]
    .filter((name) => !common.includes(name))
    .map((name) => (name.endsWith('/') ? name : `${name}/`));
  const found = projectFiles().filter((name) => {
    const text = readFileSync(path.join(root, name), 'utf8');
    return private_.some((prefix) => text.includes(prefix)) || /"resolved": *"http/.test(text);
  });
  expect(found).toEqual([]);
});
