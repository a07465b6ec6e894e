/**
 * Goal: at the limit of `-n` connections wait and are served in turn: never more than so many at the
 * target, and in the end all (CN-18). At either end.
 */

import { connect, type Socket } from 'node:net';
import type { Address } from '../../subjects/addresses.ts';
import { within } from '../../subjects/deadline.ts';
import type { Scope } from '../../subjects/scope.ts';
import { AttackedPipe } from '../pipe.ts';
import type { Manner } from '../plain-server.ts';
import { defineScenario, type Findings, type Setting } from '../scenario.ts';
import { watch } from '../vitals.ts';

interface Size {
  readonly clients: number;
  readonly limit: number;
  /** How long each client keeps its place once it is served, in milliseconds. */
  readonly holds: number;
}

export const connectionLimit = defineScenario<Size>({
  name: 'connection-limit',
  goal: 'at -n connections wait undialled, and all are served in turn (CN-18)',
  sizes: {
    short: { clients: 20, limit: 5, holds: 50 },
    long: { clients: 20, limit: 5, holds: 1_000 },
  },
  async run(size, setting, findings) {
    for (const role of ['-e', '-d'] as const) await crowd(role, size, setting, findings);
  },
});

async function crowd(
  role: '-e' | '-d',
  { clients, limit, holds }: Size,
  { scope, subject }: Setting,
  findings: Findings,
): Promise<void> {
  const pipe = await AttackedPipe.open(scope, {
    entrance: subject,
    exit: subject,
    ...(role === '-e' ? { entranceSettings: { limit } } : { exitSettings: { limit } }),
  });
  const attacked = role === '-e' ? pipe.entrance : pipe.exit;
  const counter = new Counter();
  const before = pipe.target.accepted;
  pipe.target.manner = counter.manner;
  const served = Array.from({ length: clients }, () =>
    holdPlace(scope, pipe.entrance.source, holds),
  );
  // Full before anybody leaves, and everybody else is there and waits.
  const full = await watch(
    () => counter.open,
    (open) => open === limit,
  );
  findings.same(`${role} -n ${limit}: at the target when it is full`, full, limit);
  const answers = await within('all clients are served', Promise.all(served));
  const right = answers.filter((answer) => answer === GREETING).length;
  findings.same(`${role}: of ${clients} clients served`, right, clients);
  findings.same(`${role}: the most at the target at any moment`, counter.most, limit);
  findings.same(`${role}: dials of the target`, pipe.target.accepted - before, clients);
  const said = attacked.program.complaints.match(/maximum number|limit/gi)?.length ?? 0;
  findings.figure(`${role}: lines about the limit`, `${said}`);
  await pipe.judgeAftermath(scope, findings);
}

const GREETING = 'your turn';

/**
 * Counts what is open at the target. A place is free again when the target has ended its connection:
 * everything that lets the daemon serve the next one comes after that.
 */
class Counter {
  open = 0;
  most = 0;

  readonly manner: Manner = (socket) => {
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    socket.write(GREETING);
    socket.resume().once('end', () => {
      this.open -= 1;
      socket.end();
    });
  };
}

/** Waits to be greeted, stays for a while, and leaves. Resolves to all that it was told. */
async function holdPlace(scope: Scope, source: Address, milliseconds: number): Promise<string> {
  const socket: Socket = connect({ ...source.net, allowHalfOpen: true });
  scope.onClose(() => socket.destroy());
  let told = '';
  socket.on('error', () => {});
  socket.setEncoding('utf8').on('data', (text: string) => {
    told += text;
    if (told === GREETING) setTimeout(() => socket.end(), milliseconds);
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return told;
}
