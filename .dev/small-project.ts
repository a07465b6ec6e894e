/**
 * A project of a few lines with this project's build and configuration of vitest, for tests of how
 * tests are run.
 */

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));

const COPIED = [
  ...[
    'build.mjs',
    'current-build.mjs',
    'surroundings.mjs',
    'filter-matches.mjs',
    'take-coverage.ts',
    'vitest.config.ts',
  ].map((name) => path.join('.dev', name)),
  ...['.dev/tsconfig.build.json', 'tsconfig.json', 'package.json', 'src/cli/launcher.sh'],
];

export interface SmallProject {
  readonly root: string;
  write(name: string, text: string): void;
  /** The command line of `npx vitest run FILE` in it, as CONTRIBUTING.md tells. */
  vitest(file: string): readonly string[];
  remove(): void;
}

export function smallProject(): SmallProject {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'small-project-')));
  const write = (name: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  };
  for (const name of COPIED) write(name, fs.readFileSync(path.join(project, name), 'utf8'));
  fs.symlinkSync(path.join(project, 'node_modules'), path.join(root, 'node_modules'));
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  return {
    root,
    write,
    vitest: (file) => [process.execPath, vitest, 'run', '--config', '.dev/vitest.config.ts', file],
    remove: () => fs.rmSync(root, { recursive: true, force: true }),
  };
}

/** What vitest started by a test must not take for its own. */
export const NOT_A_WORKER = { VITEST: undefined, NODE_V8_COVERAGE: undefined, NO_COLOR: '1' };
