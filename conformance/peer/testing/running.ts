/**
 * Programs that the peer meets in tests: C's or ours, running, in one role each.
 *
 * Not of the peer itself, which starts nothing and knows only addresses.
 */

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addressOf } from '../../subjects/addresses.ts';
import { WAIT_LIMIT } from '../../subjects/deadline.ts';
import type { Program } from '../../subjects/program.ts';
import type { Scope } from '../../subjects/scope.ts';
import { startSpiped } from '../../subjects/spiped.ts';
import { ours, type Subject, upstreamSubject } from '../../subjects/subject.ts';
import { upstreamForTests } from '../../upstream/require.ts';
import type { Needs } from '../misbehaviour.ts';
import type { Role } from '../parameters.ts';
import { ClientReach, Door, type Reach, ServerReach } from '../reach.ts';

/**
 * Milliseconds that one step may take, and a demanded close: long before the 60 seconds of `-o` that
 * these programs are started with, and far above what a right one takes on a busy machine.
 */
export const LIMIT = WAIT_LIMIT;

export const GREETING = Buffer.from('what the plain end says at once');

/** A program in one role, and the way to it. */
export interface Running {
  readonly program: Program;
  readonly reach: Reach;
}

/** Ours and C's, and which cannot be had. */
export async function subjectsUnderTest(): Promise<{
  readonly subjects: readonly Subject[];
  readonly skipped: readonly string[];
}> {
  const upstream = await upstreamForTests('the independent peer against C spiped');
  if (upstream === undefined) return { subjects: [await ours()], skipped: ['C'] };
  return { subjects: [await ours(), upstreamSubject(upstream)], skipped: [] };
}

/**
 * Starts the subject's spiped in this role, with a key file of its own that ends with a newline,
 * and what is needed. It ends with the scope.
 */
export async function start(
  scope: Scope,
  subject: Subject,
  role: Role,
  needs: Needs = {},
  greeting: Buffer = GREETING,
): Promise<Running> {
  const keyFile = Buffer.concat([randomBytes(40), Buffer.from('\n')]);
  const key = join(scope.directory, `key-${randomBytes(4).toString('hex')}`);
  await writeFile(key, keyFile, { mode: 0o600 });
  // Of a server the target, which speaks first; of a client the peer, which does not.
  const door = await Door.open(LIMIT, role === 'server' ? greeting : undefined);
  scope.onClose(() => door.close());
  const { program, source } = await startSpiped(scope, subject, {
    role: role === 'server' ? '-d' : '-e',
    source: 'ipv4',
    key,
    ...needs,
    target: addressOf('ipv4', door.port),
  });
  const MeansOfReach = role === 'server' ? ServerReach : ClientReach;
  return { program, reach: new MeansOfReach(keyFile, source.net, door, greeting, LIMIT) };
}
