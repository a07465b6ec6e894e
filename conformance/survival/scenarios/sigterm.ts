/**
 * Goal: SIGTERM serves what is open to its end. Both ends are told to stop with transfers under way:
 * no new connection is accepted after that, every transfer ends right, and both exit with 0 (CN-19).
 */

import { once } from 'node:events';
import { connect } from 'node:net';
import type { Address } from '../../subjects/addresses.ts';
import { isListening } from '../../subjects/processes.ts';
import { AttackedPipe } from '../pipe.ts';
import { defineScenario } from '../scenario.ts';
import { Transfer } from '../transfer.ts';
import { MEBIBYTE, watch } from '../vitals.ts';

interface Size {
  readonly transfers: number;
  readonly bytes: number;
}

/** New connections that are tried after the signal. */
const TRIALS = 20;

export const sigterm = defineScenario<Size>({
  name: 'sigterm',
  goal: 'SIGTERM with transfers under way: all end right, none is accepted, exit 0 (CN-19)',
  sizes: {
    short: { transfers: 20, bytes: MEBIBYTE },
    long: { transfers: 20, bytes: 8 * MEBIBYTE },
  },
  async run({ transfers, bytes }, { scope, subject }, findings) {
    const pipe = await AttackedPipe.open(scope, { entrance: subject, exit: subject });
    const half = bytes / 2;
    const running = Array.from(
      { length: transfers },
      () => new Transfer(scope, pipe.entrance.source, bytes, half),
    );
    // Each has moved some, and cannot end before it is released.
    await Promise.all(running.map((transfer) => transfer.echoed(half)));

    for (const { pid, role, source } of pipe.daemons) {
      const begin = performance.now();
      process.kill(pid, 'SIGTERM');
      const listens = await watch(
        () => isListening(pid, source),
        (still) => !still,
      );
      findings.same(`${role} listens after the signal`, `${listens}`, 'false');
      const time = Math.round(performance.now() - begin);
      findings.figure(`${role}: from the signal to the closed listening socket`, `${time} ms`);
    }
    for (const { role, source } of pipe.daemons) {
      const answers = await Promise.all(Array.from({ length: TRIALS }, () => tryToConnect(source)));
      const refused = answers.filter((answer) => answer === 'ECONNREFUSED');
      findings.same(`${role}: of ${TRIALS} new connections refused`, refused.length, TRIALS);
    }
    const early = pipe.daemons.filter(({ program }) => !program.running).length;
    findings.same('daemons that ended before the transfers', early, 0);

    for (const transfer of running) transfer.release();
    const results = await Promise.all(running.map((transfer) => transfer.result));
    const right = results.filter((result) => result === 'right').length;
    findings.same(`of ${transfers} transfers are right`, right, transfers);
    for (const { role, program } of pipe.daemons) {
      const running = await watch(
        () => program.running,
        (still) => !still,
      );
      const end = running ? undefined : await program.exited;
      findings.same(`${role} exits with`, end ? `${end.code ?? end.signal}` : 'still running', '0');
    }
  },
});

/** How long a connection may stay unanswered before it counts as such, in milliseconds. */
const ANSWER_LIMIT = 5_000;

async function tryToConnect(source: Address): Promise<string> {
  const socket = connect({ ...source.net });
  const unanswered = setTimeout(() => socket.destroy(new Error('unanswered')), ANSWER_LIMIT);
  try {
    await once(socket, 'connect');
    return 'accepted';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    clearTimeout(unanswered);
    socket.destroy();
  }
}
