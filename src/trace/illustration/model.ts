/**
 * The illustrated connection as data: what a page about one recorded connection says, before
 * there is any page.
 *
 * `illustrate.ts` makes it from event logs, and `page.ts` makes HTML of it; both are pure, and
 * tested apart. Everything here may be shown: what is to be withheld does not get this far.
 */

import type { Role } from '../../protocol/parameters.ts';

/** A vertical line of the diagram, from left to right; the wire is between the two ends. */
export type Place = 'client plain' | 'client' | 'wire' | 'server' | 'server plain';

/** How much of what is secret may stand in the page. */
export type Reveal =
  /** The bytes on the wire and nothing else: as much as a `wire` log tells. */
  | 'wire'
  /** Also plaintext, private exponents and every key of this connection; never K. */
  | 'connection'
  /** Also K. For keys that are public, such as those of test vectors. */
  | 'everything';

/** What a page says. */
export interface Illustration {
  readonly title: string;
  /** What there is to see in this connection; '' if nobody said. */
  readonly subject: string;
  /** The recorded ends: one, or the client and then the server. */
  readonly ends: readonly RecordedEnd[];
  /** What the page shows and what it cannot or must not, a sentence each. */
  readonly remarks: readonly string[];
  readonly moments: readonly Moment[];
  readonly messages: readonly Message[];
  /** K, what is derived from it, and what goes into that, in the order of the handshake. */
  readonly values: readonly Value[];
}

/** One end whose log is on the page. */
export interface RecordedEnd {
  readonly role: Role;
  /** Facts about it, as name and value. */
  readonly facts: readonly Fact[];
  readonly ending: Ending;
}

/** A name and a value, to be shown side by side. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** How an end's connection ended. */
export interface Ending {
  readonly kind: 'good' | 'fault' | 'unknown';
  readonly text: string;
  /** The stable code, where there is one. */
  readonly code: string;
  readonly requirements: readonly string[];
}

/** One event of one end, with what came of it. The slider goes through these. */
export interface Moment {
  readonly end: Role;
  /** The event's number in the log of its end. */
  readonly sequence: number;
  /** Since the first event of its end. */
  readonly microseconds: number;
  readonly event: string;
  readonly marks: readonly Mark[];
  readonly effects: readonly Effect[];
  /** The client's machine and the server's, after the event. */
  readonly machines: Readonly<Record<Role, MachineView>>;
  /** The messages that are complete with this event, by their ids; also ones shown earlier. */
  readonly messages: readonly string[];
  /** What went wrong here. */
  readonly fault: Ending | undefined;
  /** How many events of this end are left out of the page just before this one. */
  readonly leftOut: number;
}

/** What a moment puts into the diagram, from top to bottom. */
export type Mark =
  | {
      readonly kind: 'arrow';
      readonly from: Place;
      readonly to: Place;
      readonly what: 'handshake' | 'packets' | 'plaintext' | 'end' | 'dial';
      readonly label: string;
      /** The bytes that arrive are not those that were sent. */
      readonly changed: boolean;
    }
  | {
      readonly kind: 'note';
      readonly at: Role;
      readonly what: 'work' | 'good' | 'fault' | 'quiet';
      readonly label: string;
    };

/** An effect in words, and what asks for it. */
export interface Effect {
  readonly text: string;
  readonly requirements: readonly string[];
}

/** A machine after an event. */
export interface MachineView {
  /** `replayed`: folded from a full log; `recorded`: read from a wire log; `inferred`: a guess. */
  readonly source: 'replayed' | 'recorded' | 'inferred';
  readonly rows: readonly MachineRow[];
}

/** One line of a machine's state. */
export interface MachineRow extends Fact {
  /** Whether it is another than before the event. */
  readonly changed: boolean;
}

/** One message on the wire, opened to its bytes. */
export interface Message {
  /** Distinct in the page; letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  readonly from: Role;
  /** Whether these are the bytes as they were sent, or as they arrived. */
  readonly seen: 'sent' | 'arrived';
  /** Of its first byte in the stream of its sender, from 0. */
  readonly offset: number;
  /** How long it is when it is complete. */
  readonly length: number;
  readonly ranges: readonly Range[];
  /** What the ciphertext stands for; empty if there is none, or it must not be shown. */
  readonly cleartext: readonly Range[];
  readonly remarks: readonly Verdict[];
}

/** A run of bytes with one meaning. */
export interface Range {
  /** Of the first byte, in its message or cleartext. */
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly field: string;
  /** How the value comes about, in the words of `spec/protocol.md`. */
  readonly formula: string;
  readonly requirements: readonly string[];
  readonly verdict?: Verdict | undefined;
  /** Offsets of bytes that are not as they were sent, in this range. */
  readonly changed: readonly ChangedByte[];
}

/** A byte that was changed on its way. */
export interface ChangedByte {
  /** In the range's bytes. */
  readonly index: number;
  readonly sent: number;
}

/** What a check found. */
export interface Verdict {
  readonly kind: 'good' | 'bad' | 'unknown';
  readonly text: string;
}

/** A named value of the handshake. */
export interface Value {
  readonly name: string;
  readonly length: number;
  readonly formula: string;
  readonly requirements: readonly string[];
  /** The bytes, or why they are not shown. */
  readonly content: Uint8Array | string;
}
