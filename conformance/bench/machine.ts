/** What the figures of a run belong to: processor, cores, system, load. No host name, no path. */

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, type } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly system: string;
}

export function describeMachine(): Machine {
  return {
    processor: processorModel(),
    cores: availableParallelism(),
    system: `${type()} ${release()}`,
  };
}

/** Average load over the last minute. */
export function loadNow(): number {
  return loadavg()[0] ?? 0;
}

function processorModel(): string {
  let table = '';
  try {
    table = readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    // Not Linux.
  }
  return /^model name\s*:\s*(.+)$/m.exec(table)?.[1] ?? cpus()[0]?.model ?? 'unknown processor';
}
