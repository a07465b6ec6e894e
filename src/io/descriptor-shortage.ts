/**
 * Whether descriptors have run out. Node does not tell: libuv keeps one back, and with it accepts
 * and closes every connection that it has no other for, in silence.
 */

import { closeSync, openSync } from 'node:fs';
import { codeOf } from '../protocol/thrown.ts';

/** The system's error code when no further descriptor can be had; undefined while one can. */
export function descriptorShortage(): string | undefined {
  try {
    closeSync(openSync('/dev/null', 'r'));
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    return code === 'EMFILE' || code === 'ENFILE' ? code : undefined;
  }
}
