/**
 * What every refused or broken connection looks like from outside, whatever the reason.
 */

import { expect } from 'vitest';
import type { Program } from '../subjects/program.ts';
import type { Scope } from '../subjects/scope.ts';
import type { Pairing } from './pairing.ts';
import { Pipe, type PipeSettings } from './pipe.ts';
import type { PlainEnd } from './plain-end.ts';
import { sink, Target } from './targets.ts';

export interface Refusal {
  readonly settings: Omit<PipeSettings, 'target'>;
  /** Which end can know the reason and has to report it, if its subject reports at all. */
  readonly knowing: 'client' | 'server' | 'both';
}

/**
 * Sends bytes into a pipe whose ends must refuse each other. Expects that the client sees a close
 * with nothing before it, that spipe exits with 1 and a line, that daemons go on running, and that
 * no byte reaches the target: neither the client's own nor noise.
 */
export async function expectRefused(
  scope: Scope,
  pairing: Pairing,
  { settings, knowing }: Refusal,
): Promise<void> {
  const target = await Target.start(scope, sink);
  const pipe = await Pipe.open(scope, pairing, { ...settings, target: target.address });
  const { end, encrypting } = pipe.connect();
  end.send(Buffer.from('this must not arrive'));

  await end.received.over();
  expect(end.received.bytes).toBe(0);
  if (pairing.entry === 'spipe') {
    await expectSpipeFails(pairing, end, encrypting);
  } else {
    expect(encrypting.running).toBe(true);
    if (knowing !== 'server' && pairing.client.reportsFailures) await encrypting.complaint();
  }
  expect(pipe.server.running).toBe(true);
  if (knowing !== 'client' && pairing.server.reportsFailures) await pipe.server.complaint();

  // With the daemons gone nothing more can arrive, so what has arrived is all there ever is.
  await pipe.kill();
  for (const { received } of await target.settle()) expect(received.bytes).toBe(0);
}

/** Expects that the pairing's spipe exits with 1 and has written why; see the quirk of C's. */
export async function expectSpipeFails(
  { client }: Pairing,
  end: PlainEnd,
  spipe: Program,
): Promise<void> {
  const ending = await end.over();
  if (ending === 'exit SIGPIPE' && client.spipeMayDieOfSigpipe) return;
  expect(ending).toBe('exit 1');
  await spipe.complaint();
}
