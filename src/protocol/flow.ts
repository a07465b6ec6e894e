/**
 * Flow control: how many bytes wait for a slow side before the fast side is left unread.
 *
 * Answers CN-9. The bound for each direction is HIGH_WATER_BYTES plus the output of one read.
 */

import type { Side } from './parameters.ts';
import type { ConnectionEffect } from './vocabulary.ts';

/** At this many unwritten bytes towards a side, its opposite is not read any more. */
export const HIGH_WATER_BYTES = 256 * 1024;

/** At this many or fewer, it is read again. */
export const LOW_WATER_BYTES = 64 * 1024;

/** What a connection remembers about the flow on its two sides. */
export interface Flow {
  /** Bytes of `sendBytes` not yet answered by `writeCompleted`, for each side. */
  readonly unsent: Readonly<Record<Side, number>>;
  /** Whether each side is being read. */
  readonly reading: Readonly<Record<Side, boolean>>;
}

/** Nothing sent, nothing read. */
export const initialFlow: Flow = {
  unsent: { plain: 0, cipher: 0 },
  reading: { plain: false, cipher: false },
};

/** The other side. */
export function opposite(side: Side): Side {
  return side === 'plain' ? 'cipher' : 'plain';
}

/** The flow after these effects were asked for: what they send counts as unsent. */
export function afterSending(flow: Flow, effects: readonly ConnectionEffect[]): Flow {
  let { plain, cipher } = flow.unsent;
  for (const effect of effects) {
    if (effect.type !== 'sendBytes') continue;
    if (effect.side === 'plain') plain += effect.bytes.length;
    else cipher += effect.bytes.length;
  }
  return { unsent: { plain, cipher }, reading: flow.reading };
}

/** The flow after `length` bytes towards `side` were handed over. */
export function afterWriting(flow: Flow, side: Side, length: number): Flow {
  const { plain, cipher } = flow.unsent;
  const unsent =
    side === 'plain' ? { plain: plain - length, cipher } : { plain, cipher: cipher - length };
  return { unsent, reading: flow.reading };
}

/** Make `side` read or unread; no effect when it already is. */
export function setReading(
  flow: Flow,
  side: Side,
  reading: boolean,
): { readonly flow: Flow; readonly effects: readonly ConnectionEffect[] } {
  if (flow.reading[side] === reading) return { flow, effects: [] };
  return {
    flow: { ...flow, reading: { ...flow.reading, [side]: reading } },
    effects: [{ type: reading ? 'startReading' : 'stopReading', side }],
  };
}

/** Read `side` or leave it unread, by how much waits for the side its bytes go to. */
export function regulate(
  flow: Flow,
  side: Side,
): { readonly flow: Flow; readonly effects: readonly ConnectionEffect[] } {
  const waiting = flow.unsent[opposite(side)];
  if (waiting >= HIGH_WATER_BYTES) return setReading(flow, side, false);
  if (waiting <= LOW_WATER_BYTES) return setReading(flow, side, true);
  return { flow, effects: [] };
}
