/**
 * Each event as the page shows it: what it draws into the diagram, its effects with what asks for
 * them, both machines afterwards, the messages that it completes, and a fault where it happened.
 */

import { counted, otherRole } from '../../eventlog/index.ts';
import { initialConnectionState } from '../../protocol/connection.ts';
import { describeOutcome, FAULTS, type Outcome } from '../../protocol/faults.ts';
import type { Role } from '../../protocol/parameters.ts';
import { type Timer, VOCABULARY } from '../../protocol/vocabulary.ts';
import type { Deed, EndHistory, Happening } from './end-history.ts';
import { interleave } from './interleave.ts';
import { inferredState, recordedState, replayedState, viewOf } from './machine-state.ts';
import type { Effect, Ending, MachineView, Mark, Message, Moment, Place } from './model.ts';
import { describeSpan, letterOf, messageAt, type Span } from './wire-view.ts';

/** The cards of the page, and where to find the card of a message that an end saw. */
export interface CardIndex {
  /** The messages of `sender`, as `seen`, that are complete with `span`. */
  completedBy(sender: Role, seen: Message['seen'], span: Span): readonly string[];
  /** Whether what arrived in `span` is what was sent there, as far as the page knows. */
  unchanged(sender: Role, span: Span): boolean;
}

/** All events of the recorded ends, in one order. */
export function momentsOf(ends: readonly EndHistory[], cards: CardIndex): readonly Moment[] {
  const both = ends.length === 2;
  const machines: { -readonly [End in Role]: MachineView } = {
    client: beforeStart('client', ends),
    server: beforeStart('server', ends),
  };
  // A fault that closes one side is told there, and not again when the other is closed.
  const told = new Set<Role>();
  return interleave(ends).map(({ history, happening }) => {
    const own = history.header.role;
    const peer = otherRole(own);
    const source = happening.replayed ? 'replayed' : 'recorded';
    machines[own] = viewOf(source, happening.state, machines[own]);
    machines[peer] = both
      ? viewOf(machines[peer].source, machines[peer].rows, machines[peer])
      : viewOf('inferred', inferredState(peer, happening.wire), machines[peer]);
    return {
      end: own,
      sequence: happening.sequence,
      microseconds: happening.microseconds,
      event: happening.event.text,
      marks: marksOf(own, happening, both, cards),
      effects: happening.effects.map((effect) => describe(own, effect)),
      machines: { ...machines },
      messages: completed(own, happening, cards),
      fault: faultOf(own, happening, told),
      leftOut: happening.leftOut,
    };
  });
}

function beforeStart(role: Role, ends: readonly EndHistory[]): MachineView {
  const recorded = ends.find(({ header }) => header.role === role);
  if (recorded === undefined) {
    return viewOf('inferred', inferredState(role, NOTHING), undefined);
  }
  return recorded.happenings[0]?.replayed === true
    ? viewOf('replayed', replayedState(initialConnectionState), undefined)
    : viewOf('recorded', recordedState(initialConnectionState.phase, NOTHING), undefined);
}

const NOTHING = { sent: 0, received: 0, endSent: false, endReceived: false };

/** How a connection ended at an end of this role, for people. */
export function endingOf(outcome: Outcome | null | undefined, role: Role): Ending {
  if (outcome === undefined || outcome === null) {
    const text = 'the recording ended before the connection';
    return { kind: 'unknown', text, code: '', requirements: [] };
  }
  const { code } = outcome;
  const text = describeOutcome(outcome, role);
  if (code === 'closed') return { kind: 'good', text, code, requirements: ['CN-12'] };
  if (code === 'cancelled') return { kind: 'unknown', text, code, requirements: [] };
  return { kind: 'fault', text, code, requirements: [FAULTS[code].requirement] };
}

function faultOf(
  own: Role,
  { effects, difference }: Happening,
  told: Set<Role>,
): Ending | undefined {
  if (difference !== undefined) {
    const text = `this event replays differently than it was recorded: ${difference}`;
    return { kind: 'fault', text, code: '', requirements: [] };
  }
  if (told.has(own)) return undefined;
  const closing = effects.find(({ outcome }) => outcome !== undefined);
  if (closing !== undefined) told.add(own);
  const ending = closing === undefined ? undefined : endingOf(closing.outcome, own);
  return ending?.kind === 'fault' ? ending : undefined;
}

/** The ids of the cards that belong to an event: received first, then sent. */
function completed(own: Role, { event, effects }: Happening, cards: CardIndex): readonly string[] {
  const { span } = event;
  return [
    ...(span === undefined ? [] : cards.completedBy(otherRole(own), 'arrived', span)),
    ...effects.flatMap((effect) =>
      effect.span ? cards.completedBy(own, 'sent', effect.span) : [],
    ),
  ];
}

/** The plain side of an end. */
function plainOf(role: Role): Place {
  return role === 'client' ? 'client plain' : 'server plain';
}

function marksOf(
  own: Role,
  { event, effects, derived }: Happening,
  both: boolean,
  cards: CardIndex,
): readonly Mark[] {
  return [
    eventMark(own, event, both, cards),
    ...derived.map((length) => note(own, 'work', length > 64 ? 'derives dk2' : 'derives dk1')),
    ...effects.flatMap((effect) => effectMark(own, effect) ?? []),
  ];
}

function note(at: Role, what: Extract<Mark, { kind: 'note' }>['what'], label: string): Mark {
  return { kind: 'note', at, what, label };
}

function arrow(
  from: Place,
  to: Place,
  what: Extract<Mark, { kind: 'arrow' }>['what'],
  label: string,
  changed = false,
): Mark {
  return { kind: 'arrow', from, to, what, label, changed };
}

function eventMark(own: Role, event: Deed, both: boolean, cards: CardIndex): Mark {
  const peer = otherRole(own);
  const wire: Place = both ? 'wire' : peer;
  const plain = plainOf(own);
  switch (event.type) {
    case 'connectionAccepted':
      return arrow(own === 'client' ? plain : peer, own, 'dial', 'connects');
    case 'bytesReceived':
      if (event.span === undefined) {
        return arrow(plain, own, 'plaintext', counted(event.length, 'byte'));
      }
      return arrow(
        ...([wire, own, kindOf(event.span), describeSpan(peer, event.span)] as const),
        !cards.unchanged(peer, event.span),
      );
    case 'endReceived':
      return arrow(event.side === 'plain' ? plain : wire, own, 'end', 'end');
    case 'keyPairGenerated':
      return note(own, 'work', `y${letterOf(own)} = 2^e${letterOf(own)} mod p`);
    case 'sharedSecretComputed':
      return note(own, 'work', `ySC = y${letterOf(peer)}^e${letterOf(own)} mod p`);
    default:
      return note(own, VOCABULARY[event.type]?.fatal ? 'fault' : 'quiet', event.text);
  }
}

function effectMark(own: Role, effect: Deed): Mark | undefined {
  const peer = otherRole(own);
  const plain = plainOf(own);
  switch (effect.type) {
    case 'connectTarget':
      return arrow(own, own === 'client' ? peer : plain, 'dial', 'dials');
    case 'sendBytes':
      return effect.span === undefined
        ? arrow(own, plain, 'plaintext', counted(effect.length, 'byte'))
        : arrow(own, peer, kindOf(effect.span), describeSpan(own, effect.span));
    case 'endWriting':
      return arrow(own, effect.side === 'plain' ? plain : peer, 'end', 'end');
    case 'closeSide':
    case 'closeConnection': {
      const { kind, code } = endingOf(effect.outcome, own);
      return note(own, kind === 'fault' ? 'fault' : 'good', `closes: ${code}`);
    }
    default:
      return undefined;
  }
}

function kindOf({ start }: Span): 'handshake' | 'packets' {
  return typeof messageAt(start).what === 'number' ? 'packets' : 'handshake';
}

function describe(own: Role, effect: Deed): Effect {
  const what = effect.span === undefined ? '' : ` (${describeSpan(own, effect.span)})`;
  return { text: `${effect.text}${what}`, requirements: groundsOf(own, effect) };
}

/** What asks for an effect, where its type says it. */
const GROUNDS: { readonly [Type in Deed['type']]?: readonly string[] } = {
  connectTarget: ['CN-2'],
  cancelTimer: ['TM-5'],
  stopReading: ['CN-9'],
  endWriting: ['CN-10'],
  closeSide: ['CN-23'],
  generateKeyPair: ['HS-8'],
  computeSharedSecret: ['HS-16'],
  eraseSecrets: ['HS-23'],
};

const TIMER_GROUNDS: Readonly<Record<Timer, string>> = {
  connect: 'TM-2',
  handshake: 'TM-3',
  delivery: 'TM-7',
};

function groundsOf(own: Role, { type, side, span, outcome, timer }: Deed): readonly string[] {
  switch (type) {
    case 'startTimer':
      return timer === undefined ? [] : [TIMER_GROUNDS[timer]];
    case 'sendBytes':
      return span === undefined ? ['CN-8', 'PK-11'] : groundsOfMessage(own, span);
    case 'startReading':
      return [side === 'plain' ? 'CN-6' : 'CN-9'];
    case 'closeConnection':
      return endingOf(outcome, own).requirements;
    default:
      return GROUNDS[type] ?? [];
  }
}

function groundsOfMessage(own: Role, { start }: Span): readonly string[] {
  const { what } = messageAt(start);
  if (what === 'nonce') return ['HS-2'];
  if (what === 'public value') return own === 'client' ? ['HS-7'] : ['HS-15', 'HS-9'];
  return ['PK-2', 'PK-3', 'PK-4', 'PK-5', 'PK-6'];
}
