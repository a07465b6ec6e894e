/**
 * The direction from plain to cipher: plaintext of any length to packets, as a reducer.
 *
 * Answers PK-1 to PK-6 and PK-10. It holds nothing back: every event's bytes leave in the same
 * step. How a packet is made is the suite's business; which numbers it gets is decided here.
 */

import { unexpected } from './invariant.ts';
import { MAX_MESSAGE_BYTES, PACKET_NUMBER_LIMIT } from './parameters.ts';
import type { CryptoSuite, PacketKeys } from './suite.ts';
import type { ConnectionEffect, Step } from './vocabulary.ts';

export type SealingState = {
  /** The number of the next packet, 0 to 2⁶⁴: so many were sealed. 2⁶⁴ means that none is left. */
  readonly packetNumber: bigint;
} & (
  | { readonly phase: 'sealing'; readonly keys: PacketKeys }
  /** Plaintext was left over when the packet numbers ran out (PK-10). */
  | { readonly phase: 'exhausted' }
);

export interface SealingEvent {
  readonly type: 'bytesReceived';
  readonly bytes: Uint8Array;
}

type SealingStep = Step<SealingState, Extract<ConnectionEffect, { type: 'sendBytes' }>>;

/** Where a direction begins. */
//= PK-5
//# Packet numbers MUST start at 0 in each direction and grow by one with each packet of that
//# direction.
export function initialSealingState(keys: PacketKeys): SealingState {
  return { phase: 'sealing', keys, packetNumber: 0n };
}

/**
 * Seal the bytes of the event: ⌈length / 1024⌉ packets, every one full but the last (PK-6), or as
 * many as there are numbers left. `exhausted` is final.
 */
export function stepSealing(
  suite: CryptoSuite,
  state: SealingState,
  event: SealingEvent,
): SealingStep {
  if (state.phase === 'exhausted') return unexpected('sealing', state, event);
  const { keys, packetNumber } = state;
  //= PK-13
  //# A sender SHOULD fill every packet but the last of the plaintext at hand.
  //= PK-14
  //# A sender SHOULD NOT hold plaintext back to fill a packet.
  const wanted = BigInt(Math.ceil(event.bytes.length / MAX_MESSAGE_BYTES));
  const left = PACKET_NUMBER_LIMIT - packetNumber;
  //= PK-10
  //# An end MUST NOT use a packet number twice: if the next packet would have number 2⁶⁴ the
  //# connection is closed.
  const packets = wanted < left ? wanted : left;
  const next = packetNumber + packets;
  const sealable = event.bytes.subarray(0, Number(packets) * MAX_MESSAGE_BYTES);
  return {
    state:
      packets < wanted
        ? { phase: 'exhausted', packetNumber: next }
        : { phase: 'sealing', keys, packetNumber: next },
    //= PK-6
    //# A sender MUST NOT send a packet with an empty message.
    effects:
      sealable.length === 0
        ? []
        : [
            {
              type: 'sendBytes',
              side: 'cipher',
              bytes: suite.sealPackets(keys, packetNumber, sealable),
            },
          ],
  };
}
