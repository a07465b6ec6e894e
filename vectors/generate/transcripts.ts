/**
 * The family of transcripts: one end of a connection, a peer that does something special, and what
 * comes of it: what is sent, what is delivered, how it ends (HS-4 … HS-21, PK-5 … PK-12, CN-10 … CN-13).
 *
 * What the peer sends is put together here from the requirements' text. What comes of it is what
 * our core does; `confirm/transcripts.ts` derives the same from the text, without the core.
 */

import type { Family, TranscriptInput, TranscriptVector } from '../family.ts';
import { toHex } from '../format.ts';
import { OneEnd } from '../one-end.ts';
import { frame, publicValue, sha256, sharedSecret, suite } from './material.ts';
import { describeRole, PEERS, type Peer } from './peer.ts';
import { CASES, type Case } from './transcript-cases.ts';

/** One end against a peer. */
export function transcripts(): Family<TranscriptVector> {
  return {
    format: 1,
    family: 'transcripts',
    about:
      'One end, what it receives, and what comes of it: the bytes it sends, the plaintext it delivers, and how it ends.',
    requirements: [
      ...['HS-3', 'HS-4', 'HS-9', 'HS-10', 'HS-11', 'HS-12', 'HS-13', 'HS-18', 'HS-19', 'HS-20'],
      ...['HS-21', 'PK-5', 'PK-7', 'PK-8', 'PK-9', 'PK-11', 'PK-12', 'CN-10', 'CN-13', 'CN-14'],
    ],
    notes: NOTES,
    vectors: CASES.flatMap((given) =>
      PEERS.filter(({ role }) => given.role === undefined || given.role === role).map((peer) =>
        transcript(given, peer),
      ),
    ),
  };
}

function transcript(given: Case, peer: Peer): TranscriptVector {
  const session = peer.session(given.policy ?? 'none', given.peer ?? {});
  const input: readonly TranscriptInput[] = given
    .input(session)
    .map(([side, what, bytes]) => ({ side, what, bytes: bytes === null ? null : toHex(bytes) }));
  const { keyFile, nonce, x } = session.own;
  const weak = given.policy === '-f';
  const core = new OneEnd({
    role: peer.role,
    policy: given.policy ?? 'none',
    K: sha256(keyFile),
    suite,
    nonce,
    keyPair: () => ({ x, y: publicValue('2^258+x', x) }),
    sharedSecret: (own, y) => sharedSecret('2^258+x', own, y),
  });
  let endsAt = -1;
  for (const [i, { side }] of input.entries()) {
    const bytes = given.input(session)[i]?.[2] ?? null;
    core.receive(side, bytes);
    if (core.outcome !== undefined && endsAt < 0) endsAt = i;
  }
  if (core.outcome === undefined) throw new Error(`${given.name}: the connection does not end`);
  const closed = core.outcome.code === 'closed';
  return {
    ...frame(
      `transcripts/${peer.role}-${given.name}`,
      `${describeRole(peer.role)}: ${given.comment}`,
      given.flags,
      { result: given.result ?? (closed ? 'valid' : 'invalid'), blackBox: true },
    ),
    role: peer.role,
    policy: given.policy ?? 'none',
    keyFile: toHex(keyFile),
    nonce: toHex(nonce),
    exponentForm: weak ? null : '2^258+x',
    x: weak ? null : toHex(x),
    input,
    sends: toHex(core.sent('cipher')),
    releases: toHex(core.sent('plain')),
    outcome: core.outcome.code,
    endsAt,
  };
}

const NOTES = {
  Plain: { bugType: 'FUNCTIONALITY', description: 'Nothing goes wrong.' },
  EarlyEnd: {
    bugType: 'EDGE_CASE',
    description:
      'The peer leaves during the handshake. Found: an end that waits on, answers, or delivers something.',
  },
  Unauthentic: {
    bugType: 'AUTH_BYPASS',
    description:
      'Found: an end that goes on after a message that fails authentication; a server that answers it.',
  },
  OutOfRange: { bugType: 'EDGE_CASE', description: 'y ≥ p with a right MAC.' },
  SpecialValue: {
    bugType: 'EDGE_CASE',
    description: 'A special y that must be accepted: the connection works.',
  },
  ForwardSecrecy: {
    bugType: 'CONFIDENTIALITY',
    description: 'y = 1 from the peer, with and without -g.',
  },
  Segments: {
    bugType: 'FUNCTIONALITY',
    description: 'The same bytes in other pieces: the result is the same.',
  },
  BadPacket: {
    bugType: 'AUTH_BYPASS',
    description:
      'A packet that must end the connection. The good packets before it are delivered, nothing of it and after it.',
  },
  Order: {
    bugType: 'AUTH_BYPASS',
    description: 'Packets repeated, lost, exchanged or sent back: each is authentic in itself.',
  },
  Truncation: {
    bugType: 'AUTH_BYPASS',
    description:
      'The stream ends early. Inside a packet an end should report it (C is silent); between packets nobody can tell.',
  },
  Padding: { bugType: 'FUNCTIONALITY', description: 'Padding that is not zero is ignored.' },
} as const;
