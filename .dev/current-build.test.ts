/**
 * No test runs an old build, however it is started: vitest itself, on a small project of its own
 * with this project's configuration.
 */

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';

const project = fileURLToPath(new URL('..', import.meta.url));
let root = '';

function write(name: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  fs.writeFileSync(path.join(root, name), text);
}

/** A command that says this; its type is `type`. */
const saying = (text: string, type = 'string'): string =>
  `const text: ${type} = '${text}';\nconsole.log(text);\nexport {};\n`;

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'current-build-')));
  const tools = ['build.mjs', 'current-build.mjs', 'surroundings.mjs', 'take-coverage.ts'];
  const copied = [...tools, 'vitest.config.ts'];
  for (const name of [...copied, 'tsconfig.build.json'].map((name) => `.dev/${name}`)) {
    write(name, fs.readFileSync(path.join(project, name), 'utf8'));
  }
  for (const name of ['tsconfig.json', 'package.json', 'src/cli/launcher.sh']) {
    write(name, fs.readFileSync(path.join(project, name), 'utf8'));
  }
  fs.symlinkSync(path.join(project, 'node_modules'), path.join(root, 'node_modules'));
  write('src/cli/spipe.ts', saying('first'));
  write(
    'src/cli/spipe.test.ts',
    `import { execFileSync } from 'node:child_process';
     import { test } from 'vitest';
     test('what it says', () => {
       console.log('it says', String(execFileSync('dist/bin/spipe.js')));
     });`,
  );
});

afterEach(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

/** `npx vitest run` of one file, as CONTRIBUTING.md tells. */
async function vitest(): Promise<{ status: number | undefined; printed: string }> {
  const program = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { exitCode, all } = await execa(
    process.execPath,
    [program, 'run', '--config', '.dev/vitest.config.ts', 'src/cli/spipe.test.ts'],
    // Not as a worker of the run that this is a part of.
    { cwd: root, reject: false, all: true, env: { NO_COLOR: '1', VITEST: undefined } },
  );
  return { status: exitCode, printed: all };
}

test('one test run by vitest alone starts the commands as the sources now are', async () => {
  expect(await vitest()).toMatchObject({
    status: 0,
    printed: expect.stringContaining('it says first'),
  });
  write('src/cli/spipe.ts', saying('second'));
  expect(await vitest()).toMatchObject({
    status: 0,
    printed: expect.stringContaining('it says second'),
  });
});

test('sources that do not compile fail the run, in the words of the compiler', async () => {
  await vitest();
  write('src/cli/spipe.ts', saying('third', 'number'));
  const { status, printed } = await vitest();
  expect(status).toBe(1);
  expect(printed).toMatch(/src\/cli\/spipe\.ts\(1,7\).*TS2322/);
  expect(printed).not.toContain('it says');
});
