/**
 * Where mandoc is, the program that checks the manual pages: on `PATH`, or else Debian's package,
 * unpacked into a cache folder of the user. Nothing is installed and no privileges are needed;
 * where neither is possible, it is said why.
 */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An unreachable mirror must not hold up a test run for long. In milliseconds. */
const TIME_LIMIT = 90_000;

/** The program, or one line about why there is none. */
export type Mandoc =
  | { readonly found: true; readonly program: string }
  | { readonly found: false; readonly reason: string };

/** Finds mandoc; the first call on a machine may fetch a package and take some seconds. */
export async function locateMandoc(environment: NodeJS.ProcessEnv = process.env): Promise<Mandoc> {
  if (await runs('mandoc', environment)) return { found: true, program: 'mandoc' };
  const place = path.join(cacheFolder(environment), `mandoc-${process.arch}`);
  const program = path.join(place, 'usr', 'bin', 'mandoc');
  try {
    if (!(await runs(program, environment))) await unpackPackage(place, environment);
    if (await runs(program, environment)) return { found: true, program };
    return { found: false, reason: "mandoc is not on PATH, and Debian's does not run here" };
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
    return {
      found: false,
      reason: `mandoc is not on PATH, and Debian's package cannot be had: ${line}`,
    };
  }
}

/**
 * What tests do without it: in CI they fail, as CI skips nothing; elsewhere they are skipped, and
 * a line says so.
 *
 * @throws Error where there is none and `ci` is set (to anything but empty, `0`, `false`)
 */
export function judgeMandoc(
  mandoc: Mandoc,
  ci: string | undefined,
  print: (line: string) => void,
): string | undefined {
  if (mandoc.found) return mandoc.program;
  if (ci !== undefined && !['', '0', 'false'].includes(ci)) {
    throw new Error(`the check of the manual pages needs mandoc. ${mandoc.reason}`);
  }
  print(`*** SKIPPED: the check of the manual pages with mandoc. ${mandoc.reason} ***`);
  return undefined;
}

async function runs(program: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  // It has no option that only prints something; an empty page is the least it can be given.
  const started = run(program, ['-T', 'ascii', '/dev/null'], { env: environment });
  return started.then(
    () => true,
    (error: NodeJS.ErrnoException) => typeof error.code === 'number' && Number(error.code) < 126,
  );
}

function cacheFolder({ XDG_CACHE_HOME: base, HOME: home }: NodeJS.ProcessEnv): string {
  const caches = base === undefined || base === '' ? undefined : base;
  return path.join(caches ?? path.join(home ?? homedir(), '.cache'), 'spiped-conformance');
}

/** Fetch the package with package lists of its own, and unpack it to `place`, whole or not at all. */
async function unpackPackage(place: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const cache = path.dirname(place);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(path.join(cache, 'unfinished-'));
  try {
    await mkdir(path.join(work, 'state', 'lists', 'partial'), { recursive: true });
    await mkdir(path.join(work, 'cache', 'archives', 'partial'), { recursive: true });
    const settings = [
      `Dir::State=${path.join(work, 'state')}`,
      'Dir::State::status=/var/lib/dpkg/status',
      `Dir::Cache=${path.join(work, 'cache')}`,
      'Debug::NoLocking=1',
      // Only matters to root: the sandbox's user could not write into a private folder.
      'APT::Sandbox::User=root',
      'Acquire::Retries=1',
      'Acquire::http::Timeout=20',
      'Acquire::https::Timeout=20',
    ].flatMap((setting) => ['-o', setting]);
    const options = { cwd: work, timeout: TIME_LIMIT, env: { ...environment, LC_ALL: 'C' } };
    await run('apt-get', [...settings, '-q', 'update'], options);
    await run('apt-get', [...settings, '-q', 'download', 'mandoc'], options);
    const archive = (await readdir(work)).find((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new Error('apt-get download mandoc left no package');
    await run('dpkg-deb', ['-x', archive, 'root'], options);
    // Another process may have been faster: then its tree is as good as this one.
    await rename(path.join(work, 'root'), place).catch(() => undefined);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
