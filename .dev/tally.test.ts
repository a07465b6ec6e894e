/** The closing line's counts, from real runs of vitest over small files in a temporary directory. */

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const project = fileURLToPath(new URL('..', import.meta.url));
let root = '';

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'tally-')));
  fs.symlinkSync(path.join(project, 'node_modules'), path.join(root, 'node_modules'));
});

afterEach(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

/** Runs vitest over these files in a process of its own and counts. */
function tally(files: Readonly<Record<string, string>>, ci = false): object {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), `import { beforeAll, test } from 'vitest';\n${text}`);
  }
  const program = `
    import { writeFileSync } from 'node:fs';
    import { startVitest } from 'vitest/node';
    import { tallyOf } from ${JSON.stringify(path.join(project, '.dev', 'tally.mjs'))};
    const root = ${JSON.stringify(root)};
    const vitest = await startVitest('test', [], { root, config: false, watch: false, reporters: [] });
    const result = tallyOf({
      modules: vitest.state.getTestModules(),
      unhandledErrors: vitest.state.getUnhandledErrors(),
      root,
      ci: ${ci},
    });
    await vitest.close();
    writeFileSync('tally.json', JSON.stringify(result));
    process.exit(0);
  `;
  fs.writeFileSync(path.join(root, 'program.mjs'), program);
  const { stderr } = spawnSync(process.execPath, ['program.mjs'], { cwd: root, encoding: 'utf8' });
  const result = path.join(root, 'tally.json');
  if (!fs.existsSync(result)) throw new Error(stderr);
  return JSON.parse(fs.readFileSync(result, 'utf8'));
}

test('tests that pass and fail are counted, and skipped ones with their reason', () => {
  const files = {
    'a.test.ts': `
      test('good', () => {});
      test('bad', () => { throw new Error('bad'); });
      test('left out', ({ skip }) => skip('no IPv6 here'));
    `,
  };
  expect(tally(files)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 1,
    lines: ['skipped: a.test.ts > left out: no IPv6 here'],
  });
});

test('a file that does not load, and a hook that throws, are each at least one failure', () => {
  const files = {
    'unloadable.test.ts': "import './missing.ts';\ntest('never', () => {});",
    'throws.test.ts': "throw new Error('at load');",
    'hook.test.ts': "beforeAll(() => { throw new Error('hook'); });\ntest('never', () => {});",
    'good.test.ts': "test('good', () => {});",
  };
  expect(tally(files)).toMatchObject({ passed: 1, failed: 3 });
});

test('an error outside any test is a failure', () => {
  const files = {
    'a.test.ts': `
      test('good', async () => {
        Promise.reject(new Error('stray'));
        await new Promise((resolve) => setImmediate(resolve));
      });
    `,
  };
  expect(tally(files)).toMatchObject({ passed: 1, failed: 1 });
});

test('in CI a skipped test of interoperation is a failure, another skipped test is not', () => {
  const files = {
    'conformance/interop/a.test.ts': "test.skip('with C', () => {});",
    'src/a.test.ts': "test.skip('without', () => {});",
  };
  expect(tally(files, true)).toMatchObject({ passed: 0, failed: 1, skipped: 1 });
  expect(tally(files, false)).toMatchObject({ passed: 0, failed: 0, skipped: 2 });
});

test('in CI a conformance test that only another machine can run is skipped, not failed', () => {
  const files = {
    'conformance/habits/a.test.ts': `
      test('as another user', ({ skip }) => skip('only root can change its user'));
      test('with C', ({ skip }) => skip('there is no C spiped'));
    `,
  };
  expect(tally(files, true)).toMatchObject({ passed: 0, failed: 1, skipped: 1 });
});
