/** Who takes part: C spiped where it can be had, ours, and ours with other settings. */

import { execa } from 'execa';
import { ours, type Subject, upstreamSubject } from '../subjects/subject.ts';
import { locateUpstream } from '../upstream/locate.ts';
import type { Contender } from './contender.ts';
import { C, OURS } from './report.ts';

export interface Contenders {
  readonly all: readonly Contender[];
  /** Versions of ours, and of C's where it takes part. */
  readonly ours: string;
  readonly c: string | null;
  /** What was asked for and cannot be had, each a line. */
  readonly notes: readonly string[];
}

/** @throws Error when our own commands are not built, or the other Node does not run. */
export async function findContenders(
  asked: { readonly workers?: number; readonly node?: string } = {},
): Promise<Contenders> {
  const notes: string[] = [];
  const upstream = await locateUpstream();
  if (!upstream.found)
    notes.push(`C spiped is missing, ours is measured alone: ${upstream.reason}`);
  const own = await ours();

  let more: readonly string[] = [];
  if (asked.workers !== undefined) {
    if (await takesWorkers(own)) more = ['--workers', String(asked.workers)];
    else notes.push('--workers: our spiped does not have this option; measured without');
  }
  const all: Contender[] = [];
  if (upstream.found) all.push({ name: C, subject: upstreamSubject(upstream), more: [] });
  all.push({ name: OURS, subject: own, more });
  if (more.length > 0) notes.push(`our daemons run with ${more.join(' ')}`);
  if (asked.node !== undefined) {
    const { stdout: version } = await execa(asked.node, ['-p', 'process.versions.node']);
    const [, ...script] = own.spiped;
    const subject: Subject = { ...own, spiped: [asked.node, ...script] };
    all.push({ name: `${OURS}, Node ${version}`, subject, more });
  }
  return { all, ours: own.version, c: upstream.found ? upstream.version : null, notes };
}

async function takesWorkers({ spiped: [file, ...before] }: Subject): Promise<boolean> {
  const { stdout } = await execa(file, [...before, '--help']);
  return stdout.includes('--workers');
}
