/** Where the tests' temporary files are, and what is left of a run that is interrupted. */

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processesMarked } from '../conformance/subjects/processes.ts';
import { NO_PROC, until } from '../src/daemon/testing/spiped-process.ts';
import { NOT_A_WORKER, smallProject } from './small-project.ts';
import { isFit } from './surroundings.mjs';

let outer = '';
beforeEach(() => {
  // Beside the directory of this run: as deep as another run's.
  outer = mkdtempSync(path.join(path.dirname(tmpdir()), 'fit-'));
});
afterEach(() => rmSync(outer, { recursive: true, force: true }));

test('are reached by every user, and their path is short and plain', () => {
  const inner = path.join(outer, 'inner');
  mkdirSync(inner);
  expect(isFit(inner)).toBe(false); // mkdtemp(3) makes a private directory.
  chmodSync(outer, 0o711);
  expect(isFit(inner)).toBe(true);
  for (const name of ['with space', 'priväte', 'l'.repeat(30)]) {
    mkdirSync(path.join(outer, name));
    expect(isFit(path.join(outer, name)), name).toBe(false);
  }
  expect(isFit(path.join(outer, 'not-there'))).toBe(false);
});

test('in a run are in such a place, wherever there is one', () => {
  expect(isFit(path.dirname(tmpdir())) || !isFit('/tmp')).toBe(true);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s to a run, as a terminal sends it, leaves no process and no file',
  async (signal) => {
    chmodSync(outer, 0o711);
    const project = smallProject();
    try {
      project.write('src/cli/spipe.ts', 'export {};\n');
      // A daemon that has left the terminal, which no signal to the process group reaches.
      project.write(
        'src/endless.test.ts',
        `import { spawn } from 'node:child_process';
         import { mkdtempSync } from 'node:fs';
         import { tmpdir } from 'node:os';
         import { test } from 'vitest';
         test('has no end', async () => {
           spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref();
           mkdtempSync(tmpdir() + '/left-');
           await new Promise(() => {});
         });`,
      );
      const mark = `INTERRUPTED_RUN=${path.basename(project.root)}`;
      const [file = '', ...args] = project.vitest('src/endless.test.ts');
      const run = execa(file, args, {
        cwd: project.root,
        env: { ...NOT_A_WORKER, TMPDIR: outer, INTERRUPTED_RUN: path.basename(project.root) },
        detached: true,
        reject: false,
        stdin: 'ignore',
      });
      const files = (): readonly string[] => readdirSync(outer, { recursive: true }).map(String);
      await until('the test', () => files().some((name) => name.includes('left-')));
      if (run.pid !== undefined) process.kill(-run.pid, signal);
      expect((await run).signal).toBe(signal);
      expect(files().filter((name) => name.startsWith('tests-'))).toEqual([]);
      if (NO_PROC !== undefined) return;
      await until('the end of all', async () => (await processesMarked(mark)).length === 0);
    } finally {
      project.remove();
    }
  },
);
