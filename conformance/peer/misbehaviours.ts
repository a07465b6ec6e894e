/**
 * Every misbehaviour by its name. A name is stable: it is never given to another one.
 */

import type { Misbehaviour } from './misbehaviour.ts';
import { nonces, proofs } from './misbehaviours/handshake.ts';
import { macKeys, packetKeys } from './misbehaviours/keys.ts';
import { cleartexts, flights, macs, numbers } from './misbehaviours/packets.ts';
import { ends, segments, times } from './misbehaviours/streams.ts';
import { values } from './misbehaviours/values.ts';

type Named = ReadonlyMap<string, Misbehaviour>;

function named(...families: Readonly<Record<string, Misbehaviour>>[]): Named {
  return new Map(families.flatMap((family) => Object.entries(family)));
}

/** Those that take no longer than the subject does. */
export const UNTIMED: Named = named(
  ...[nonces, proofs, values, macKeys, packetKeys],
  ...[numbers, macs, cleartexts, flights, segments, ends],
);

/** Those that wait for a timer of a second, or for none. */
export const TIMED: Named = named(times);

export const MISBEHAVIOURS: Named = new Map([...UNTIMED, ...TIMED]);
