/**
 * The benchmark itself, as a process, with next to nothing to do: that it measures every column,
 * writes what the comparison reads, and leaves nothing behind. How quick anything is, is not judged.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processesMarked } from '../subjects/processes.ts';
import { Scope } from '../subjects/scope.ts';
import { upstreamForTests } from '../upstream/require.ts';
import { parseReport } from './compare.ts';
import { NO_PIPE } from './report.ts';

const script = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));

let scope: Scope;

beforeEach(async () => {
  scope = await Scope.open();
});

afterEach(async () => {
  await scope.close();
});

function bench(...args: string[]) {
  return run('main', args);
}

/** Marked by a name that its own scopes do not use, so that everything below it can be found. */
function run(name: string, args: readonly string[]) {
  return execa(process.execPath, ['--import', 'tsx', script(name), ...args], {
    reject: false,
    env: { [MARK]: scope.mark, TMPDIR: scope.directory },
    timeout: 120_000,
  });
}

const MARK = 'SPIPED_BENCH_TEST';

const running = async () => (await processesMarked(`${MARK}=${scope.mark}`)).map((p) => p.command);

const LIMIT = { timeout: 150_000 };

test(
  'a run measures each figure in each column, once a round, and ends all it started',
  LIMIT,
  async () => {
    const upstream = await upstreamForTests('the benchmark beside C');
    const file = join(scope.directory, 'report.json');
    const args = ['--tiny', '--rounds', '2', '--only', 'round-trip,cpu', '--json', file];
    const { exitCode, stdout, stderr } = await bench(...args);
    expect(exitCode, stderr).toBe(0);

    const report = parseReport(file, await readFile(file, 'utf8'));
    const pipes = upstream === undefined ? ['ours'] : ['C', 'ours'];
    expect(report).toMatchObject({ rounds: 2, quick: true, columns: [NO_PIPE, ...pipes] });
    expect(report.versions.c).toBe(upstream?.version ?? null);
    const names = report.measured.map(({ row, name }) => `${row} ${name}`);
    expect(names).toEqual([
      ...['both', 'e', 'd', 'load'].map((name) => `cpu ${name}`),
      ...['byte-p50', 'byte-p99', 'byte-added', 'large-p50', 'large-p99', 'large-added'].map(
        (name) => `round-trip ${name}`,
      ),
    ]);
    for (const { row, name, values } of report.measured) {
      const bare = row === 'cpu' ? name === 'load' : !name.endsWith('added');
      expect(Object.keys(values)).toEqual([...(bare ? [NO_PIPE] : []), ...pipes]);
      for (const rounds of Object.values(values)) {
        expect(rounds).toHaveLength(2);
        expect(rounds.every(Number.isFinite)).toBe(true);
      }
    }
    expect(stdout).toContain('1-byte round trip, p50, µs');
    expect(await running()).toEqual([]);

    const compared = await run('compare-main', [file, file]);
    expect(compared.exitCode, compared.stderr).toBe(0);
    expect(compared.stdout).toMatch(/round-trip: .* ours .*\+?0\.0 % .*within the range/);
  },
);

test('an interrupted run ends all it started, and says so by its status', LIMIT, async () => {
  const child = bench('--tiny', '--rounds', '1000', '--only', 'one-stream');
  // Its daemons and both ends of the load are there.
  for (;;) {
    const commands = await running();
    if (commands.filter((each) => / -[ed] -s /.test(each)).length >= 2) break;
    if (child.exitCode !== null) throw new Error(`it ended by itself: ${(await child).stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGINT');
  expect((await child).exitCode).toBe(130);
  expect(await running()).toEqual([]);
});

test('a wrong argument ends it before anything is started', LIMIT, async () => {
  const { exitCode, stderr } = await bench('--only', 'speed');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--only speed: no such row');
});

test('the comparison says what it needs', LIMIT, async () => {
  const none = await run('compare-main', []);
  expect(none.exitCode).toBe(2);
  expect(none.stderr).toContain('OLD.json NEW.json');
  const other = await run('compare-main', [script('compare'), script('compare')]);
  expect(other.exitCode).toBe(2);
  expect(other.stderr).toContain('expected what');
});
