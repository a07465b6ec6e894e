/**
 * What every refused or broken connection looks like from outside, whatever the reason.
 */

import { expect } from 'vitest';
import type { Program } from '../subjects/program.ts';
import type { Cell } from './case.ts';
import type { Pairing } from './pairing.ts';
import type { PlainEnd } from './plain-end.ts';
import type { LineSettings } from './stage.ts';
import { sink } from './targets.ts';

export interface Refusal {
  readonly settings: LineSettings;
  /**
   * Which end can know the reason and has to report it, if its subject reports at all. Ours says
   * one thing five times in ten seconds at most, so no daemon may be shared by more such cells.
   */
  readonly knowing: 'client' | 'server' | 'both';
}

/**
 * Sends bytes into a pipe whose ends must refuse each other. Expects that the client sees a close
 * with nothing before it, that spipe exits with 1 and a line, that daemons go on running, and that
 * no byte reaches the target: neither the client's own nor noise.
 */
export async function expectRefused(
  { pairing, line: open }: Cell,
  { settings, knowing }: Refusal,
): Promise<void> {
  const line = await open(settings);
  const call = line.connect(sink);
  const { end, encrypting } = call;
  end.send(Buffer.from('this must not arrive'));

  await end.received.over();
  expect(end.received.bytes).toBe(0);
  if (pairing.entry === 'spipe') {
    await expectSpipeFails(pairing, end, encrypting);
  } else {
    expect(encrypting.running).toBe(true);
    if (knowing !== 'server' && pairing.client.reportsFailures) await line.clientComplaint(call);
  }
  expect(line.server.running).toBe(true);
  if (knowing !== 'client' && pairing.server.reportsFailures) await line.serverComplaint();

  // Where the connection is over at the target, nothing more can arrive.
  for (const { received } of await line.settle()) expect(received.bytes).toBe(0);
}

/** Expects that the pairing's spipe exits with 1 and has written why; see the quirk of C's. */
export async function expectSpipeFails(
  { client }: Pairing,
  end: PlainEnd,
  spipe: Program,
): Promise<void> {
  const ending = await end.over();
  if (/^exit SIG(PIPE|SEGV)$/.test(ending) && client.spipeMayDieBySignal) return;
  expect(ending).toBe('exit 1');
  await spipe.complaint();
}
