/** Who takes part: C spiped where it can be had, ours, ours with workers, ours with another Node. */

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

/** Columns beside C's and ours. */
export interface MoreColumns {
  /** Ours with `--workers N`, a column for each. */
  readonly workers?: readonly number[];
  /** Ours run by this Node binary, or by the {@link NEWEST}. */
  readonly node?: string;
}

/** The newest Node that npm installs; it is kept in npm's cache. */
export const NEWEST = 'newest';

/** @throws Error when our own commands are not built, or the other Node does not run. */
export async function findContenders(asked: MoreColumns = {}): Promise<Contenders> {
  const notes: string[] = [];
  const upstream = await locateUpstream();
  if (!upstream.found)
    notes.push(`C spiped is missing, ours is measured alone: ${upstream.reason}`);
  const own = await ours();

  const all: Contender[] = [];
  if (upstream.found) all.push({ name: C, subject: upstreamSubject(upstream), more: [] });
  all.push({ name: OURS, subject: own, more: [] });
  for (const count of asked.workers ?? []) {
    const more = ['--workers', String(count)];
    all.push({ name: `${OURS}, ${more.join(' ')}`, subject: own, more });
  }
  if (asked.node !== undefined) {
    const node = asked.node === NEWEST ? await installNewestNode() : asked.node;
    const { stdout: version } = await execa(node, ['-p', 'process.versions.node']);
    const subject: Subject = { ...own, environment: { SPIPED_NODE: node } };
    all.push({ name: `${OURS}, Node ${version}`, subject, more: [] });
  }
  return { all, ours: own.version, c: upstream.found ? upstream.version : null, notes };
}

/** The path of its binary. */
async function installNewestNode(): Promise<string> {
  const { stdout } = await execa('npm', [
    ...['exec', '--yes', '--package=node@latest', '--'],
    ...['node', '-p', 'process.execPath'],
  ]);
  return stdout;
}
