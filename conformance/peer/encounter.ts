/**
 * One connection of a bent peer with a subject, and what can be seen of it from outside: what the
 * subject sent, what it released, how it ended, and whether it serves the next.
 */

import { randomBytes } from 'node:crypto';
import type { Misbehaviour, Seen } from './misbehaviour.ts';
import { otherRole } from './parameters.ts';
import { Peer } from './peer.ts';
import type { Earlier } from './points.ts';
import type { Contact, Reach } from './reach.ts';
import { Overdue, until } from './wire.ts';

/** What the peer says, in three packets, and the plain end after its greeting. */
export const FIRST = [Buffer.from('the first packet of the peer')];
export const REST = [
  Buffer.from('a second one, '),
  Buffer.from('and a third one in the same write'),
];
export const FAREWELL = Buffer.from('the plain end has the last word');

/**
 * Lets the misbehaviours meet the subject, all of them at once, and then an honest connection.
 * `limit`: milliseconds that any one step may take, and that a demanded close may.
 */
export async function meet(
  reach: Reach,
  misbehaviours: readonly Misbehaviour[],
  limit: number,
  earlier?: Earlier,
): Promise<Seen> {
  const start = performance.now();
  const contact = await reach.open();
  const { wire, plain } = contact;
  try {
    const looks: { sent: number; released: number }[] = [];
    const peer = new Peer({
      ...whoMeets(reach, contact, limit),
      first: FIRST,
      rest: REST,
      farewell: FAREWELL,
      earlier,
      bends: misbehaviours.map(({ bends }) => bends),
      look: async () => {
        await passThrough(reach, limit);
        looks.push({ sent: wire.length, released: plain.bytes().length });
      },
    });
    const account = await peer.perform();
    const overdue = account.stopped instanceof Overdue;
    if (!overdue) await soon(limit, () => wire.ending !== undefined);
    if (wire.ending !== undefined) await soon(limit, () => !plain.open());
    const { ending, overAt, length: sent } = wire;
    const lasted = overAt === undefined ? undefined : overAt - start;
    const seen = { sent, released: plain.bytes(), ending, lasted, plainOpen: plain.open(), looks };
    contact.close();
    const failure = await passThrough(reach, limit).then(
      () => undefined,
      (error: Error) => error.message,
    );
    return { ...seen, aftermath: failure, account };
  } finally {
    contact.close();
  }
}

/**
 * An honest connection with a few bytes each way, to its end in order. Its y is 2, which
 * saves it an exponentiation.
 *
 * @throws Error where anything of it is not as the text has it.
 */
export async function passThrough(reach: Reach, limit: number): Promise<Earlier> {
  const token = randomBytes(24);
  const contact = await reach.open(token);
  try {
    const account = await new Peer({
      ...whoMeets(reach, contact, limit),
      first: [token],
      rest: [],
      farewell: FAREWELL,
      bends: [{ own: () => ({ exponent: 1n, sign: 1 }) }],
    }).perform();
    if (account.stopped !== undefined) throw account.stopped;
    if (account.objections.length > 0) throw new Error(account.objections.join('; '));
    if (!contact.plain.bytes().equals(token)) throw new Error('other bytes came out');
    return account.record;
  } finally {
    contact.close();
  }
}

function whoMeets(reach: Reach, { wire, plain }: Contact, limit: number) {
  const { subject, keyFile, greeting } = reach;
  return { role: otherRole(subject), keyFile, greeting, wire, plain, limit };
}

/** Waits for what may not come. */
async function soon(limit: number, holds: () => boolean): Promise<void> {
  await until('an end', limit, holds).catch((error: unknown) => {
    if (!(error instanceof Overdue)) throw error;
  });
}
