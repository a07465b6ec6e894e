/**
 * The life of a spipe process: one connection in the client role, whose plain side is standard
 * input and output.
 *
 * Exit status 0 means that both directions ended in order, or that SIGTERM asked for the end;
 * everything else is status 1 with one line.
 */

import type { SpipeConfig } from '../config/config.ts';
import { EventLoopExponentiator } from '../io/exponentiation.ts';
import { stdioChannel } from '../io/stdio.ts';
import type { ConnectionSummary } from '../io/summary.ts';
import { systemReason } from '../io/system-error.ts';
import { describeOutcome, type Outcome } from '../protocol/faults.ts';
import { catchDefects } from './defects.ts';
import { startEventLog } from './event-log.ts';
import type { Inheritance } from './inheritance.ts';
import { readKey } from './key.ts';
import { createLogger, type Logger } from './log.ts';
import {
  connectionFields,
  describeIdentity,
  describeLoss,
  logConnectionEnd,
} from './log-connection.ts';
import { resolveTarget } from './names.ts';
import { createService } from './service.ts';

/** Run spipe to its end. Resolves to the exit status. */
export async function runSpipe(config: SpipeConfig, inherited: Inheritance): Promise<number> {
  const logger = createLogger({ program: 'spipe', ...config.log });
  // There is one connection, and it is over.
  catchDefects(logger, () => process.exit(1));
  try {
    const summary = await connect(config, inherited, logger);
    const { outcome } = summary;
    //= CL-45
    //# The exit status of `spipe` MUST be 0 when both directions ended in order, and 1 with a line
    //# on standard error when the connection failed.
    if (outcome.code === 'closed' || outcome.code === 'cancelled') {
      logConnectionEnd(logger, summary, 'client');
      return 0;
    }
    // Why it exits with 1 is an error at any level.
    const message = `${describe(outcome, config)}${describeLoss(summary)}; ${describeIdentity(summary)}`;
    logger.log('error', outcome.code, message, connectionFields(summary));
    return 1;
  } catch (error) {
    logger.log('error', 'start-failed', systemReason(error));
    return 1;
  } finally {
    await logger.close();
  }
}

async function connect(
  config: SpipeConfig,
  inherited: Inheritance,
  logger: Logger,
): Promise<ConnectionSummary> {
  requireStreams(inherited);
  const { target: endpoints, bind } = await resolveTarget(config, logger);
  const secret = await readKey(config.keyFile, inherited, logger);
  const service = createService({
    config: { ...config, role: 'client', dial: 'on-accept' },
    secret,
    target: { endpoints },
    bind,
    exponentiator: new EventLoopExponentiator(),
    logger,
  });
  service.record(startEventLog(config, logger));
  const summary = await new Promise<ConnectionSummary>((resolve) => {
    service.begin(stdioChannel(), resolve);
    //= CL-43
    //# SIGTERM MUST make `spipe` close its connection and end with exit status 0.
    process.once('SIGTERM', () => service.cancelAll());
  });
  await service.close();
  return summary;
}

/** Node has opened `/dev/null` where one was closed: what is sent there would be lost in silence. */
//= CL-58
//# A standard stream that is closed when a program is started MUST NOT be taken for one that is
//# empty or that takes everything.
function requireStreams({ closed }: Inheritance): void {
  if (closed.has(1)) throw new Error('standard output is closed: there is nowhere to write to');
  if (closed.has(0)) throw new Error('standard input is closed: there is nothing to read from');
}

function describe(outcome: Outcome, config: SpipeConfig): string {
  if (outcome.code === 'plain-socket-failed') {
    const detail = outcome.detail ?? 'unknown error';
    return `reading standard input or writing standard output failed: ${detail}`;
  }
  const where = outcome.code.startsWith('target-') ? ` (${config.target.text})` : '';
  return `${describeOutcome(outcome, 'client')}${where}`;
}
