/**
 * Debian's package of C spiped, unpacked into a cache folder of the user.
 *
 * The package manager runs with private state folders: it needs no privileges, installs nothing
 * and leaves the system's own lists alone. What is unpacked is kept and used again.
 *
 * Not here: any way to compile the C source. Where there is no Debian, there is no package.
 */

import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import {
  isExecutable,
  type Programs,
  type UpstreamEnvironment,
  upstreamVersion,
} from './programs.ts';

/** Time limits in milliseconds. An unreachable mirror must not hold up a test run for long. */
const UPDATE_TIME_LIMIT = 90_000;
const DOWNLOAD_TIME_LIMIT = 60_000;
const UNPACK_TIME_LIMIT = 30_000;

/** Work folders older than this (milliseconds) were left by an interrupted run. */
const ABANDONED_AFTER = 3_600_000;

const WORK_PREFIX = 'unfinished-';
const PACKAGE_PREFIX = `debian-${process.arch}-`;

/** The programs of the unpacked package, and their version. */
export interface UnpackedPackage extends Programs {
  readonly version: string;
}

/**
 * Returns the cached package, or fetches it. Safe to call from several processes at once, and
 * after an interruption: a package appears in the cache whole, by one rename.
 *
 * @throws Error with one line saying why there is no package: no Debian, no network, and so on.
 */
export async function unpackDebianPackage(
  environment: UpstreamEnvironment,
): Promise<UnpackedPackage> {
  const cache = cacheFolder(environment);
  const cached = await findCached(cache);
  if (cached !== undefined) return cached;

  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  const work = await mkdtemp(join(cache, WORK_PREFIX));
  try {
    const root = await unpackInto(work, 'spiped', environment);
    const unpacked = await programsIn(root);
    if (unpacked === undefined) throw new Error('the unpacked spiped does not run here');
    await publish(root, join(cache, `${PACKAGE_PREFIX}${unpacked.version}`));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const published = await findCached(cache);
  if (published === undefined) throw new Error(`the cache ${cache} does not keep its files`);
  return published;
}

/**
 * The package of this name, fetched and unpacked into a folder below `work`, whose path is returned.
 *
 * @throws Error with one line, as `unpackDebianPackage`
 */
export async function unpackInto(
  work: string,
  name: string,
  environment: UpstreamEnvironment,
): Promise<string> {
  const aptGet = await toolOnPath('apt-get', environment);
  const dpkgDeb = await toolOnPath('dpkg-deb', environment);
  const root = join(work, 'root');
  const archive = await download(aptGet, name, work);
  await run(dpkgDeb, ['-x', archive, root], work, UNPACK_TIME_LIMIT);
  return root;
}

/** Where packages are kept. */
export function cacheFolder(environment: UpstreamEnvironment): string {
  const { XDG_CACHE_HOME: base, HOME: home } = environment;
  // The XDG base directory specification: an empty value counts as unset.
  const caches = base !== undefined && base !== '' ? base : join(home ?? homedir(), '.cache');
  return join(caches, 'spiped-conformance');
}

async function findCached(cache: string): Promise<UnpackedPackage | undefined> {
  const names = await readdir(cache).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(PACKAGE_PREFIX)).sort()) {
    const unpacked = await programsIn(join(cache, name));
    if (unpacked !== undefined) return unpacked;
  }
  return undefined;
}

async function programsIn(root: string): Promise<UnpackedPackage | undefined> {
  const spiped = join(root, 'usr', 'bin', 'spiped');
  const spipe = join(root, 'usr', 'bin', 'spipe');
  if (!(await isExecutable(spiped)) || !(await isExecutable(spipe))) return undefined;
  const version = await upstreamVersion(spiped);
  return version === undefined ? undefined : { spiped, spipe, version };
}

async function download(aptGet: string, name: string, work: string): Promise<string> {
  const state = join(work, 'state');
  const archives = join(work, 'cache');
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(join(archives, 'archives', 'partial'), { recursive: true });
  const privateState = [
    ['Dir::State', state],
    ['Dir::State::status', '/var/lib/dpkg/status'],
    ['Dir::Cache', archives],
    ['Debug::NoLocking', '1'],
    // Only matters to root: the sandbox's user could not write into a private folder.
    ['APT::Sandbox::User', 'root'],
    ['Acquire::Retries', '1'],
    ['Acquire::http::Timeout', '20'],
    ['Acquire::https::Timeout', '20'],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);

  const update = await run(aptGet, [...privateState, '-q', 'update'], work, UPDATE_TIME_LIMIT);
  await run(aptGet, [...privateState, '-q', 'download', name], work, DOWNLOAD_TIME_LIMIT).catch(
    (error: Error) => {
      // An update that reached no mirror succeeds, with warnings; they are the real reason.
      const warning = update.split('\n').find((line) => line.startsWith('W: '));
      throw warning === undefined ? error : new Error(`${error.message} (${warning})`);
    },
  );
  const archive = (await readdir(work)).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error(`apt-get download ${name} left no package`);
  return join(work, archive);
}

/** Moves the finished tree to its place. A tree that is already there is another caller's. */
async function publish(root: string, place: string): Promise<void> {
  try {
    await rename(root, place);
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
    if ((await programsIn(place)) !== undefined) return;
    // What is there does not run: a damaged cache. Put it aside first, so that at no time there
    // is half a package in its place.
    const damaged = await mkdtemp(`${root}-damaged-`);
    await rename(place, join(damaged, 'root')).catch(() => undefined);
    await rename(root, place).catch((retry: unknown) => {
      if (!isAlreadyThere(retry)) throw retry;
    });
  }
}

function isAlreadyThere(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}

async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(WORK_PREFIX)) continue;
    const path = join(cache, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > ABANDONED_AFTER) await rm(path, { recursive: true, force: true });
  }
}

async function toolOnPath(name: string, environment: UpstreamEnvironment): Promise<string> {
  for (const directory of (environment.PATH ?? '').split(delimiter)) {
    const path = join(directory, name);
    if (directory !== '' && (await isExecutable(path))) return path;
  }
  throw new Error(`there is no ${name} on PATH`);
}

/** Runs a tool to its end and returns what it printed. Throws Error with its last complaint. */
async function run(
  file: string,
  args: readonly string[],
  cwd: string,
  timeLimit: number,
): Promise<string> {
  const result = await execa(file, args, {
    cwd,
    reject: false,
    stdin: 'ignore',
    all: true,
    timeout: timeLimit,
    forceKillAfterDelay: 2_000,
    env: { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (!result.failed) return result.all;
  const what = `${file} ${args.at(-2) === '-q' ? args.at(-1) : args.slice(-2).join(' ')}`;
  if (result.timedOut) throw new Error(`${what} took longer than ${timeLimit / 1000} s`);
  const complaint = result.all.split('\n').findLast((line) => /^(E:|dpkg-deb:)/.test(line));
  throw new Error(`${what} failed: ${complaint ?? result.shortMessage}`);
}
