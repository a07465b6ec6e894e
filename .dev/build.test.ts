/** The build, on a small project of its own in a temporary directory. */

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { build } from './build.mjs';

const project = fileURLToPath(new URL('..', import.meta.url));
let root = '';

const file = (...parts: readonly string[]): string => path.join(root, ...parts);

function write(name: string, text: string): void {
  fs.mkdirSync(path.dirname(file(name)), { recursive: true });
  fs.writeFileSync(file(name), text);
}

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'build-')));
  for (const name of ['tsconfig.json', '.dev/tsconfig.build.json', 'package.json']) {
    write(name, fs.readFileSync(path.join(project, name), 'utf8'));
  }
  fs.symlinkSync(path.join(project, 'node_modules'), file('node_modules'));
  const launcher = 'src/cli/launcher.sh';
  write(launcher, fs.readFileSync(path.join(project, launcher), 'utf8'));
  write('src/protocol/index.ts', "export const greeting: string = 'hello';\n");
  write(
    'src/cli/spipe.ts',
    "import { greeting } from '../protocol/index.ts';\nconsole.log(greeting, process.argv[2]);\n",
  );
  write('src/cli/spipe.test.ts', 'export const test = 1;\n');
  write('src/cli/testing/lines.ts', 'export const lines = 1;\n');
});

afterEach(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

test('a command becomes one executable file, the library JavaScript with types, tests nothing', async () => {
  expect(await build({ root })).toBe('built');

  const { stdout } = spawnSync(file('dist', 'bin', 'spipe.js'), ['world'], { encoding: 'utf8' });
  expect(stdout).toBe('hello world\n');
  expect(fs.existsSync(file('dist', 'bin', 'spiped.js'))).toBe(false);

  expect(fs.readFileSync(file('dist', 'protocol', 'index.d.ts'), 'utf8')).toContain('greeting');
  const map = JSON.parse(fs.readFileSync(file('dist', 'protocol', 'index.js.map'), 'utf8'));
  expect(path.resolve(file('dist', 'protocol'), map.sources[0])).toBe(
    file('src', 'protocol', 'index.ts'),
  );
  expect(fs.readFileSync(file('dist', 'cli', 'spipe.js'), 'utf8')).toContain(
    "'../protocol/index.js'",
  );
  expect(fs.readdirSync(file('dist', 'cli')).filter((name) => /test/.test(name))).toEqual([]);
  expect(fs.readdirSync(root).filter((name) => name.startsWith('.dist-'))).toEqual([]);
});

test('a second build does nothing; one after a change builds, and removes what is gone', async () => {
  write('src/protocol/deep/gone.ts', 'export const gone = 1;\n');
  await build({ root });
  expect(await build({ root })).toBe('current');

  write('src/cli/spipe.test.ts', 'export const test = 2;\n');
  expect(await build({ root })).toBe('current');

  write('src/protocol/index.ts', "export const greeting: string = 'good evening';\n");
  fs.rmSync(file('src', 'protocol', 'deep'), { recursive: true });
  expect(await build({ root })).toBe('built');
  expect(fs.readFileSync(file('dist', 'bin', 'spipe.js'), 'utf8')).toContain('good evening');
  expect(fs.existsSync(file('dist', 'protocol', 'deep'))).toBe(false);
});

test('a type error is said in the words of the compiler, and the build is not complete', async () => {
  write('src/protocol/index.ts', "export const greeting: number = 'hello';\n");
  await expect(build({ root })).rejects.toThrow(/src\/protocol\/index\.ts\(1,14\).*TS2322/);
  await expect(build({ root })).rejects.toThrow(/TS2322/);
  expect(fs.readdirSync(root).filter((name) => name.startsWith('.dist-'))).toEqual([]);

  write('src/protocol/index.ts', "export const greeting: string = 'hello';\n");
  expect(await build({ root })).toBe('built');
});

test('sources that are put back after a build that failed are built again', async () => {
  const good = "export const greeting: string = 'hello';\n";
  expect(await build({ root })).toBe('built');
  // Bundled without a word, and then refused by the compiler.
  write('src/protocol/index.ts', "export const greeting: number = 'broken';\n");
  await expect(build({ root })).rejects.toThrow();
  write('src/protocol/index.ts', good);
  expect(await build({ root })).toBe('built');
  const { stdout } = spawnSync(file('dist', 'bin', 'spipe.js'), ['again'], { encoding: 'utf8' });
  expect(stdout).toBe('hello again\n');
});

test('what a killed build left is removed', async () => {
  const gone = spawnSync(process.execPath, ['--eval', '']).pid;
  write(`.dist-${gone}/protocol/index.js`, 'left over');
  write(`dist/protocol/index.js.${gone}`, 'left over');
  await build({ root });
  expect(fs.existsSync(file(`.dist-${gone}`))).toBe(false);
  expect(fs.existsSync(file('dist', 'protocol', `index.js.${gone}`))).toBe(false);
});

test('two builds at once both succeed, and a command can be run all the while', async () => {
  await build({ root });
  write('src/protocol/index.ts', "export const greeting: string = 'good evening';\n");
  const program = `
    import { build } from ${JSON.stringify(path.join(project, '.dev', 'build.mjs'))};
    await build({ root: ${JSON.stringify(root)} });
  `;
  const builds = [1, 2].map(() =>
    execa(process.execPath, ['--eval', program, '--input-type=module']),
  );
  let running = true;
  const finished = Promise.all(builds).finally(() => {
    running = false;
  });
  do {
    const { stdout } = await execa(file('dist', 'bin', 'spipe.js'), ['world']);
    expect(stdout).toMatch(/^(hello|good evening) world$/);
  } while (running);
  await finished;
  expect(await build({ root })).toBe('current');
});
