/**
 * The keys of a connection as one of its ends has them: computed from K, or taken from a `full`
 * log. Answers HS-5, HS-14, HS-16 and HS-17 for reading a connection, never for making one.
 */

import { isOne, one } from '../../protocol/group14.ts';
import {
  MAC_BYTES,
  NONCE_BYTES,
  PUBLIC_VALUE_BYTES,
  PUBLIC_VALUE_MESSAGE_BYTES,
  type Role,
} from '../../protocol/parameters.ts';
import type { CryptoSuite, PacketKeys } from '../../protocol/suite.ts';
import { type EndHistory, peerOf } from './end-history.ts';
import type { WireView } from './wire-view.ts';

/** What is known of an end's keys. */
export interface EndKeys {
  readonly dk1: Uint8Array | undefined;
  readonly ySC: Uint8Array | undefined;
  readonly dk2: Uint8Array | undefined;
  /** False when K is given and is not the one that this end ran with; K is then not used. */
  readonly secretFits: boolean;
}

/** Work out what can be known. `secret` is K, 32 bytes. */
export function endKeys(
  history: EndHistory,
  suite: CryptoSuite,
  secret: Uint8Array | undefined,
): EndKeys {
  const { secrets } = history;
  const nonces = noncesOf(history);
  const computed =
    secret === undefined || nonces === undefined
      ? undefined
      : suite.pbkdf2(secret, nonces, 2 * MAC_BYTES);
  const secretFits = fits(history, suite, computed);
  const ySC = secrets.ySC ?? (eitherIsOne(history) ? one() : undefined);
  const dk2 =
    secretFits && secret !== undefined && nonces !== undefined && ySC !== undefined
      ? suite.pbkdf2(secret, join(nonces, ySC), 4 * MAC_BYTES)
      : undefined;
  return {
    dk1: secrets.dk1 ?? (secretFits ? computed : undefined),
    ySC,
    dk2: secrets.dk2 ?? dk2,
    secretFits,
  };
}

/** The key that makes an end's h (HS-5). */
export function dhmacOf(keys: EndKeys, role: Role): Uint8Array | undefined {
  return role === 'client'
    ? keys.dk1?.subarray(0, MAC_BYTES)
    : keys.dk1?.subarray(MAC_BYTES, 2 * MAC_BYTES);
}

/** The keys that an end seals with (HS-17, HS-18). */
export function packetKeysOf({ dk2 }: EndKeys, role: Role): PacketKeys | undefined {
  if (dk2 === undefined) return undefined;
  const key = (i: number): Uint8Array => dk2.subarray(i * MAC_BYTES, (i + 1) * MAC_BYTES);
  return role === 'client' ? { e: key(0), h: key(1) } : { e: key(2), h: key(3) };
}

/** nonceC ‖ nonceS as this end knows them; undefined unless both are complete. */
export function noncesOf({ header, sent, received }: EndHistory): Uint8Array | undefined {
  const own = completeNonce(sent);
  const peer = completeNonce(received);
  if (own === undefined || peer === undefined) return undefined;
  return header.role === 'client' ? join(own, peer) : join(peer, own);
}

function completeNonce(view: WireView): Uint8Array | undefined {
  const bytes = view.message('nonce')?.bytes;
  return bytes?.length === NONCE_BYTES ? bytes : undefined;
}

/** The y of a stream, if y ‖ h is complete. */
export function publicValueOf(view: WireView): Uint8Array | undefined {
  const bytes = view.message('public value')?.bytes;
  return bytes?.length === PUBLIC_VALUE_MESSAGE_BYTES
    ? bytes.subarray(0, PUBLIC_VALUE_BYTES)
    : undefined;
}

/** HS-14, HS-16: when either value is 1, both ends arrive at ySC = 1. */
function eitherIsOne({ sent, received }: EndHistory): boolean {
  return [sent, received].some((view) => {
    const y = publicValueOf(view);
    return y !== undefined && isOne(y);
  });
}

/** Whether `dk1`, computed from the given K, is what this end has used. */
function fits(history: EndHistory, suite: CryptoSuite, dk1: Uint8Array | undefined): boolean {
  if (dk1 === undefined) return true;
  if (history.secrets.dk1 !== undefined) return suite.equal(history.secrets.dk1, dk1);
  const { role } = history.header;
  const keys: EndKeys = { dk1, ySC: undefined, dk2: undefined, secretFits: true };
  for (const [sender, view] of [
    [role, history.sent],
    [peerOf(role), history.received],
  ] as const) {
    const y = publicValueOf(view);
    const h = view.message('public value')?.bytes.subarray(PUBLIC_VALUE_BYTES);
    const dhmac = dhmacOf(keys, sender);
    if (y === undefined || h === undefined || dhmac === undefined) continue;
    // Our own h tells for certain; the peer's may be wrong for other reasons.
    return sender !== role || suite.equal(h, suite.hmac(dhmac, y));
  }
  return true;
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
