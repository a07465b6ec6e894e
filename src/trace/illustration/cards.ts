/**
 * The cards of all messages on a page, and which event completes which.
 *
 * A message that arrived as it was sent has one card, where it was sent. One that did not, or
 * whose sender has no log here, has a card of its own where it arrived.
 */

import { packetKeysOf } from '../../eventlog/index.ts';
import type { Role } from '../../protocol/parameters.ts';
import type { CryptoSuite } from '../../protocol/suite.ts';
import type { EndHistory } from './end-history.ts';
import type { EndKeys } from './end-keys.ts';
import { messageCard, messageId } from './message-card.ts';
import type { Message, Reveal, Verdict } from './model.ts';
import type { CardIndex } from './moments.ts';
import { checkPackets } from './packet-check.ts';
import type { Seen, Span, WireView } from './wire-view.ts';

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
export function cardsOf(ends: readonly KeyedEnd[], suite: CryptoSuite, reveal: Reveal): Cards {
  const messages: Message[] = [];
  const entries: Entry[] = [];
  /** The cards of one direction, as one end saw it; `original` is what its sender says it sent. */
  const add = (
    view: WireView,
    keys: EndKeys,
    seen: Message['seen'],
    original: WireView | undefined,
  ): void => {
    const { sender } = view;
    const packetKeys = keys.dk2 && packetKeysOf(keys.dk2, sender);
    const checks = checkPackets(suite, packetKeys, view.messages());
    for (const message of view.messages()) {
      const { what, start, bytes } = message;
      const place = { sender, seen, start, end: start + bytes.length };
      const sent = original?.message(what)?.bytes;
      if (sent !== undefined && isSame(sent, bytes)) {
        entries.push({ ...place, id: messageId(sender, what, 'sent'), unchanged: true });
        continue;
      }
      const [packet, remarks] = [checks.get(what), repetition(message, view)];
      const context = { suite, reveal, keys, seen, sent, packet, remarks };
      messages.push(messageCard(sender, message, context));
      const id = messageId(sender, what, seen);
      entries.push({ ...place, id, unchanged: original === undefined });
    }
  };
  for (const { history, keys } of ends) add(history.sent, keys, 'sent', undefined);
  for (const { history, keys } of ends) {
    const sender = ends.find(({ history: { sent } }) => sent.sender === history.received.sender);
    add(history.received, keys, 'arrived', sender?.history.sent);
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
