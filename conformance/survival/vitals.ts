/**
 * A process as the operating system sees it: resident memory, descriptors, sockets.
 *
 * Linux only, from /proc: elsewhere the scenarios are skipped, loudly. Nothing here asks the process
 * itself, so that it works for any program.
 */

import { readdir, readFile, readlink } from 'node:fs/promises';
import { WAIT_LIMIT } from '../subjects/deadline.ts';

/** Why processes cannot be looked at on this system; undefined where they can. */
export const vitalsObstacle: string | undefined =
  process.platform === 'linux' ? undefined : 'memory and descriptors are read from Linux’s /proc';

/**
 * Resident memory, in bytes (VmRSS, proc(5)).
 *
 * @throws Error when there is no such process any more.
 */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} has ended`);
  return Number(kilobytes) * 1024;
}

/** How many descriptors are open; 0 when there is no such process any more. */
export async function descriptors(pid: number): Promise<number> {
  return (await linksOf(pid)).length;
}

/** How many of the descriptors are sockets, standard streams among them. */
export async function sockets(pid: number): Promise<number> {
  return (await linksOf(pid)).filter((link) => link.startsWith('socket:')).length;
}

/** What the descriptors lead to (proc(5)). */
async function linksOf(pid: number): Promise<readonly string[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => undefined));
  return (await Promise.all(links)).filter((link) => link !== undefined);
}

/**
 * Whether every thread of the process sleeps (proc(5)). One that was just started does not, before
 * it has all that it needs: its event loop has descriptors of its own.
 */
export async function isIdle(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const states = threads.map(async (thread) => {
    const status = await readFile(`/proc/${pid}/task/${thread}/status`, 'utf8').catch(() => '');
    return /^State:\t(.)/m.exec(status)?.[1] ?? 'S';
  });
  return (await Promise.all(states)).every((state) => state === 'S');
}

const POLL_INTERVAL = 20;

/**
 * Looks again and again until `done` says yes of what it sees or the limit, in milliseconds, is
 * over. Returns what it saw last, so that the caller says what that means.
 */
export async function watch<T>(
  look: () => T | Promise<T>,
  done: (seen: T) => boolean,
  limit: number = WAIT_LIMIT,
): Promise<T> {
  const deadline = Date.now() + limit;
  for (;;) {
    const seen = await look();
    if (done(seen) || Date.now() >= deadline) return seen;
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
  }
}

/** In bytes. */
export const MEBIBYTE = 1_048_576;

/** Bytes as a person reads them. */
export function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}

/** Looks at a process's memory at intervals, until it is told to stop. */
export class MemoryWatch {
  /** Resident memory in bytes, in order. */
  readonly samples: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number, milliseconds: number) {
    this.#timer = setInterval(() => {
      // A process that has ended is somebody else's finding.
      residentBytes(pid).then(
        (bytes) => this.samples.push(bytes),
        () => {},
      );
    }, milliseconds);
  }

  /** The most that was seen, in bytes. */
  get highest(): number {
    return Math.max(0, ...this.samples);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
