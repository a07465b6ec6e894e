/**
 * Where C spiped is on this machine: the upstream implementation that interop is tested against.
 *
 * Looked for, in order: the environment's `SPIPED_UPSTREAM`, `PATH`, Debian's package unpacked in
 * a cache folder of the user. Nothing of the system is changed, and nothing is ever compiled.
 *
 * Not here: what tests do when there is none; see require.ts.
 */

import { delimiter, join } from 'node:path';
import { unpackDebianPackage } from './debian.ts';
import {
  isNativeExecutable,
  programsAt,
  type UpstreamEnvironment,
  upstreamVersion,
  versionLabel,
} from './programs.ts';

/** C spiped with the path of each program, its version such as `1.6.2`, and where it came from. */
export interface FoundUpstream {
  readonly found: true;
  readonly spiped: string;
  readonly spipe: string;
  readonly version: string;
  readonly origin: 'SPIPED_UPSTREAM' | 'PATH' | 'Debian package';
}

/** C spiped could not be had; `reason` is one line for a person. */
export interface MissingUpstream {
  readonly found: false;
  readonly reason: string;
}

export type Upstream = FoundUpstream | MissingUpstream;

let located: Promise<Upstream> | undefined;

/**
 * Finds C spiped; looks once a process. The first call on a machine may fetch a package and take
 * some seconds; it is bounded by the time limits of debian.ts.
 *
 * @throws Error, naming the value, when `SPIPED_UPSTREAM` is set and does not lead to C spiped:
 *   who names one implementation must never be shown the results of another.
 */
export function locateUpstream(): Promise<Upstream> {
  located ??= locateUpstreamIn(process.env);
  return located;
}

/** As {@link locateUpstream}, from the given environment and without remembering the answer. */
export async function locateUpstreamIn(environment: UpstreamEnvironment): Promise<Upstream> {
  const named = environment.SPIPED_UPSTREAM;
  if (named !== undefined && named !== '') return await atNamedPlace(named);
  return (await onPath(environment.PATH ?? '')) ?? (await fromDebian(environment));
}

async function atNamedPlace(named: string): Promise<FoundUpstream> {
  const programs = await programsAt(named).catch((error: unknown) => {
    throw new Error(`SPIPED_UPSTREAM=${named}: ${describe(error)}`);
  });
  // Who names a program knows which it is. What it calls its version is a label.
  const version = await versionLabel([programs.spiped]);
  return { found: true, ...programs, version, origin: 'SPIPED_UPSTREAM' };
}

async function onPath(path: string): Promise<FoundUpstream | undefined> {
  for (const directory of path.split(delimiter)) {
    if (directory === '') continue;
    const spiped = join(directory, 'spiped');
    const spipe = join(directory, 'spipe');
    // Our own commands are scripts of the same names, and npm puts them on PATH: only a native
    // executable can be the C program.
    if (!(await isNativeExecutable(spiped)) || !(await isNativeExecutable(spipe))) continue;
    const version = await upstreamVersion(spiped);
    if (version !== undefined) return { found: true, spiped, spipe, version, origin: 'PATH' };
  }
  return undefined;
}

async function fromDebian(environment: UpstreamEnvironment): Promise<Upstream> {
  try {
    const unpacked = await unpackDebianPackage(environment);
    return { found: true, ...unpacked, origin: 'Debian package' };
  } catch (error) {
    return {
      found: false,
      reason:
        'C spiped is not named by SPIPED_UPSTREAM, is not on PATH, ' +
        `and Debian's package cannot be had: ${describe(error)}`,
    };
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
