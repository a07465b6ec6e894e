/**
 * Goal: an hour of a busy server in two minutes. Short connections at full rate, our end against C in
 * both directions: no wrong byte, no leaked descriptor, and memory that stays where it was (CN-8, CN-10).
 */

import type { Subject } from '../../subjects/subject.ts';
import { Load } from '../load.ts';
import type { Churned } from '../loads/churn.ts';
import { AttackedPipe } from '../pipe.ts';
import { defineScenario, type Findings, type Setting } from '../scenario.ts';
import { MEBIBYTE, MemoryWatch, mebibytes } from '../vitals.ts';

interface Size {
  /** In each direction. */
  readonly seconds: number;
  /** How much the memory of the last third may be above that of the one before it, in bytes. */
  readonly mayGrow: (before: number) => number;
}

export const churn = defineScenario<Size>({
  name: 'churn',
  goal: 'short connections at full rate against C: no wrong byte, no leak, flat memory (CN-8, CN-10)',
  needsUpstream: true,
  sizes: {
    short: { seconds: 2, mayGrow: () => 64 * MEBIBYTE },
    long: { seconds: 120, mayGrow: (before) => 0.1 * before },
  },
  async run(size, setting, findings) {
    const { subject, upstream } = setting;
    if (upstream === undefined) throw new Error('this needs C spiped');
    await direction('-e', [subject, upstream], size, setting, findings);
    await direction('-d', [upstream, subject], size, setting, findings);
  },
});

async function direction(
  role: '-e' | '-d',
  [entrance, exit]: readonly [Subject, Subject],
  { seconds, mayGrow }: Size,
  { scope }: Setting,
  findings: Findings,
): Promise<void> {
  const title = `${entrance.name} -e → ${exit.name} -d`;
  const pipe = await AttackedPipe.open(scope, { entrance, exit });
  const judged = role === '-e' ? pipe.entrance : pipe.exit;
  const memory = new MemoryWatch(judged.pid, (seconds * 1000) / SAMPLES);
  const { net } = pipe.entrance.source;
  if (!('port' in net)) throw new Error('a load needs an IP address');
  const load = new Load(scope, 'churn', [net.host, String(net.port), String(seconds * 1000)]);
  const churned = JSON.parse(await load.line((seconds + GRACE) * 1000)) as Churned;
  memory.stop();

  const rate = Math.round(churned.connections / seconds);
  findings.figure(title, `${churned.connections} connections, ${rate} a second`);
  findings.figure(title, `${mebibytes(churned.bytes)} there and back`);
  findings.same(`${title}: connections that went wrong`, JSON.stringify(churned.failures), '{}');
  const third = Math.floor(memory.samples.length / 3);
  const before = average(memory.samples.slice(third, 2 * third));
  const last = average(memory.samples.slice(2 * third));
  findings.verdict(
    `${title}: memory is flat within ${mebibytes(mayGrow(before))}`,
    last - before <= mayGrow(before),
    `${mebibytes(before)} in the second third of the time, ${mebibytes(last)} in the last`,
  );
  await pipe.judgeAftermath(scope, findings);
}

const SAMPLES = 60;
/** Seconds for the last connections and for starting. */
const GRACE = 30;

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / Math.max(1, numbers.length);
}
