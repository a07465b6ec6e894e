/**
 * Goal: connections broken by RST, at any stage, leave nothing behind: before, in and after the
 * handshake, in mid-packet, against a FIN, from the client and from the target (CN-11, CN-15). C
 * spiped 1.6.2 can abort.
 */

import { randomBytes, randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { PACKET_BYTES } from '../../../src/protocol/index.ts';
import type { Address } from '../../subjects/addresses.ts';
import { within } from '../../subjects/deadline.ts';
import type { Daemon } from '../daemon.ts';
import { AttackedPipe } from '../pipe.ts';
import { echoing, type Manner } from '../plain-server.ts';
import { type Ending, endBy } from '../reset.ts';
import { defineScenario, type Findings } from '../scenario.ts';
import { MEBIBYTE, mebibytes, residentBytes } from '../vitals.ts';
import { type BrokenDialogue, breakOff, HANDSHAKE_BYTES } from '../wire-peer.ts';

interface Size {
  /** At each of the two ends. */
  readonly connections: number;
  /** After so many of them the memory is noted. */
  readonly settled: number;
  /** How much memory may be above what was noted, given that. In bytes. */
  readonly mayGrow: (noted: number) => number;
}

export const resets = defineScenario<Size>({
  name: 'resets',
  goal: 'connections ended by RST at every stage, of -e and of -d, leave nothing (CN-11, CN-15)',
  sizes: {
    short: { connections: 240, settled: 80, mayGrow: () => 64 * MEBIBYTE },
    long: { connections: 5_000, settled: 1_000, mayGrow: (noted) => 0.15 * noted },
  },
  async run(size, { scope, subject }, findings) {
    for (const role of ['-e', '-d'] as const) {
      const pipe = await AttackedPipe.open(scope, { entrance: subject, exit: subject });
      const attacked = role === '-e' ? pipe.entrance : pipe.exit;
      pipe.target.manner = breaking();
      const breakOne =
        role === '-e'
          ? (n: number) => breakPlain(attacked.source, n)
          : (n: number) => breakOff(attacked.source, pipe.key, dialogue(n));
      await breakMany(0, size.settled, breakOne);
      const noted = await memoryWhenIdle(attacked);
      await breakMany(size.settled, size.connections, breakOne);
      const memory = await memoryWhenIdle(attacked);
      judgeMemory(role, size, noted, memory, findings);
      await pipe.judgeAftermath(scope, findings);
    }
  },
});

function judgeMemory(
  role: string,
  size: Size,
  noted: number,
  memory: number,
  findings: Findings,
): void {
  const grown = `${mebibytes(noted)} after ${size.settled}, ${mebibytes(memory)} after ${size.connections}`;
  findings.verdict(
    `${role}: memory stays within ${mebibytes(size.mayGrow(noted))} of what it was`,
    memory - noted <= size.mayGrow(noted),
    grown,
  );
}

async function memoryWhenIdle(daemon: Daemon): Promise<number> {
  await daemon.settle();
  return await residentBytes(daemon.pid);
}

/** How many are broken at one time. */
const ABREAST = 24;

async function breakMany(
  from: number,
  to: number,
  breakOne: (n: number) => Promise<void>,
): Promise<void> {
  let next = from;
  const lane = async (): Promise<void> => {
    while (next < to) {
      const n = next++;
      await within(`connection ${n} breaks`, breakOne(n));
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, lane));
}

const ENDINGS: readonly Ending[] = ['reset', 'gone'];

/** The stages of a peer that speaks the protocol: from how many bytes on it breaks off. */
const STAGES: readonly (() => Omit<BrokenDialogue, 'ending'>)[] = [
  // Before the handshake: perhaps before it is accepted.
  () => ({ sends: 0, waits: false }),
  // In the nonce, after it, in the public value, just after it.
  () => ({ sends: randomInt(1, 32), waits: false }),
  () => ({ sends: 32, waits: false }),
  () => ({ sends: randomInt(33, HANDSHAKE_BYTES), waits: false }),
  () => ({ sends: HANDSHAKE_BYTES, waits: false }),
  // In the first packet, in a later one, at a packet's end; with the other end silent or sending.
  () => ({ sends: HANDSHAKE_BYTES + randomInt(1, PACKET_BYTES), waits: false }),
  () => ({ sends: HANDSHAKE_BYTES + PACKET_BYTES + randomInt(1, PACKET_BYTES), waits: true }),
  () => ({ sends: HANDSHAKE_BYTES + randomInt(2, 40) * PACKET_BYTES, waits: false }),
  () => ({ sends: HANDSHAKE_BYTES + 8 * PACKET_BYTES, waits: true }),
];

/** The n-th: each stage comes with each ending. */
function dialogue(n: number): BrokenDialogue {
  const stage = STAGES[n % STAGES.length] ?? (() => ({ sends: 0, waits: false }));
  return { ...stage(), ending: ENDINGS[Math.floor(n / STAGES.length) % 2] ?? 'reset' };
}

/** What a client of `-e` sends before it breaks off. */
const AMOUNTS = [0, 1, 700, 5_000, 400_000];

/** A client without the protocol: breaks off at once, or when something has come back. */
async function breakPlain(source: Address, n: number): Promise<void> {
  const socket = connect({ ...source.net, allowHalfOpen: true });
  const amount = AMOUNTS[n % AMOUNTS.length] ?? 0;
  const manner = Math.floor(n / AMOUNTS.length);
  const ending = ENDINGS[manner % 2] ?? 'reset';
  const waits = amount > 0 && manner % 4 >= 2;
  const endsFirst = manner % 8 >= 6;
  socket.on('error', () => {});
  socket.on('end', () => socket.destroy());
  socket.once('connect', () => {
    if (amount > 0) socket.write(randomBytes(amount));
    // An end in order, and at the target somebody who resets: RST against FIN.
    if (endsFirst) socket.end();
    else if (!waits) endBy(socket, ending);
  });
  socket.on('data', () => {
    if (waits && !endsFirst) endBy(socket, ending);
  });
  await new Promise((resolve) => socket.once('close', resolve));
}

/** A target that mostly echoes, and sometimes breaks off by itself. */
function breaking(): Manner {
  let count = 0;
  const manners: readonly Manner[] = [
    echoing,
    echoing,
    (socket) => endBy(socket, 'reset'),
    (socket) => {
      socket.resume();
      for (const what of ['data', 'end']) socket.once(what, () => endBy(socket, 'reset'));
    },
    (socket) => {
      socket.pipe(socket, { end: false });
      socket.once('end', () => endBy(socket, 'reset'));
    },
    sayAndGo,
    echoing,
  ];
  return (socket) => {
    count += 1;
    (manners[count % manners.length] ?? echoing)(socket);
  };
}

/** Speaks first and is gone: what the client sends meets a RST. */
function sayAndGo(socket: Socket): void {
  socket.resume();
  socket.end('busy, try later\r\n', () => socket.destroy());
}
