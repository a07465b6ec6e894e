/**
 * Whether the packets of a view are authentic, and what is in them (PK-3 to PK-8).
 *
 * It checks each packet by itself, at the number that its place gives it, so that the packets of a
 * page that leaves some out are checked all the same.
 */

import { aes256Ctr, firstCounterBlock } from '../../crypto/aes-ctr.ts';
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
  | { readonly kind: 'opened'; readonly length: number; readonly ciphertext: Uint8Array };

/** The length that is in an opened packet. */
export function openedLength(check: PacketCheck): number | undefined {
  return check.kind === 'opened' ? check.length : undefined;
}

/** Check the packets of a view, in order, by number. `judged`: nothing after a bad one counts. */
export function checkPackets(
  suite: CryptoSuite,
  keys: PacketKeys | undefined,
  packets: readonly Seen[],
  judged: boolean,
): ReadonlyMap<number, PacketCheck> {
  const checks = new Map<number, PacketCheck>();
  let failed = false;
  for (const { what, bytes } of packets) {
    if (typeof what !== 'number') continue;
    const check: PacketCheck =
      failed && judged ? { kind: 'after a failure' } : checkPacket(suite, keys, what, bytes);
    checks.set(what, check);
    failed ||= check.kind === 'forged' || (check.kind === 'opened' && !isValid(check.length));
  }
  return checks;
}

/** The 1028 bytes that an opened packet was sealed from. */
export function cleartextOf(
  { ciphertext }: Extract<PacketCheck, { kind: 'opened' }>,
  { e }: PacketKeys,
  number: number,
): Uint8Array {
  return aes256Ctr(e, firstCounterBlock(BigInt(number)), ciphertext);
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
  const authenticated = new Uint8Array(CIPHERTEXT_BYTES + 8);
  authenticated.set(ciphertext);
  new DataView(authenticated.buffer).setBigUint64(CIPHERTEXT_BYTES, BigInt(number));
  const expected = suite.hmac(keys.h, authenticated);
  if (!suite.equal(expected, packet.subarray(CIPHERTEXT_BYTES)))
    return { kind: 'forged', expected };
  const cleartext = aes256Ctr(keys.e, firstCounterBlock(BigInt(number)), ciphertext);
  const length = new DataView(cleartext.buffer, cleartext.byteOffset).getUint32(MAX_MESSAGE_BYTES);
  return { kind: 'opened', length, ciphertext };
}

function isValid(length: number): boolean {
  return length >= 1 && length <= MAX_MESSAGE_BYTES;
}
