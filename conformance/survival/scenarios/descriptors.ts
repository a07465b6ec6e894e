/**
 * Goal: a daemon that runs out of descriptors goes on. With 128 of them and far more connections
 * arriving than that, it never exits, the transfer that is under way ends with the right hash, and as
 * soon as the flood is over a new connection works (CN-15). C spiped exits.
 */

import type { Scope } from '../../subjects/scope.ts';
import { Load } from '../load.ts';
import { AttackedPipe } from '../pipe.ts';
import { defineScenario, type Findings, type Setting } from '../scenario.ts';
import { Transfer, timeUntilItWorks } from '../transfer.ts';
import { descriptors as countDescriptors, MEBIBYTE } from '../vitals.ts';

interface Size {
  readonly connections: number;
  readonly transferBytes: number;
  /** From the end of the flood to the first new connection that works, in milliseconds. */
  readonly recoveryLimit: number;
}

const DESCRIPTORS = 128;

export const descriptors = defineScenario<Size>({
  name: 'descriptors',
  goal: 'out of descriptors at -e and at -d: no exit, no harm, and an end with the flood (CN-15, CN-24)',
  sizes: {
    short: { connections: 400, transferBytes: 4 * MEBIBYTE, recoveryLimit: 30_000 },
    long: { connections: 2_000, transferBytes: 64 * MEBIBYTE, recoveryLimit: 2_000 },
  },
  async run(size, setting, findings) {
    await flood('-e', size, setting, findings);
    await flood('-d', size, setting, findings);
  },
});

async function flood(
  role: '-e' | '-d',
  size: Size,
  { scope, subject }: Setting,
  findings: Findings,
): Promise<void> {
  const limited = { inside: ['prlimit', `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`] };
  const pipe = await AttackedPipe.open(scope, {
    entrance: subject,
    exit: subject,
    ...(role === '-e' ? { entranceSettings: limited } : { exitSettings: limited }),
  });
  const attacked = role === '-e' ? pipe.entrance : pipe.exit;
  const half = size.transferBytes / 2;
  const transfer = new Transfer(scope, pipe.entrance.source, size.transferBytes, half);
  await transfer.echoed(half);

  const load = startFlood(scope, attacked.source.net, size.connections);
  findings.figure(`at ${role}`, await load.line());
  findings.figure(`descriptors of ${role} in the flood`, `${await countDescriptors(attacked.pid)}`);
  transfer.release();
  findings.same(`${role}: the transfer under way is right`, await transfer.result, 'right');

  await load.kill();
  const time = await timeUntilItWorks(scope, pipe.entrance.source, size.recoveryLimit);
  findings.verdict(
    `${role}: within ${size.recoveryLimit / 1000} s of the flood's end a new connection works`,
    time !== undefined && time <= size.recoveryLimit,
    time === undefined ? 'none does' : `after ${Math.round(time)} ms`,
  );
  await pipe.judgeAftermath(scope, findings);
}

function startFlood(scope: Scope, net: object, connections: number): Load {
  if (!('host' in net && 'port' in net)) throw new Error('a flood needs an IP address');
  return new Load(scope, 'flood', [String(net.host), String(net.port), String(connections)]);
}
