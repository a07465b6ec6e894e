/**
 * The events of two ends in one order: by the clocks of the two logs, but never bytes before they
 * were sent, nor an end of stream before it was passed on.
 *
 * The clocks may be of two machines and say anything; the order of cause and effect holds anyway.
 * From where somebody changed the stream on its way, the clocks alone decide.
 */

import { otherRole } from '../../eventlog/index.ts';
import type { EndHistory, Happening } from './end-history.ts';
import type { WireView } from './wire-view.ts';

/** One event, and the log that it is from. */
export interface Interleaved {
  readonly history: EndHistory;
  readonly happening: Happening;
}

/** The events of one log, or of both ends', each in its own order. */
export function interleave(ends: readonly EndHistory[]): readonly Interleaved[] {
  const queues = ends.map((history) => ({ history, next: 0 }));
  const order: Interleaved[] = [];
  for (;;) {
    const waiting = queues.flatMap((queue) => {
      const { history, next } = queue;
      const happening = history.happenings[next];
      return happening === undefined ? [] : [{ history, happening, queue }];
    });
    const ready = waiting.filter(({ history, happening }) => isCaused(happening, history, queues));
    const candidates = ready.length > 0 ? ready : waiting;
    const [first] = candidates.toSorted((a, b) => timeOf(a) - timeOf(b));
    if (first === undefined) return order;
    order.push(first);
    first.queue.next += 1;
  }
}

interface Queue {
  readonly history: EndHistory;
  readonly next: number;
}

/** Milliseconds of the wall clock. */
function timeOf({ history, happening }: Interleaved): number {
  return Date.parse(history.header.started) + happening.microseconds / 1000;
}

/** Whether all that the event needs of the other end has happened there. */
function isCaused(
  { event, wire }: Happening,
  { header, received }: EndHistory,
  queues: readonly Queue[],
): boolean {
  const peer = queues.find(({ history }) => history.header.role === otherRole(header.role));
  if (peer === undefined) return true;
  const done = peer.history.happenings[peer.next - 1];
  if (event.type === 'connectionAccepted' && header.role === 'server') {
    // A daemon's client can only be accepted after it has dialled.
    return done !== undefined;
  }
  if (event.side !== 'cipher') return true;
  if (event.type === 'bytesReceived') {
    const sendable = commonBytes(peer.history.sent, received);
    return (done?.wire.sent ?? 0) >= Math.min(wire.received, sendable);
  }
  if (event.type !== 'endReceived') return true;
  const ends = peer.history.happenings.some(isEnd);
  return !ends || peer.history.happenings.slice(0, peer.next).some(isEnd);
}

/** How many bytes arrived as they were sent, before the first that did not. */
function commonBytes(sent: WireView, received: WireView): number {
  for (const { what, start, bytes } of received.messages()) {
    const original = sent.message(what)?.bytes;
    // Left out of the page: nothing is known against it.
    if (original === undefined && start < sent.total) continue;
    const different = bytes.findIndex((byte, i) => byte !== original?.[i]);
    if (different !== -1) return start + different;
  }
  return Math.min(sent.total, received.total);
}

/** Whether an end's stream ends with this event: passed on, or closed. */
function isEnd({ wire, effects }: Happening): boolean {
  return (
    wire.endSent ||
    effects.some(
      ({ type, side }) => type === 'closeConnection' || (type === 'closeSide' && side === 'cipher'),
    )
  );
}
