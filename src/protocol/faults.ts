/**
 * Every way a connection can end other than well: one table, one row a fault.
 *
 * The code is API: it appears in logs, event logs and tests, and does not change. The text may.
 * A fault is data, never an exception: whatever a peer, a target or the network does ends here.
 */

import type { Role } from './parameters.ts';

/** Who caused a fault, in the sense of rustls: misbehaved, incompatible, or not the peer at all. */
export type FaultParty = 'peer misbehaved' | 'peer incompatible' | 'target' | 'network' | 'local';

/** The reasons for which C spiped drops a connection (`PROTO_CONN_*` in proto_conn.h). */
export type DropReason = 'closed' | 'cancelled' | 'connect-failed' | 'handshake-failed' | 'error';

/** One row of the table. */
export interface FaultRow {
  /** Who caused it. */
  readonly party: FaultParty;
  /** The requirement whose violation it is. */
  readonly requirement: string;
  /** What C spiped calls it when it drops the connection. */
  readonly dropReason: DropReason;
  /**
   * One line for a person at each role's end; names what happened and what to look at first. A
   * cause that the phase excludes is not named. The outcome's detail may follow after a colon.
   */
  readonly text: string | Readonly<Record<Role, string>>;
}

/** The table. Codes are stable; see the requirement for what exactly is violated. */
export const FAULTS = {
  'handshake-not-begun': {
    party: 'network',
    requirement: 'HS-4',
    dropReason: 'handshake-failed',
    text: {
      client:
        'the peer closed the connection without sending a byte (no spiped is behind that address, or it stops, is at its limit, or cannot reach its own target)',
      server:
        'the client closed the connection without sending a byte (a port check, or a -d end behind another -d)',
    },
  },
  'handshake-ended-in-nonce': {
    party: 'peer misbehaved',
    requirement: 'HS-4',
    dropReason: 'handshake-failed',
    text: 'the peer closed the connection within its first 32 bytes, which every spiped sends at once: it is not spiped',
  },
  'handshake-ended-before-proof': {
    party: 'network',
    requirement: 'HS-4',
    dropReason: 'handshake-failed',
    text: {
      client:
        'the peer closed the connection before we had sent it anything of our key (usually the service behind the peer cannot be reached, or the peer was stopped; its log says which)',
      server:
        'the client closed the connection before it had sent its proof of the key (it went away, its time was over (-o), or it was stopped)',
    },
  },
  'handshake-ended-in-public-value': {
    party: 'peer incompatible',
    requirement: 'HS-4',
    dropReason: 'handshake-failed',
    text: "the peer closed the connection instead of completing the handshake (usually the service behind the peer cannot be reached, or the two ends have different keys; the peer's log says which)",
  },
  'handshake-ended-without-forward-secrecy': {
    party: 'peer incompatible',
    requirement: 'HS-4',
    dropReason: 'handshake-failed',
    text: "the peer closed the connection instead of completing the handshake (usually the service behind the peer cannot be reached, or the peer requires forward secrecy (-g), which we give up (-f), or the two ends have different keys; the peer's log says which)",
  },
  'handshake-ended-in-proof': {
    party: 'network',
    requirement: 'HS-4',
    dropReason: 'handshake-failed',
    text: 'the connection to the peer was lost while it sent its proof of the key, which it does only after it has accepted ours',
  },
  'handshake-foreign-protocol': {
    party: 'peer incompatible',
    requirement: 'HS-4',
    dropReason: 'handshake-failed',
    text: {
      client:
        'what answers at the target is not the -d end of a spiped (a wrong address, or -e and -d are swapped); its first bytes look like',
      server:
        'a client without spiped has reached the encrypted port (it should connect to the -e end, or -e and -d are swapped); its first bytes look like',
    },
  },
  'handshake-mac-mismatch': {
    party: 'peer misbehaved',
    requirement: 'HS-10',
    dropReason: 'handshake-failed',
    text: 'the peer does not have our key: its handshake message failed authentication (different key files, or tampering)',
  },
  'handshake-value-out-of-range': {
    party: 'peer misbehaved',
    requirement: 'HS-11',
    dropReason: 'handshake-failed',
    text: "the peer's Diffie-Hellman value is not below the group's modulus",
  },
  'handshake-without-forward-secrecy': {
    party: 'peer incompatible',
    requirement: 'HS-12',
    dropReason: 'handshake-failed',
    text: 'the peer gives up forward secrecy (-f) and we require it (-g)',
  },
  'handshake-timed-out': {
    party: 'network',
    requirement: 'TM-3',
    dropReason: 'error',
    text: 'the handshake began and did not complete in time (-o)',
  },
  'handshake-timed-out-in-silence': {
    party: 'network',
    requirement: 'TM-3',
    dropReason: 'error',
    text: {
      client:
        'the peer took the connection and sent no byte in time (-o): is the -d end of a spiped behind that address? (another -e end, or a service that waits for its client, is silent like this)',
      server:
        'the client sent no byte in time (-o): is it the -e end of a spiped? (an idle client of another kind, or another -d end, is silent like this)',
    },
  },
  'target-connect-failed': {
    party: 'target',
    requirement: 'CN-4',
    dropReason: 'connect-failed',
    text: 'could not connect to the target',
  },
  'target-connect-timed-out': {
    party: 'target',
    requirement: 'TM-2',
    dropReason: 'error',
    text: 'connecting to the target did not complete in time (-o)',
  },
  'packet-mac-mismatch': {
    party: 'peer misbehaved',
    requirement: 'PK-7',
    dropReason: 'error',
    text: 'a packet failed authentication (tampering, reordering or a broken peer)',
  },
  'packet-length-invalid': {
    party: 'peer misbehaved',
    requirement: 'PK-8',
    dropReason: 'error',
    text: 'an authentic packet has a length outside 1 to 1024 (a broken peer)',
  },
  'packet-truncated': {
    party: 'network',
    requirement: 'CN-13',
    dropReason: 'closed',
    text: "the peer's stream ended inside a packet; the rest of its data is missing",
  },
  'packet-numbers-exhausted': {
    party: 'local',
    requirement: 'PK-10',
    dropReason: 'error',
    text: 'all 2^64 packet numbers of one direction are used',
  },
  'cipher-socket-failed': {
    party: 'network',
    requirement: 'CN-11',
    dropReason: 'error',
    text: 'the connection to the peer was lost',
  },
  'plain-socket-failed': {
    party: 'network',
    requirement: 'CN-11',
    dropReason: 'error',
    text: 'the connection on the plaintext side was lost',
  },
  'internal-error': {
    party: 'local',
    requirement: 'CN-15',
    dropReason: 'error',
    text: 'a defect in this program; please report it',
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

/** A stable fault code: a key of {@link FAULTS}. */
export type FaultCode = keyof typeof FAULTS;

/**
 * A fault that has happened. `detail` is a system error code such as `ECONNRESET`, or a word of ours
 * such as the name of a foreign protocol, where there is one.
 */
export interface Fault {
  readonly code: FaultCode;
  readonly detail?: string;
}

/** How a connection ended. */
export type Outcome = { readonly code: 'closed' } | { readonly code: 'cancelled' } | Fault;

/** What C spiped calls this outcome. */
export function dropReasonOf(outcome: Outcome): DropReason {
  return outcome.code === 'closed' || outcome.code === 'cancelled'
    ? outcome.code
    : FAULTS[outcome.code].dropReason;
}

/** What a fault is called at an end of this role. */
export function textOf(code: FaultCode, role: Role): string {
  const { text } = FAULTS[code];
  return typeof text === 'string' ? text : text[role];
}

/** One line for a person about this outcome at an end of this role, with its detail. */
export function describeOutcome(outcome: Outcome, role: Role): string {
  if (outcome.code === 'closed') return 'closed by both ends';
  if (outcome.code === 'cancelled') return 'cancelled on this end';
  const text = textOf(outcome.code, role);
  return outcome.detail === undefined ? text : `${text}: ${outcome.detail}`;
}
