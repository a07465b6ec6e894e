/**
 * The life of a spipe process: one connection in the client role, whose plain side is standard
 * input and output.
 *
 * Exit status 0 means that both directions ended in order, or that SIGTERM asked for the end;
 * everything else is status 1 with one line.
 */

import type { SpipeConfig } from '../cli/config.ts';
import { createSuite, readSharedSecret } from '../crypto/index.ts';
import { runConnection } from '../io/connection.ts';
import { createExponentiator } from '../io/exponentiation.ts';
import { resolveAddress } from '../io/resolve.ts';
import { dial } from '../io/socket.ts';
import { stdioChannel } from '../io/stdio.ts';
import { describeOutcome, type Outcome } from '../protocol/faults.ts';
import { systemReason } from './errors.ts';
import { startEventLog } from './event-log.ts';
import { type Report, reporter } from './report.ts';

/** Run spipe to its end. Resolves to the exit status. */
export async function runSpipe(config: SpipeConfig): Promise<number> {
  const report = reporter('spipe');
  try {
    const outcome = await connect(config, report);
    if (outcome.code === 'closed' || outcome.code === 'cancelled') return 0;
    report(describe(outcome, config));
    return 1;
  } catch (error) {
    report(systemReason(error));
    return 1;
  }
}

async function connect(config: SpipeConfig, report: Report): Promise<Outcome> {
  const target = await resolveAddress(config.target);
  const secret = await readSharedSecret(config.keyFile);
  const { policy, timeoutMilliseconds, keepAlive } = config;
  const suite = createSuite();
  const context = {
    role: 'client' as const,
    policy,
    secret,
    suite,
    timeoutMilliseconds,
    dial: 'on-accept' as const,
  };
  const eventLog = startEventLog(config, report);
  const outcome = await new Promise<Outcome>((resolve) => {
    const connection = runConnection({
      context,
      source: stdioChannel(),
      dial: (listener) => dial(target, { keepAlive }, listener),
      exponentiator: createExponentiator(),
      recorder: eventLog?.begin(context),
      target: config.target.text,
      ended: (summary) => resolve(summary.outcome),
    });
    process.once('SIGTERM', () => connection.cancel());
  });
  await eventLog?.close();
  return outcome;
}

function describe(outcome: Outcome, config: SpipeConfig): string {
  if (outcome.code === 'plain-socket-failed') {
    const detail = outcome.detail ?? 'unknown error';
    return `reading standard input or writing standard output failed: ${detail}`;
  }
  const where = outcome.code.startsWith('target-') ? ` (${config.target.text})` : '';
  return `${describeOutcome(outcome)}${where}`;
}
