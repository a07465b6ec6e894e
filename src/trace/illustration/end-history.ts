/**
 * One event log, read once from its start to its end, and kept as far as a page needs it: facts
 * of its events, states, the messages of both directions, and the values that a `full` log holds.
 *
 * What it keeps is bounded however long the log is; what is left out is counted.
 */

import {
  counted,
  type EventLogError,
  followLog,
  inWords,
  type LogEnd,
  type LogEntry,
  type LogHeader,
  type LogRecord,
  Machine,
  otherRole,
  printable,
} from '../../eventlog/index.ts';
import type { Outcome } from '../../protocol/faults.ts';
import type { Side } from '../../protocol/parameters.ts';
import type { CryptoSuite } from '../../protocol/suite.ts';
import type { Timer } from '../../protocol/vocabulary.ts';
import { recordedState, replayedState, type WireProgress } from './machine-state.ts';
import type { Fact } from './model.ts';
import { type Keep, type Span, WireView } from './wire-view.ts';

/** How much of a log is kept. */
export interface Limits {
  readonly events: Keep;
  readonly packets: Keep;
}

/** An event or an effect, without its bytes. */
export interface Deed {
  readonly type: (LogEntry['event'] | LogEntry['effects'][number])['type'];
  readonly text: string;
  readonly side: Side | undefined;
  /** Of bytes on either side. */
  readonly length: number;
  /** Where bytes on the cipher side are in their stream. */
  readonly span: Span | undefined;
  readonly outcome: Outcome | undefined;
  readonly timer: Timer | undefined;
}

/** One event with what came of it. */
export interface Happening {
  readonly sequence: number;
  readonly microseconds: number;
  readonly event: Deed;
  readonly effects: readonly Deed[];
  /** The lengths of the keys that were derived from K. */
  readonly derived: readonly number[];
  /** The state afterwards, in words. */
  readonly state: readonly Fact[];
  /** Why the replay of this log has to stop with this event, if it does. */
  readonly difference: string | undefined;
  readonly wire: WireProgress;
  /** Whether the state comes from the replay. */
  readonly replayed: boolean;
  /** How many events were left out just before this one. */
  readonly leftOut: number;
}

/** What is kept of a log. */
export interface EndHistory {
  readonly header: LogHeader;
  readonly happenings: readonly Happening[];
  /** Absent when the log was cut short. */
  readonly end: LogEnd | undefined;
  readonly truncation: EventLogError | undefined;
  readonly sent: WireView;
  readonly received: WireView;
  /** From a `full` log, as far as it came. */
  readonly secrets: {
    readonly dk1: Uint8Array | undefined;
    readonly dk2: Uint8Array | undefined;
    readonly x: Uint8Array | undefined;
    readonly ySC: Uint8Array | undefined;
  };
}

/**
 * Read a log. Rejects with the reader's error if it is damaged; of one that was cut short, gives
 * what is there.
 */
export async function readEndHistory(
  records: AsyncIterable<LogRecord>,
  suite: CryptoSuite,
  limits: Limits,
): Promise<EndHistory> {
  const { follower, end, truncation } = await followLog(
    records,
    (header) => new Keeper(header, suite, limits),
  );
  return follower.history(end, truncation);
}

class Keeper {
  readonly #header: LogHeader;
  readonly #limits: Keep;
  readonly #sent: WireView;
  readonly #received: WireView;
  readonly #first: Happening[] = [];
  readonly #last: Happening[] = [];
  readonly #secrets: { -readonly [Name in keyof EndHistory['secrets']]: Uint8Array | undefined } = {
    dk1: undefined,
    dk2: undefined,
    x: undefined,
    ySC: undefined,
  };
  #machine: Machine | undefined;
  #leftOut = 0;

  constructor(header: LogHeader, suite: CryptoSuite, limits: Limits) {
    this.#header = header;
    this.#limits = limits.events;
    this.#sent = new WireView(header.role, limits.packets);
    this.#received = new WireView(otherRole(header.role), limits.packets);
    if (header.content === 'full') this.#machine = new Machine(header, { suite });
  }

  observe(entry: LogEntry): void {
    const derived = this.#noteSecrets(entry);
    const event = this.#deed(entry.event, this.#received);
    const effects = entry.effects.map((effect) => this.#deed(effect, this.#sent));
    const wire: WireProgress = {
      sent: this.#sent.total,
      received: this.#received.total,
      endSent: this.#sent.ended,
      endReceived: this.#received.ended,
    };
    const { difference, state } = this.#fold(entry, wire);
    const { sequence, microseconds } = entry;
    this.#keep({
      ...{ sequence, microseconds, event, effects, derived, state, difference, wire },
      replayed: this.#machine !== undefined,
      leftOut: 0,
    });
  }

  history(end: LogEnd | undefined, truncation: EventLogError | undefined): EndHistory {
    const [next, ...others] = this.#last;
    const last = next === undefined ? [] : [{ ...next, leftOut: this.#leftOut }, ...others];
    return {
      header: this.#header,
      happenings: [...this.#first, ...last],
      end,
      truncation,
      sent: this.#sent,
      received: this.#received,
      secrets: this.#secrets,
    };
  }

  #keep(happening: Happening): void {
    if (this.#first.length < this.#limits.first) {
      this.#first.push(happening);
      return;
    }
    this.#last.push(happening);
    if (this.#last.length <= this.#limits.last) return;
    this.#last.shift();
    this.#leftOut += 1;
  }

  /** Replay the event; without a replay, or after it came out otherwise, what the log says. */
  #fold(
    entry: LogEntry,
    wire: WireProgress,
  ): { readonly state: readonly Fact[]; readonly difference: string | undefined } {
    const recorded = recordedState(printable(entry.phase), wire);
    if (this.#machine === undefined || entry.content !== 'full') {
      return { state: recorded, difference: undefined };
    }
    const difference = this.#machine.step(entry);
    if (difference === undefined) {
      return { state: replayedState(this.#machine.state), difference };
    }
    this.#machine = undefined;
    return { state: recorded, difference: printable(difference) };
  }

  /** The lengths of what was derived with this event. */
  #noteSecrets(entry: LogEntry): readonly number[] {
    if (entry.content !== 'full') return [];
    const { event, derivations } = entry;
    if (event.type === 'keyPairGenerated') this.#secrets.x = event.x;
    if (event.type === 'sharedSecretComputed') this.#secrets.ySC = event.ySC;
    for (const { output } of derivations) {
      if (this.#secrets.dk1 === undefined) this.#secrets.dk1 = output;
      else this.#secrets.dk2 = output;
    }
    return derivations.map(({ output }) => output.length);
  }

  /** What was done; its bytes on the wire are added to those of their direction. */
  #deed(deed: LogEntry['event'] | LogEntry['effects'][number], wire: WireView): Deed {
    const { type } = deed;
    const side = 'side' in deed ? deed.side : undefined;
    const bytes = 'bytes' in deed ? deed.bytes : undefined;
    if (side === 'cipher' && (type === 'endReceived' || type === 'endWriting')) wire.ended = true;
    return {
      type,
      text: printable(inWords(deed, this.#header.role)),
      side,
      length: bytes?.length ?? ('length' in deed ? deed.length : 0),
      span: side === 'cipher' && bytes !== undefined ? wire.add(bytes) : undefined,
      outcome: 'outcome' in deed ? deed.outcome : undefined,
      timer: 'timer' in deed ? deed.timer : undefined,
    };
  }
}

/** How much of a log the page leaves out, as a sentence; '' if nothing. */
export function describeLeftOut({ happenings, sent, received }: EndHistory): string {
  const events = happenings.reduce((sum, { leftOut }) => sum + leftOut, 0);
  const packets = [sent, received].reduce(
    (sum, view) => sum + view.packets - view.messages().filter(isPacket).length,
    0,
  );
  if (events === 0 && packets === 0) return '';
  return `${counted(events, 'event')} and the bytes of ${counted(packets, 'packet')} are left out to keep the page small.`;
}

function isPacket({ what }: { readonly what: unknown }): boolean {
  return typeof what === 'number';
}
