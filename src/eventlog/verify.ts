/**
 * What a log's bytes on the wire prove, given the key: nonces, MACs and ranges of the handshake,
 * who spoke when, packets and amounts, and whether the recorded outcome fits them.
 *
 * Takes logs of both contents. It is not a replay: it does not run the core, and follows the
 * wire with a reading of its own (`wire-observer.ts`); only the suite's primitives are shared.
 */

import type { CryptoSuite } from '../protocol/suite.ts';
import { type Check, runChecks } from './checks.ts';
import type { LogEnd, LogHeader, LogRecord } from './format.ts';
import { type EventLogError, followLog } from './reader.ts';
import { WireObserver } from './wire-observer.ts';

export type { Check } from './checks.ts';

/** What verification is done with. */
export interface VerifyOptions {
  readonly suite: CryptoSuite;
  /** K, 32 bytes. */
  readonly secret: Uint8Array;
}

/** What verification found. */
export interface VerifyReport {
  readonly header: LogHeader;
  /** Absent when the log was cut short. */
  readonly end: LogEnd | undefined;
  /** The reader's error when the log was cut short: the checks are about what is there. */
  readonly truncation: EventLogError | undefined;
  readonly checks: readonly Check[];
}

/**
 * Verify the records of one log (from `readEventLog`). Rejects with the reader's error when the
 * log is damaged; a log that is only cut short is verified as far as it goes.
 */
export async function verify(
  records: AsyncIterable<LogRecord>,
  { suite, secret }: VerifyOptions,
): Promise<VerifyReport> {
  const { follower, ...ending } = await followLog(
    records,
    (header) => new WireObserver(header, suite, secret),
  );
  return { header: follower.header, ...ending, checks: runChecks(follower, ending.end) };
}
