/**
 * The cards of all messages on a page, and which event completes which.
 *
 * A message that arrived as it was sent has one card, where it was sent. One that did not, or
 * whose sender has no log here, has a card of its own where it arrived.
 */

import type { Role } from '../../protocol/parameters.ts';
import type { CryptoSuite } from '../../protocol/suite.ts';
import type { EndHistory } from './end-history.ts';
import { type EndKeys, packetKeysOf } from './end-keys.ts';
import { messageCard, messageId } from './message-card.ts';
import type { Message, Reveal, Verdict } from './model.ts';
import type { CardIndex } from './moments.ts';
import { checkPackets } from './packet-check.ts';
import type { Seen, Span, WireView } from './wire-view.ts';

/** What the cards are made with. */
export interface CardOptions {
  readonly suite: CryptoSuite;
  readonly reveal: Reveal;
}

/** A log and the keys of its end. */
export interface KeyedEnd {
  readonly history: EndHistory;
  readonly keys: EndKeys;
}

/** Every card, and the index to them. */
export interface Cards extends CardIndex {
  readonly messages: readonly Message[];
}

/** Make the cards of one log or of both. */
export function cardsOf(ends: readonly KeyedEnd[], options: CardOptions): Cards {
  const messages: Message[] = [];
  const entries: Entry[] = [];
  for (const { history, keys } of ends) {
    const { sent } = history;
    const checks = checkPackets(
      options.suite,
      packetKeysOf(keys, sent.sender),
      sent.messages(),
      false,
    );
    for (const message of sent.messages()) {
      const packet = typeof message.what === 'number' ? checks.get(message.what) : undefined;
      messages.push(
        messageCard(sent.sender, message, {
          ...{ ...options, keys, seen: 'sent' },
          ...{ sent: undefined, packet, remarks: [] },
        }),
      );
      entries.push(entryOf(sent, message, 'sent', true));
    }
  }
  for (const { history, keys } of ends) {
    const { received } = history;
    const sender = received.sender;
    const original = ends.find((end) => end.history.sent.sender === sender)?.history.sent;
    const checks = checkPackets(
      options.suite,
      packetKeysOf(keys, sender),
      received.messages(),
      true,
    );
    for (const message of received.messages()) {
      const sent = original?.message(message.what)?.bytes;
      if (sent !== undefined && isSame(sent, message.bytes)) {
        entries.push({ ...entryOf(received, message, 'sent', true), seen: 'arrived' });
        continue;
      }
      const packet = typeof message.what === 'number' ? checks.get(message.what) : undefined;
      messages.push(
        messageCard(sender, message, {
          ...{ ...options, keys, seen: 'arrived', sent, packet },
          remarks: repetition(message, received),
        }),
      );
      entries.push(entryOf(received, message, 'arrived', original === undefined));
    }
  }
  return {
    messages,
    completedBy: (sender, seen, span) =>
      entries
        .filter((entry) => entry.sender === sender && entry.seen === seen && isIn(entry.end, span))
        .map(({ id }) => id),
    unchanged: (sender, span) =>
      entries.every(
        (entry) =>
          entry.unchanged ||
          entry.sender !== sender ||
          entry.seen !== 'arrived' ||
          entry.end <= span.start ||
          entry.start >= span.end,
      ),
  };
}

/** A message in one of the views, and its card. */
interface Entry {
  readonly id: string;
  readonly sender: Role;
  readonly seen: Message['seen'];
  readonly start: number;
  /** Of the bytes that are there. */
  readonly end: number;
  readonly unchanged: boolean;
}

function entryOf(
  { sender }: WireView,
  { what, start, bytes }: Seen,
  seen: Message['seen'],
  unchanged: boolean,
): Entry {
  const end = start + bytes.length;
  return { id: messageId(sender, what, seen), sender, seen, start, end, unchanged };
}

function isIn(end: number, span: Span): boolean {
  return span.start < end && end <= span.end;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** A packet that has come before, in the same direction: it was sent again by somebody. */
function repetition({ what, bytes }: Seen, view: WireView): readonly Verdict[] {
  if (typeof what !== 'number') return [];
  const earlier = view
    .messages()
    .find(
      (other) => typeof other.what === 'number' && other.what < what && isSame(other.bytes, bytes),
    );
  return earlier === undefined
    ? []
    : [{ kind: 'bad', text: `These are the bytes of packet ${earlier.what} once more (PK-7).` }];
}
