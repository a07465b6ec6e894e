/**
 * The vector families as types: the frame that all have, and what the vectors of each hold.
 *
 * The same shapes, for programs in other languages, are `schema/*.schema.json`. Byte strings are
 * lower-case hex; packet numbers are decimal strings, because JSON numbers are exact to 2^53 only.
 * Not here: the older file of worked examples, which has a shape of its own (`format.ts`).
 */

import { readVectors } from './read.ts';

/** What an implementation must do with a vector. The README says it for each family. */
export type Result = 'valid' | 'invalid' | 'acceptable';

/** What every vector has. */
export interface Vector {
  /** Unique over all families; never given to another vector. */
  readonly id: string;
  readonly comment: string;
  /** Names from the file's `notes`. */
  readonly flags: readonly string[];
  readonly result: Result;
  /** Who made the values. */
  readonly source: string;
  /** Whether it can be put to an implementation whose random source is its own (README). */
  readonly blackBox: boolean;
}

/** A flag, explained once for each file. */
export interface Note {
  /** The kind of defect that vectors with this flag find. */
  readonly bugType: 'FUNCTIONALITY' | 'EDGE_CASE' | 'AUTH_BYPASS' | 'CONFIDENTIALITY';
  readonly description: string;
}

/** One file. */
export interface Family<V extends Vector = Vector> {
  readonly format: 1;
  /** The file's name without `.json`. */
  readonly family: string;
  readonly about: string;
  /** Requirements of `spec/protocol.md` that the family shows. */
  readonly requirements: readonly string[];
  readonly notes: Readonly<Record<string, Note>>;
  readonly vectors: readonly V[];
}

/** Key file → K. */
export interface KeyFileVector extends Vector {
  /** The file's content is this, `repeat` times. */
  readonly keyFile: string;
  readonly repeat: number;
  readonly K: string;
}

/** Nonces → dk1 → the two MAC keys. */
export interface MacKeysVector extends Vector {
  readonly K: string;
  readonly nonceC: string;
  readonly nonceS: string;
  readonly dk1: string;
  readonly dhmacC: string;
  readonly dhmacS: string;
}

/** HS-8 allows both exponents: only y is on the wire. */
export type ExponentForm = '2^258+x' | 'x';

/** x → y. */
export interface PublicValueVector extends Vector {
  readonly exponentForm: ExponentForm;
  readonly x: string;
  /** The exponent itself, 33 bytes. */
  readonly exponent: string;
  readonly y: string;
}

/** y ‖ h, and the receiver's judgement. */
export interface HandshakeMessageVector extends Vector {
  /** Who receives it: a server checks with dhmacC, a client with dhmacS. */
  readonly receiver: 'client' | 'server';
  readonly requireForwardSecrecy: boolean;
  /** The key that the receiver checks with. */
  readonly dhmac: string;
  readonly y: string;
  readonly h: string;
  /** A code of `spec/faults.md`, or null when the message is accepted. */
  readonly fault: string | null;
}

/** An exponent and the peer's y → ySC. */
export interface SharedSecretVector extends Vector {
  readonly exponentForm: ExponentForm;
  readonly x: string;
  readonly exponent: string;
  readonly y: string;
  readonly ySC: string;
}

/** K, nonces and ySC → dk2 → the four packet keys. */
export interface SessionKeysVector extends Vector {
  readonly K: string;
  readonly nonceC: string;
  readonly nonceS: string;
  readonly ySC: string;
  readonly dk2: string;
  readonly eC: string;
  readonly hC: string;
  readonly eS: string;
  readonly hS: string;
}

/** One packet, to seal, to open, or both. */
export interface PacketVector extends Vector {
  readonly operations: readonly ('seal' | 'open')[];
  readonly e: string;
  readonly h: string;
  /** The number that the sealer uses and the opener expects. */
  readonly packetNumber: string;
  readonly firstCounterBlock: string;
  /** What is sealed and delivered; null when nothing of the packet is delivered. */
  readonly message: string | null;
  /** The 1028 bytes under the encryption. */
  readonly cleartext: string;
  readonly packet: string;
  /** A code of `spec/faults.md`, or null. */
  readonly fault: string | null;
}

/** Plaintext at hand at once → consecutive packets. */
export interface StreamVector extends Vector {
  readonly e: string;
  readonly h: string;
  readonly firstPacketNumber: string;
  readonly plaintext: string;
  readonly packets: string;
}

/** Many packets, as one digest. The README has the rule for the messages. */
export interface AccumulatedVector extends Vector {
  readonly e: string;
  readonly h: string;
  readonly firstPacketNumber: string;
  readonly packets: number;
  readonly lengths: 'full' | 'varied';
  readonly plaintextSha256: string;
  readonly packetsSha256: string;
}

export type PolicyOption = 'none' | '-f' | '-g';

/** One end of a whole connection. */
export interface ConnectionEnd {
  readonly policy: PolicyOption;
  readonly nonce: string;
  /** Null for `-f`, which has no exponent, and for a server that never got so far. */
  readonly exponentForm: ExponentForm | null;
  readonly x: string | null;
  /** Null for a server that never sends them. */
  readonly y: string | null;
  readonly h: string | null;
  /** One message for each packet. */
  readonly messages: readonly string[];
  /** Everything this end sends: nonce, y ‖ h, packets. */
  readonly sends: string;
  /** `established`, or the code of the fault with which this end's handshake fails. */
  readonly handshake: string;
}

/** A whole connection: both ends, and every value between. */
export interface ConnectionVector extends Vector {
  readonly keyFile: string;
  readonly K: string;
  readonly dk1: string;
  readonly dhmacC: string;
  readonly dhmacS: string;
  readonly client: ConnectionEnd;
  readonly server: ConnectionEnd;
  /** Null, like the next two, where the handshake does not get so far at any end. */
  readonly ySC: string | null;
  readonly dk2: string | null;
  readonly packetKeys: {
    readonly eC: string;
    readonly hC: string;
    readonly eS: string;
    readonly hS: string;
  } | null;
}

/** What one end receives, in order. */
export interface TranscriptInput {
  readonly side: 'cipher' | 'plain';
  readonly what: string;
  /** Null for the end of the stream. */
  readonly bytes: string | null;
}

/** One end of a connection, what it receives, and all that comes of it. */
export interface TranscriptVector extends Vector {
  readonly role: 'client' | 'server';
  readonly policy: PolicyOption;
  readonly keyFile: string;
  readonly nonce: string;
  readonly exponentForm: ExponentForm | null;
  readonly x: string | null;
  readonly input: readonly TranscriptInput[];
  /** Everything that it sends to its peer. */
  readonly sends: string;
  /** Everything that it delivers on the plain side. */
  readonly releases: string;
  /** `closed`, or the code of the fault that ends the connection. */
  readonly outcome: string;
  /** The input, from 0, that brings about the end. */
  readonly endsAt: number;
}

/** One end of a captured connection. */
export interface CapturedEnd {
  /** `C spiped 1.6.2`, or `spiped-ts` for the end whose exponent we know. */
  readonly implementation: string;
  readonly policy: PolicyOption;
  readonly exponentForm: ExponentForm | null;
  /** Known for our own end only. */
  readonly x: string | null;
  readonly nonce: string;
  /** Null for an end that refused before it sent them. */
  readonly y: string | null;
  readonly h: string | null;
  readonly packets: string;
  /** What the program behind this end wrote into it. */
  readonly plaintext: string;
  /** `established`, or the code of the fault with which this end's handshake fails. */
  readonly handshake: string;
}

/** A connection that ran, byte for byte. */
export interface CaptureVector extends Vector {
  readonly keyFile: string;
  /** Null where the handshake failed. */
  readonly ySC: string | null;
  readonly client: CapturedEnd;
  readonly server: CapturedEnd;
}

/** Each family with the type of its vectors. */
export interface Families {
  readonly 'key-files': KeyFileVector;
  readonly 'mac-keys': MacKeysVector;
  readonly 'public-values': PublicValueVector;
  readonly 'handshake-messages': HandshakeMessageVector;
  readonly 'shared-secrets': SharedSecretVector;
  readonly 'session-keys': SessionKeysVector;
  readonly packets: PacketVector;
  readonly streams: StreamVector;
  readonly accumulated: AccumulatedVector;
  readonly connections: ConnectionVector;
  readonly transcripts: TranscriptVector;
  readonly 'c-captures': CaptureVector;
}

export type FamilyName = keyof Families;

/** All families, in the order in which a connection needs them. */
export const FAMILY_NAMES: readonly FamilyName[] = [
  'key-files',
  'mac-keys',
  'public-values',
  'handshake-messages',
  'shared-secrets',
  'session-keys',
  'packets',
  'streams',
  'accumulated',
  'connections',
  'transcripts',
  'c-captures',
];

/** The committed file of a family. Its shape is checked by the linter, in `lint.test.ts`. */
export function readFamily<Name extends FamilyName>(name: Name): Family<Families[Name]> {
  return readVectors(`${name}.json`) as Family<Families[Name]>;
}
