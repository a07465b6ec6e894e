/**
 * Finding a pair of programs `spiped` and `spipe` on disk, and telling C's from scripts.
 *
 * Not here: where to look; see locate.ts.
 */

import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';

/** The environment variables that decide where C spiped is looked for. */
export interface UpstreamEnvironment {
  readonly SPIPED_UPSTREAM?: string | undefined;
  readonly PATH?: string | undefined;
  readonly XDG_CACHE_HOME?: string | undefined;
  readonly HOME?: string | undefined;
}

/** Absolute paths of an implementation's two programs. */
export interface Programs {
  readonly spiped: string;
  readonly spipe: string;
}

/** How long a program may take to answer `-v`, in milliseconds. */
const VERSION_TIME_LIMIT = 20_000;

/**
 * The programs at `place`: a directory that holds `spiped` and `spipe`, or a tree of upstream's as it
 * is built, with `spiped/spiped` and `spipe/spipe`; or the path of a spiped, with its spipe where one of
 * these has it. Where no spipe is asked for, the path of it may lead nowhere.
 *
 * @throws Error saying what is missing or not executable.
 */
export async function programsAt(place: string, wanted = { spipe: true }): Promise<Programs> {
  const absolute = resolve(place);
  const entry = await stat(absolute).catch(() => {
    throw new Error('no such file or directory');
  });
  const spiped = entry.isDirectory() ? await spipedIn(absolute) : absolute;
  if (!(await isExecutable(spiped))) throw new Error(`expected an executable file ${spiped}`);
  const beside = join(dirname(spiped), 'spipe');
  const inTree = join(dirname(spiped), '..', 'spipe', 'spipe');
  for (const spipe of [beside, inTree]) {
    if (await isExecutable(spipe)) return { spiped, spipe };
  }
  if (!wanted.spipe) return { spiped, spipe: beside };
  throw new Error(`expected an executable file ${beside}`);
}

async function spipedIn(directory: string): Promise<string> {
  const flat = join(directory, 'spiped');
  const entry = await stat(flat).catch(() => undefined);
  return entry?.isDirectory() ? join(flat, 'spiped') : flat;
}

/** Is `path` a regular file that this user may execute? Symbolic links are followed. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Is `path` an executable in ELF or Mach-O format, as opposed to a script? */
export async function isNativeExecutable(path: string): Promise<boolean> {
  if (!(await isExecutable(path))) return false;
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && NATIVE_MAGIC.has(buffer.toString('hex'));
  } finally {
    await file.close();
  }
}

const NATIVE_MAGIC: ReadonlySet<string> = new Set([
  '7f454c46', // ELF
  'feedface', // Mach-O, 32 bits, big-endian
  'feedfacf', // Mach-O, 64 bits, big-endian
  'cefaedfe', // Mach-O, 32 bits, little-endian
  'cffaedfe', // Mach-O, 64 bits, little-endian
  'cafebabe', // Mach-O for several processors
]);

/**
 * The version that `spiped -v` names (`1.6.2`), or undefined where it does not answer as C spiped
 * does, which writes `spiped 1.6.2` to its standard error and exits with 0.
 */
export async function upstreamVersion(spiped: string): Promise<string | undefined> {
  const answer = await askVersion([spiped]);
  return answer === undefined ? undefined : /^spiped (1\.\d+\.\d+\S*)$/m.exec(answer)?.[1];
}

/**
 * What a program calls its version, for a label: what stands after its name in the answer to `-v`.
 * A tree that was never released says `@VERSION@` there; who says nothing of the kind has none.
 */
export async function versionLabel(command: readonly string[]): Promise<string> {
  return /^spiped (\S+)$/m.exec((await askVersion(command)) ?? '')?.[1] ?? 'of no version';
}

/** What a command prints when asked `-v`, on either stream; undefined where it fails. */
export async function askVersion(command: readonly string[]): Promise<string | undefined> {
  const [file, ...args] = command;
  if (file === undefined) return undefined;
  const result = await execa(file, [...args, '-v'], {
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: VERSION_TIME_LIMIT,
  });
  return result.failed ? undefined : result.all;
}
