/**
 * What a misbehaviour is, and whether what was seen of a subject is what the text demands of it.
 */

import { HANDSHAKE_LENGTH, NONCE_LENGTH, type Role } from './parameters.ts';
import type { Account } from './peer.ts';
import type { Bends } from './points.ts';
import type { Ending } from './wire.ts';

/** What the text demands of a subject that meets a misbehaviour. */
export interface Reaction {
  /**
   * - `works`: everything is delivered both ways, and both ends are passed on.
   * - `refuses`: the subject closes at once, by FIN or RST, and says nothing more (CN-23).
   * - `ends`: the peer's stream ended early; that is passed on, and the other way goes on (CN-13).
   * - `fails`: the peer has reset; the plain side is closed, too (CN-11).
   */
  readonly outcome: 'works' | 'refuses' | 'ends' | 'fails';
  /**
   * With `refuses`: bytes that the subject sends of its handshake; any of these where a right one
   * may not have come to the second message. Packets follow where a packet is refused.
   */
  readonly sends?: readonly number[];
  /** How many of the peer's texts are released. A range is no text's demand, but what C does. */
  readonly releases?: number | readonly [least: number, most: number];
  /** At each step `look`: how much the subject has sent, and released, at most. */
  readonly looks?: readonly { readonly sent?: number; readonly released?: number }[];
  /** Set where the peer cannot know the subject's keys, and hears nothing of what it says. */
  readonly deaf?: true;
  /** Milliseconds before which the subject must not close (TM-5). */
  readonly notBefore?: number;
}

/** One rule of the protocol broken, or one of its freedoms used. */
export interface Misbehaviour {
  /** What the peer does, as part of a sentence: "flips the first bit of h". */
  readonly does: string;
  /** The requirements that decide what a right subject does. */
  readonly requirements: readonly string[];
  /** The roles of the subject that it can be done to. */
  readonly subjects: readonly Role[];
  readonly bends: Bends;
  readonly reaction: (subject: Role) => Reaction;
  /** What the subject is to be started with; with nothing where not said. */
  readonly needs?: Needs;
}

/** Options of a subject. */
export interface Needs {
  readonly policy?: '-f' | '-g';
  /** Seconds of `-o`. */
  readonly timeout?: number;
}

export const BOTH: readonly Role[] = ['server', 'client'];

/** What was seen. Only of what can be seen a verdict may speak. */
export interface Seen {
  /** Bytes that the subject sent on the cipher side. */
  readonly sent: number;
  /** What came out at the plain side. */
  readonly released: Buffer;
  /** How the cipher side ended; undefined where it had not within the limit. */
  readonly ending: Ending | undefined;
  /** Milliseconds from before the connection was made to that end. */
  readonly lasted: number | undefined;
  /** Was a plain end still open when the cipher side had been over for the limit? */
  readonly plainOpen: boolean;
  /** The same two at each step `look`, when another connection had gone through. */
  readonly looks: readonly { readonly sent: number; readonly released: number }[];
  /** Why a connection afterwards did not work; undefined where it did. */
  readonly aftermath: string | undefined;
  readonly account: Account;
}

/**
 * What was seen and is not as the text demands, in sentences; none where the subject is right.
 *
 * Bytes and ending are judged apart, and FIN and RST are both right. `plainSays` is all that the plain
 * end of the subject says.
 */
export function differences(seen: Seen, expected: Reaction, plainSays: Buffer): string[] {
  const { account } = seen;
  const found: string[] = [];
  const demand = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  if (!expected.deaf) found.push(...account.objections);
  demand(account.bent, 'the peer did nothing that is not ordinary');
  demand(seen.aftermath === undefined, `a connection afterwards: ${seen.aftermath}`);
  demand(seen.ending !== undefined, 'the subject did not close in time');
  demand(!seen.plainOpen, 'the plain side was left open (CN-1)');
  demand(
    expected.notBefore === undefined || (seen.lasted ?? 0) >= expected.notBefore,
    `it closed after ${Math.round(seen.lasted ?? 0)} ms, too early`,
  );
  checkReleased(seen, expected, demand);
  checkLooks(seen, expected, demand);
  if (expected.outcome === 'works' || expected.outcome === 'ends') {
    demand(account.stopped === undefined, `${account.steps.at(-1)}: ${account.stopped?.message}`);
    demand(seen.ending !== 'reset', 'the subject reset the connection');
    demand(account.remainder === 0, `${account.remainder} bytes of it are no whole packet (HS-27)`);
  }
  if (expected.outcome === 'refuses') {
    const { sends } = expected;
    if (sends !== undefined) {
      demand(sends.includes(seen.sent), `it sent ${seen.sent} bytes and not ${sends.join(' or ')}`);
    } else if (!expected.deaf) {
      const begun = plainSays.subarray(0, account.received.length);
      demand(account.received.equals(begun), 'it sent what its plain end had not said (CN-8)');
    }
  }
  return found;
}

type Demand = (holds: boolean, what: string) => void;

function checkReleased({ released, account }: Seen, expected: Reaction, demand: Demand): void {
  const all = account.sent;
  const whole = expected.outcome === 'works' ? all.length : 0;
  const { releases = whole } = expected;
  const [least, most] = typeof releases === 'number' ? [releases, releases] : releases;
  const allowed = Array.from({ length: most - least + 1 }, (_, i) =>
    Buffer.concat(all.slice(0, least + i)),
  );
  demand(
    allowed.some((bytes) => bytes.equals(released)),
    `it released ${released.length} bytes, ${JSON.stringify(released.toString('latin1').slice(0, 80))}, and not ${allowed.map((bytes) => bytes.length).join(' or ')}`,
  );
}

function checkLooks({ looks }: Seen, { looks: expected = [] }: Reaction, demand: Demand): void {
  for (const [i, { sent = Infinity, released = Infinity }] of expected.entries()) {
    const look = looks[i];
    demand(look !== undefined, 'the peer did not come to its pause');
    if (look === undefined) continue;
    demand(look.sent <= sent, `it had sent ${look.sent} bytes, and not ${sent}`);
    demand(look.released <= released, `it had released ${look.released} bytes, not ${released}`);
  }
}

/** What is particular to a misbehaviour, beside what its outcome says. */
type More = Partial<Pick<Misbehaviour, 'subjects' | 'needs'>> &
  Partial<Reaction> & { readonly reaction?: (subject: Role) => Partial<Reaction> };

type Make = (requirements: string, does: string, bends: Bends, more?: More) => Misbehaviour;

function make(reactionOf: (subject: Role) => Reaction): Make {
  return (requirements, does, bends, more = {}) => {
    const { subjects = BOTH, needs, reaction, ...always } = more;
    return {
      does,
      requirements: requirements.split(' '),
      subjects,
      bends,
      ...(needs !== undefined && { needs }),
      reaction: (subject) => ({ ...reactionOf(subject), ...always, ...reaction?.(subject) }),
    };
  };
}

/** The subject goes on as if nothing were odd: the text allows it. */
export const accepted = make(() => ({ outcome: 'works' }));

/**
 * The subject refuses the handshake: a server has sent its nonce and nothing else (HS-9), a client
 * its y ‖ h, too (HS-7).
 */
export const refused = make((subject) => ({
  outcome: 'refuses',
  sends: [subject === 'server' ? NONCE_LENGTH : HANDSHAKE_LENGTH],
}));

/** The subject refuses the first packet, and has released nothing. */
export const refusedFirst = make(() => ({ outcome: 'refuses', releases: 0 }));

/** The subject refuses the second packet, when the first was delivered, and what follows it. */
export const refusedSecond = make(() => ({ outcome: 'refuses', releases: 1 }));

/** The stream ends early, and that is passed on as an end. */
export const endsEarly = make(() => ({ outcome: 'ends' }));

/** The connection is lost, and both sockets are closed. */
export const lost = make(() => ({ outcome: 'fails', releases: 0 }));
