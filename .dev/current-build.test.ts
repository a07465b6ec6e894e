/**
 * No test runs an old build, however it is started: vitest itself, on a small project of its own
 * with this project's configuration.
 */

import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NOT_A_WORKER, type SmallProject, smallProject } from './small-project.ts';

let project: SmallProject;

/** A command that says this; its type is `type`. */
const saying = (text: string, type = 'string'): string =>
  `const text: ${type} = '${text}';\nconsole.log(text);\nexport {};\n`;

beforeEach(() => {
  project = smallProject();
  project.write('src/cli/spipe.ts', saying('first'));
  project.write(
    'src/cli/spipe.test.ts',
    `import { execFileSync } from 'node:child_process';
     import { test } from 'vitest';
     test('what it says', () => {
       console.log('it says', String(execFileSync('dist/bin/spipe.js')));
     });`,
  );
});

afterEach(() => project.remove());

async function run(): Promise<{ status: number | undefined; printed: string }> {
  const [file = '', ...args] = project.vitest('src/cli/spipe.test.ts');
  const options = { cwd: project.root, reject: false, all: true, env: NOT_A_WORKER } as const;
  const { exitCode, all } = await execa(file, args, options);
  return { status: exitCode, printed: all };
}

test('one test run by vitest alone starts the commands as the sources now are', async () => {
  expect(await run()).toMatchObject({
    status: 0,
    printed: expect.stringContaining('it says first'),
  });
  project.write('src/cli/spipe.ts', saying('second'));
  expect(await run()).toMatchObject({
    status: 0,
    printed: expect.stringContaining('it says second'),
  });
});

test('sources that do not compile fail the run, in the words of the compiler', async () => {
  await run();
  project.write('src/cli/spipe.ts', saying('third', 'number'));
  const { status, printed } = await run();
  expect(status).toBe(1);
  expect(printed).toMatch(/src\/cli\/spipe\.ts\(1,7\).*TS2322/);
  expect(printed).not.toContain('it says');
});
