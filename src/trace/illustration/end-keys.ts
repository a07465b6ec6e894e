/**
 * The keys of a connection as one of its ends has them: computed from K, or taken from a `full`
 * log. Answers HS-5, HS-14, HS-16 and HS-17 for reading a connection, never for making one.
 */

import { macKeyOf } from '../../eventlog/index.ts';
import { concat } from '../../protocol/bytes.ts';
import { isOne, one } from '../../protocol/group14.ts';
import { MAC_BYTES } from '../../protocol/parameters.ts';
import type { CryptoSuite } from '../../protocol/suite.ts';
import type { EndHistory } from './end-history.ts';

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
  const { secrets, sent, received } = history;
  // HS-14, HS-16: when either value is 1, both ends arrive at ySC = 1.
  const weak = [sent, received].some(({ y }) => y !== undefined && isOne(y));
  const known = { ...secrets, ySC: secrets.ySC ?? (weak ? one() : undefined) };
  const nonces = noncesOf(history);
  if (secret === undefined || nonces === undefined) return { ...known, secretFits: true };
  const dk1 = suite.pbkdf2(secret, nonces, 2 * MAC_BYTES);
  if (!fits(history, suite, dk1)) return { ...known, secretFits: false };
  const { ySC } = known;
  const dk2 =
    ySC === undefined ? undefined : suite.pbkdf2(secret, concat(nonces, ySC), 4 * MAC_BYTES);
  return { dk1: secrets.dk1 ?? dk1, ySC, dk2: secrets.dk2 ?? dk2, secretFits: true };
}

/** nonceC ‖ nonceS as this end knows them; undefined unless both are complete. */
export function noncesOf({ header, sent, received }: EndHistory): Uint8Array | undefined {
  const [client, server] = header.role === 'client' ? [sent, received] : [received, sent];
  if (client.nonce === undefined || server.nonce === undefined) return undefined;
  return concat(client.nonce, server.nonce);
}

/**
 * Whether `dk1`, computed from the given K, is what this end has used: its log says so, or its own
 * h. That of the peer may be wrong for other reasons.
 */
function fits({ header, sent, secrets }: EndHistory, suite: CryptoSuite, dk1: Uint8Array): boolean {
  if (secrets.dk1 !== undefined) return suite.equal(secrets.dk1, dk1);
  const { y, h } = sent;
  if (y === undefined || h === undefined) return true;
  return suite.equal(h, suite.hmac(macKeyOf(dk1, header.role), y));
}
