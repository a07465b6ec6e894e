/**
 * Whether the packets of a view are authentic, and what is in them (PK-3 to PK-8).
 *
 * It checks each packet by itself, at the number that its place gives it, so that the packets of a
 * page that leaves some out are checked all the same.
 */

import { aes256Ctr, firstCounterBlock } from '../../crypto/aes-ctr.ts';
import { concat } from '../../protocol/bytes.ts';
import { CIPHERTEXT_BYTES, MAX_MESSAGE_BYTES, PACKET_BYTES } from '../../protocol/parameters.ts';
import type { CryptoSuite, PacketKeys } from '../../protocol/suite.ts';
import type { Seen } from './wire-view.ts';

/** What is found of a packet. */
export type PacketCheck =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'without keys' }
  /** Its receiver had stopped before it. */
  | { readonly kind: 'after a failure' }
  | { readonly kind: 'forged'; readonly expected: Uint8Array }
  /** `cleartext` is the 1028 bytes that it was sealed from, `length` the last four of them. */
  | { readonly kind: 'opened'; readonly length: number; readonly cleartext: Uint8Array };

/** Whether so many bytes can be the message of a packet (PK-1). */
export function isMessageLength(length: number): boolean {
  return length >= 1 && length <= MAX_MESSAGE_BYTES;
}

/** Check the packets of a view, in order, by number. Nothing after a bad one counts. */
export function checkPackets(
  suite: CryptoSuite,
  keys: PacketKeys | undefined,
  messages: readonly Seen[],
): ReadonlyMap<Seen['what'], PacketCheck> {
  const checks = new Map<Seen['what'], PacketCheck>();
  let failed = false;
  for (const { what, bytes } of messages) {
    if (typeof what !== 'number') continue;
    const check: PacketCheck = failed
      ? { kind: 'after a failure' }
      : checkPacket(suite, keys, what, bytes);
    checks.set(what, check);
    failed ||=
      check.kind === 'forged' || (check.kind === 'opened' && !isMessageLength(check.length));
  }
  return checks;
}

function checkPacket(
  suite: CryptoSuite,
  keys: PacketKeys | undefined,
  number: number,
  packet: Uint8Array,
): PacketCheck {
  if (packet.length < PACKET_BYTES) return { kind: 'incomplete' };
  if (keys === undefined) return { kind: 'without keys' };
  const ciphertext = packet.subarray(0, CIPHERTEXT_BYTES);
  // Its first half is be64(number), which the MAC is over, too.
  const counterBlock = firstCounterBlock(BigInt(number));
  const expected = suite.hmac(keys.h, concat(ciphertext, counterBlock.subarray(0, 8)));
  if (!suite.equal(expected, packet.subarray(CIPHERTEXT_BYTES)))
    return { kind: 'forged', expected };
  const cleartext = aes256Ctr(keys.e, counterBlock, ciphertext);
  const length = new DataView(cleartext.buffer, cleartext.byteOffset).getUint32(MAX_MESSAGE_BYTES);
  return { kind: 'opened', length, cleartext };
}
