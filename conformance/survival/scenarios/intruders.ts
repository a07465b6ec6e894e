/**
 * Goal: who does not know the key costs little and not for long. Clients that say nothing, and
 * clients that say nonsense, do no harm to a transfer that is under way, and are all dropped by `-o`
 * (TM-3, HS-10).
 */

import { randomBytes, randomInt } from 'node:crypto';
import { connect } from 'node:net';
import type { Address } from '../../subjects/addresses.ts';
import { within } from '../../subjects/deadline.ts';
import type { Scope } from '../../subjects/scope.ts';
import { AttackedPipe } from '../pipe.ts';
import { defineScenario } from '../scenario.ts';
import { Transfer } from '../transfer.ts';
import { MEBIBYTE, watch } from '../vitals.ts';

interface Size {
  readonly silent: number;
  readonly garbage: number;
  readonly transferBytes: number;
  /** `-o`, in seconds. */
  readonly patience: number;
  /** When the last one must have been dropped, in units of `-o`. */
  readonly dropLimit: number;
}

export const intruders = defineScenario<Size>({
  name: 'intruders',
  goal: 'silent and nonsensical clients of -d are dropped by -o and harm no transfer (TM-3, HS-10)',
  sizes: {
    short: { silent: 30, garbage: 30, transferBytes: 8 * MEBIBYTE, patience: 1, dropLimit: 30 },
    long: { silent: 300, garbage: 300, transferBytes: 256 * MEBIBYTE, patience: 2, dropLimit: 1.5 },
  },
  async run(size, { scope, subject }, findings) {
    const { patience, transferBytes } = size;
    const pipe = await AttackedPipe.open(scope, {
      entrance: subject,
      exit: subject,
      exitSettings: { patience },
    });
    const quarter = transferBytes / 4;
    const transfer = new Transfer(scope, pipe.entrance.source, transferBytes, quarter);
    await transfer.echoed(quarter);
    const stays = await arrive(scope, pipe.exit.source, [
      ...Array.from({ length: size.silent }, () => 0),
      // Too short to be judged, long enough, and much too long.
      ...Array.from({ length: size.garbage }, () => randomInt(1, 3_000)),
    ]);
    transfer.release();

    findings.same('the transfer is right', await transfer.result, 'right');
    const times = await within('every intruder is dropped', Promise.all(stays));
    const slowest = Math.max(...times) / 1000;
    findings.verdict(
      `all ${stays.length} are dropped within ${size.dropLimit} × -o ${patience} s of their nonce`,
      slowest <= size.dropLimit * patience,
      `the last after ${slowest.toFixed(2)} s`,
    );
    const left = await watch(
      () => pipe.target.open.size,
      (open) => open === 0,
    );
    findings.same('connections left open at the target', left, 0);
    await pipe.judgeAftermath(scope, findings);
  },
});

/** How many knock at one moment: no more than a short queue of the kernel holds. */
const ABREAST = 8;

/**
 * One intruder for each of these lengths, all of them there when this settles. The results settle when
 * they have been dropped.
 */
async function arrive(
  scope: Scope,
  source: Address,
  lengths: readonly number[],
): Promise<readonly Promise<number>[]> {
  const waiting = [...lengths];
  const stays: Promise<number>[] = [];
  const lane = async (): Promise<void> => {
    for (let length = waiting.pop(); length !== undefined; length = waiting.pop()) {
      const { noticed, stay } = intrude(scope, source, length);
      stays.push(stay);
      await within('an intruder is noticed', noticed);
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, lane));
  return stays;
}

/** What becomes of an intruder. */
interface Intruder {
  /** The daemon has sent its nonce, or has closed the connection. */
  readonly noticed: Promise<unknown>;
  /**
   * How long it was let stay, in milliseconds, from the daemon's nonce: before that it waits in the
   * kernel's queue, and `-o` has not begun.
   */
  readonly stay: Promise<number>;
}

/** Connects and sends so many random bytes. */
function intrude(scope: Scope, source: Address, length: number): Intruder {
  const socket = connect({ ...source.net });
  scope.onClose(() => socket.destroy());
  socket.on('error', () => {});
  if (length > 0) socket.write(randomBytes(length));
  let begin: number | undefined;
  const nonce = new Promise<void>((resolve) => {
    socket.on('data', () => {
      begin ??= performance.now();
      resolve();
    });
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  return {
    noticed: Promise.race([nonce, closed]),
    // Without a nonce it was dropped as soon as it was seen.
    stay: closed.then(() => (begin === undefined ? 0 : performance.now() - begin)),
  };
}
