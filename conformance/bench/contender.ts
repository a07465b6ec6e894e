/**
 * What is compared: the columns of the table, and a pipe of one of them, ready to be measured.
 *
 *     the load's source → -e → -d → the load's target
 *
 * The column without a pipe is the same load alone: what it can do at most.
 */

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addressOf } from '../subjects/addresses.ts';
import type { Program } from '../subjects/program.ts';
import type { Scope } from '../subjects/scope.ts';
import { type Policy, startSpiped } from '../subjects/spiped.ts';
import type { Subject } from '../subjects/subject.ts';
import { processorSeconds } from './accounts.ts';
import type { Place } from './load/connection.ts';

/** A program that is measured, with the arguments that it always gets. */
export interface Contender {
  /** The column's title: `C`, `ours`. */
  readonly name: string;
  readonly subject: Subject;
  readonly more: readonly string[];
}

export interface PipeSettings {
  readonly policy?: Policy;
  /** `-n`; what the program itself takes, where not said. */
  readonly limit?: number;
}

/** Two running daemons, or nothing at all. */
export interface Pipe {
  /** Where the load connects to. */
  readonly entrance: Place;
  /** The `-e` end and the `-d` end; none without a pipe. */
  readonly ends: readonly [e: Program, d: Program] | readonly [];
}

/** No pipe: the load's two ends joined directly. */
export const noPipe = (target: Place): Pipe => ({ entrance: target, ends: [] });

/** Starts both daemons and waits until they listen; they end with the scope. */
export async function startPipe(
  scope: Scope,
  ends: { readonly e: Contender; readonly d: Contender },
  target: Place,
  { policy = 'none', limit }: PipeSettings = {},
): Promise<Pipe> {
  const key = join(scope.directory, 'key');
  await writeFile(key, randomBytes(32), { mode: 0o600 });
  const start = (contender: Contender, role: '-e' | '-d', to: ReturnType<typeof addressOf>) =>
    startSpiped(scope, contender.subject, {
      ...{ role, source: 'ipv4', target: to, key, policy },
      more: [...contender.more, ...(limit === undefined ? [] : ['-n', String(limit)])],
    });
  const d = await start(ends.d, '-d', addressOf('ipv4', target.port));
  const e = await start(ends.e, '-e', d.source);
  const { net } = e.source;
  if (!('port' in net)) throw new Error('a daemon on a path, where a port was asked for');
  return { entrance: net, ends: [e.program, d.program] };
}

/** Processor seconds that each end has used so far. */
export function processorSecondsOf(pipe: Pipe): readonly number[] {
  return pipe.ends.map(({ pid }) => processorSeconds(pid));
}
