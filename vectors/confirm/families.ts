/**
 * All families with their confirmation: what `verify.ts` and `confirm.test.ts` go through.
 */

import { FAMILY_NAMES, type Families, type FamilyName, readFamily } from '../family.ts';
import { readHandshakeAndPackets, readPublishedPrimitives } from '../format.ts';
import * as connections from './connections.ts';
import { type Primitives, Tape, untaped } from './primitives.ts';
import { published } from './published.ts';
import * as steps from './steps.ts';
import { transcript } from './transcripts.ts';

/** What came of a family. */
export interface Confirmed {
  readonly family: string;
  /** How many vectors were computed anew. */
  readonly count: number;
  /** How many were left out, because they take too long. */
  readonly left: number;
  /** `id: field`, for each field that differs. */
  readonly differences: readonly string[];
  readonly tape: Tape;
}

type Table = { readonly [Name in FamilyName]: steps.Confirm<Families[Name]> };

const CONFIRM: Table = {
  'key-files': steps.keyFile,
  'mac-keys': steps.macKeysOf,
  'public-values': steps.publicValueOf,
  'handshake-messages': steps.handshakeMessage,
  'shared-secrets': steps.sharedSecret,
  'session-keys': steps.sessionKeysOf,
  packets: steps.packet,
  streams: steps.stream,
  accumulated: steps.accumulated,
  connections: connections.connection,
  transcripts: transcript,
  'c-captures': connections.capture,
};

/** The families by name, and the two older files. */
export const CONFIRMED_FAMILIES: readonly string[] = [
  ...FAMILY_NAMES,
  'handshake-and-packets',
  'published-primitives',
];

/** More packets than this are not put on the tape: nobody could ask openssl for them all. */
const TAPED = 100;

/** The fields of one vector that differ from what is computed anew. */
export function confirmVector<Name extends FamilyName>(
  name: Name,
  by: Primitives,
  vector: Families[Name],
): readonly string[] {
  return CONFIRM[name](by, vector);
}

/** Computes a family anew; of the accumulated vectors those with at most `packets` packets. */
export function confirmFamily(name: string, packets = TAPED): Confirmed {
  const tape = new Tape();
  if (name === 'handshake-and-packets') {
    const { connections: examples, singlePackets } = readHandshakeAndPackets();
    const differences = [
      ...each(examples, (vector) => connections.workedExample(tape, vector)),
      ...each(singlePackets, (vector) => connections.singlePacket(tape, vector)),
    ];
    const count = examples.length + singlePackets.length;
    return { family: name, count, left: 0, differences, tape };
  }
  if (name === 'published-primitives') {
    return { family: name, left: 0, tape, ...published(tape, readPublishedPrimitives()) };
  }
  return confirmVectors(name as FamilyName, tape, packets);
}

function confirmVectors<Name extends FamilyName>(
  name: Name,
  tape: Tape,
  packets: number,
): Confirmed {
  const { vectors } = readFamily(name);
  const sizeOf = (vector: object): number =>
    'lengths' in vector && 'packets' in vector ? Number(vector.packets) : 0;
  const chosen = vectors.filter((vector) => sizeOf(vector) <= packets);
  const differences = each(chosen, (vector) => {
    const by: Primitives = sizeOf(vector) > TAPED ? untaped : tape;
    return CONFIRM[name](by, vector);
  });
  return {
    family: name,
    count: chosen.length,
    left: vectors.length - chosen.length,
    differences,
    tape,
  };
}

function each<V extends { readonly id: string }>(
  vectors: readonly V[],
  confirm: (vector: V) => readonly string[],
): string[] {
  return vectors.flatMap((vector) => confirm(vector).map((field) => `${vector.id}: ${field}`));
}
