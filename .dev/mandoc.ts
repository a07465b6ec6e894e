/**
 * Where mandoc is, the program that checks the manual pages: on `PATH`, or else Debian's package,
 * unpacked into a cache folder of the user. Nothing is installed and no privileges are needed;
 * where neither is possible, it is said why.
 */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, unpackInto } from '../conformance/upstream/debian.ts';

const run = promisify(execFile);

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

/** Fetch the package, and unpack it to `place`, whole or not at all. */
async function unpackPackage(place: string, environment: NodeJS.ProcessEnv): Promise<void> {
  await mkdir(path.dirname(place), { recursive: true });
  const work = await mkdtemp(path.join(path.dirname(place), 'unfinished-'));
  try {
    const root = await unpackInto(work, 'mandoc', environment);
    // Another process may have been faster: then its tree is as good as this one.
    await rename(root, place).catch(() => undefined);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
