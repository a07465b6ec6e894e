/**
 * Goal: whatever a target does, its client is told by a close and nothing is left: it refuses, resets,
 * accepts and closes, accepts and never speaks, does not even accept; a hundred times in turn, and
 * after each time the next good connection works (CN-4, TM-2, TM-3, CN-15). At either end.
 */

import { connect, type Socket } from 'node:net';
import { type Address, newAddress } from '../../subjects/addresses.ts';
import { within } from '../../subjects/deadline.ts';
import type { Scope } from '../../subjects/scope.ts';
import { blockPort } from '../blocked-port.ts';
import { AttackedPipe } from '../pipe.ts';
import { echoing, type Manner, PlainServer } from '../plain-server.ts';
import { defineScenario, type Findings, type Setting } from '../scenario.ts';
import { timeUntilItWorks } from '../transfer.ts';

interface Size {
  readonly rounds: number;
  /** `-o`, in seconds: what each target that hangs costs. */
  readonly patience: number;
}

export const badTargets = defineScenario<Size>({
  name: 'bad-targets',
  goal: 'targets that refuse, reset, close, are mute or hang: every client is told (CN-4, TM-2, TM-3)',
  sizes: {
    short: { rounds: 2, patience: 0.5 },
    long: { rounds: 100, patience: 0.25 },
  },
  async run(size, setting, findings) {
    // They share nothing but the clock: most of this is waiting for `-o`. Both to their ends, so that
    // neither starts anything when the other has failed and all is being undone.
    const sufferings = (['-e', '-d'] as const).map((role) => suffer(role, size, setting, findings));
    await Promise.allSettled(sufferings);
    await Promise.all(sufferings);
  },
});

async function suffer(
  role: '-e' | '-d',
  { rounds, patience }: Size,
  { scope, subject }: Setting,
  findings: Findings,
): Promise<void> {
  const address = await newAddress('ipv4', scope.directory);
  // In front of -d packets pass through; behind it there is nothing else but an echo.
  let good: Manner = echoing;
  const openGate = () => PlainServer.start(scope, good, portOf(address));
  let gate: PlainServer | undefined;
  const between = async (exit: Address) => {
    good = passingTo(exit);
    gate = await openGate();
    return address;
  };
  if (role === '-d') gate = await openGate();
  const pipe = await AttackedPipe.open(scope, {
    entrance: subject,
    exit: subject,
    ...(role === '-e'
      ? { entranceSettings: { patience }, between }
      : { exitSettings: { patience }, behind: address }),
  });
  await gate?.close();
  const troubles = role === '-e' ? [...TROUBLES, mute] : TROUBLES;
  const source = pipe.entrance.source;
  let told = 0;
  let worked = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const trouble of troubles) {
      const undo = await trouble(scope, address);
      await within(`a client of ${role} is told`, beTurnedAway(scope, source));
      told += 1;
      await undo();
      gate = await openGate();
      if ((await timeUntilItWorks(scope, source)) !== undefined) worked += 1;
      await gate.close();
    }
  }
  const expected = rounds * troubles.length;
  findings.same(`${role}: clients that were told by a close`, told, expected);
  findings.same(`${role}: good connections that worked in between`, worked, expected);
  gate = await openGate();
  await pipe.judgeAftermath(scope, findings);
}

/** Makes the target at this address bad; returns what undoes it. */
type Trouble = (scope: Scope, gate: Address) => Promise<() => Promise<void>>;

const withServer =
  (manner: Manner): Trouble =>
  async (scope, gate) => {
    const server = await PlainServer.start(scope, manner, portOf(gate));
    return () => server.close();
  };

const refuse: Trouble = async () => async () => {};
const reset = withServer((socket) => socket.resetAndDestroy());
const close = withServer((socket) => socket.resume().end());
const mute = withServer((socket) => socket.resume());
const hang: Trouble = async (scope, gate) => {
  const blocked = await blockPort(scope, portOf(gate));
  return () => blocked.release();
};

const TROUBLES: readonly Trouble[] = [refuse, reset, close, hang];

function portOf(address: Address): number {
  if ('port' in address.net) return address.net.port;
  throw new Error('a gate has a port');
}

function passingTo(behind: Address): Manner {
  return (socket) => {
    const onward = connect({ ...behind.net, allowHalfOpen: true });
    const drop = (): void => {
      socket.destroy();
      onward.destroy();
    };
    onward.on('error', drop);
    socket.on('error', drop);
    socket.pipe(onward).pipe(socket);
  };
}

/** Connects, says something, and waits until it is told that nothing comes of it. */
async function beTurnedAway(scope: Scope, source: Address): Promise<void> {
  const socket: Socket = connect({ ...source.net });
  scope.onClose(() => socket.destroy());
  socket.on('error', () => {});
  socket.resume().write('is anybody there?');
  await new Promise((resolve) => socket.once('close', resolve));
}
