/**
 * What the operating system says a process has used: processor time and memory, its children
 * (workers) included. Linux, from /proc. Nothing is asked of the process itself.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { residentBytes } from '../survival/vitals.ts';

/** Ticks of the accounts in /proc, per second. */
let ticksPerSecond: number | undefined;

/**
 * Processor time in seconds, of user and system, all threads, since the process began. The grain is
 * a tick, mostly 10 ms.
 *
 * @throws Error when there is no such process any more.
 */
export function processorSeconds(pid: number): number {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  let ticks = 0;
  for (const each of withDescendants(pid)) {
    // After the name, which may hold anything: fields 14 to 17, proc(5), children that have ended
    // among them.
    const stat = readFileSync(`/proc/${each}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    for (const field of fields.slice(11, 15)) ticks += Number(field);
  }
  return ticks / ticksPerSecond;
}

/** Resident memory in bytes. */
export async function resident(pid: number): Promise<number> {
  const sizes = await Promise.all(withDescendants(pid).map(residentBytes));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function withDescendants(pid: number): readonly number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    return childrenOf(pid, thread)
      .split(' ')
      .filter((each) => each !== '');
  });
  return [pid, ...children.flatMap((child) => withDescendants(Number(child)))];
}

/** Process ids with blanks between them; none of a thread that has ended since it was listed. */
function childrenOf(pid: number, thread: string): string {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
  } catch {
    return '';
  }
}
