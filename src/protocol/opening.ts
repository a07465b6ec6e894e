/**
 * The direction from cipher to plain: a byte stream in any segmentation to plaintext, as a reducer.
 *
 * Answers PK-5 and PK-7 to PK-12. At most 1059 bytes, the beginning of one packet, are held
 * between events. Good packets before a bad one are delivered (PK-11), so that what is delivered
 * does not depend on the segmentation. (C drops up to seven of them, those that it read together
 * with the bad one.)
 */

import { concat, NO_BYTES } from './bytes.ts';
import type { FaultCode } from './faults.ts';
import { unexpected } from './invariant.ts';
import { PACKET_BYTES, PACKET_NUMBER_LIMIT } from './parameters.ts';
import type { CryptoSuite, PacketKeys } from './suite.ts';
import type { ConnectionEffect, Step } from './vocabulary.ts';

export type OpeningState = {
  /** The number of the next packet, 0 to 2⁶⁴: so many were good. 2⁶⁴ means that none may follow. */
  readonly packetNumber: bigint;
} & (
  | {
      readonly phase: 'opening';
      readonly keys: PacketKeys;
      /** The beginning of that packet, 0 to 1059 bytes. */
      readonly partial: Uint8Array;
    }
  /** The stream ended between packets. */
  | { readonly phase: 'ended' }
  /** The stream ended inside a packet (CN-13). */
  | { readonly phase: 'truncated' }
  | { readonly phase: 'failed'; readonly fault: FaultCode }
);

export type OpeningEvent =
  | { readonly type: 'bytesReceived'; readonly bytes: Uint8Array }
  | { readonly type: 'endReceived' };

type OpeningStep = Step<OpeningState, Extract<ConnectionEffect, { type: 'sendBytes' }>>;

/** Where a direction begins. */
export function initialOpeningState(keys: PacketKeys): OpeningState {
  return { phase: 'opening', keys, packetNumber: 0n, partial: NO_BYTES };
}

/** Open what the event completes. Every phase but `opening` is final. */
//= PK-12
//# A packet MUST be processed only when all its bytes are there; the result MUST NOT depend on how
//# the stream is cut into segments.
export function stepOpening(
  suite: CryptoSuite,
  state: OpeningState,
  event: OpeningEvent,
): OpeningStep {
  if (state.phase !== 'opening') return unexpected('opening', state, event);
  switch (event.type) {
    case 'bytesReceived':
      return openWholePackets(suite, state, event.bytes);
    case 'endReceived':
      return {
        //= CN-13
        //# If the peer's stream ends inside a packet, the 1 to 1059 bytes of that packet MUST NOT
        //# be delivered.
        state: {
          phase: state.partial.length === 0 ? 'ended' : 'truncated',
          packetNumber: state.packetNumber,
        },
        effects: [],
      };
  }
}

function openWholePackets(
  suite: CryptoSuite,
  state: Extract<OpeningState, { phase: 'opening' }>,
  bytes: Uint8Array,
): OpeningStep {
  const { keys, packetNumber, partial } = state;
  const arrived = Math.floor((partial.length + bytes.length) / PACKET_BYTES);
  if (arrived === 0) return { state: { ...state, partial: concat(partial, bytes) }, effects: [] };
  const left = PACKET_NUMBER_LIMIT - packetNumber;
  if (left === 0n) return { state: exhausted(packetNumber), effects: [] };
  const openable = BigInt(arrived) < left ? arrived : Number(left);
  // Of the bytes that have just come, so many belong to packets that are whole now.
  const end = openable * PACKET_BYTES - partial.length;
  //= PK-11
  //# The plaintext of packets before a bad one MUST be delivered, in order, as far as CN-26 goes.
  //= PK-15
  //# A receiver MUST NOT deliver a bad packet or anything after it.
  const { plaintext, opened, failure } = suite.openPackets(
    keys,
    packetNumber,
    partial,
    bytes.subarray(0, end),
  );
  const next = packetNumber + BigInt(opened);
  return {
    state:
      failure !== undefined
        ? {
            phase: 'failed',
            fault: `packet-${failure === 'mac' ? 'mac-mismatch' : 'length-invalid'}`,
            packetNumber: next,
          }
        : openable < arrived
          ? exhausted(next)
          : {
              phase: 'opening',
              keys,
              packetNumber: next,
              // A copy: the event's array may be a large read of which this is the last bit.
              partial: new Uint8Array(bytes.subarray(end)),
            },
    effects: plaintext.length === 0 ? [] : [{ type: 'sendBytes', side: 'plain', bytes: plaintext }],
  };
}

/** A packet came for which no number is left. */
function exhausted(packetNumber: bigint): OpeningState {
  return { phase: 'failed', fault: 'packet-numbers-exhausted', packetNumber };
}
