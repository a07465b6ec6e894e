/**
 * y ‖ h as a receiver judges it: h first, then the range of y, then forward secrecy (HS-10 to
 * HS-13).
 */

import { timingSafeEqual } from 'node:crypto';
import { toNumber } from './group.ts';
import { hmac } from './key.ts';
import { MESSAGE_LENGTH, P, Y_LENGTH } from './parameters.ts';

/** What a receiver may find wrong with y ‖ h; the codes of `spec/faults.md`. */
export type MessageFault =
  | 'handshake-mac-mismatch'
  | 'handshake-value-out-of-range'
  | 'handshake-without-forward-secrecy';

/**
 * What is wrong with this message of 288 bytes; undefined where nothing is.
 *
 * @param dhmac the MAC key of the role that sent it, 32 bytes.
 * @param requireForwardSecrecy as with `-g`.
 */
export function faultOf(
  message: Buffer,
  dhmac: Buffer,
  requireForwardSecrecy = false,
): MessageFault | undefined {
  if (message.length !== MESSAGE_LENGTH) throw new Error(`a message of ${message.length} bytes`);
  const y = message.subarray(0, Y_LENGTH);
  if (!timingSafeEqual(message.subarray(Y_LENGTH), hmac(dhmac, y))) return 'handshake-mac-mismatch';
  if (toNumber(y) >= P) return 'handshake-value-out-of-range';
  if (requireForwardSecrecy && toNumber(y) === 1n) return 'handshake-without-forward-secrecy';
  return undefined;
}
