/** What a filter of tests by title answers, by vitest itself on a small project of its own. */

import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NOT_A_WORKER, type SmallProject, smallProject } from './small-project.ts';

let project: SmallProject;

beforeEach(() => {
  project = smallProject();
  project.write('src/cli/spipe.ts', 'export {};\n');
  project.write(
    'src/cli/spipe.test.ts',
    `import { describe, test } from 'vitest';
     describe('outer', () => {
       test('the one', () => {});
       test.skip('another', () => {});
     });`,
  );
});

afterEach(() => project.remove());

async function run(
  ...filter: readonly string[]
): Promise<{ status: number | undefined; printed: string }> {
  const [file = '', ...args] = project.vitest('src/cli/spipe.test.ts');
  const options = { cwd: project.root, reject: false, all: true, env: NOT_A_WORKER } as const;
  const { exitCode, all } = await execa(file, [...args, ...filter], options);
  return { status: exitCode, printed: all };
}

test('a title that no test has fails the run, and is named', async () => {
  expect(await run('-t', 'the oen')).toMatchObject({
    status: 1,
    printed: expect.stringContaining('no test has a title that matches /the oen/'),
  });
});

test('a title that a test has, with that of the group around it, is no error', async () => {
  const { status, printed } = await run('-t', 'outer the');
  expect(status, printed).toBe(0);
});
