/** Turning the event log on: from the options to an open log, with the warning that it deserves. */

import type { PipeConfig } from '../config/config.ts';
import { VERSION } from '../config/version.ts';
import { type EventLog, openEventLog } from '../eventlog/index.ts';
import type { Logger } from './log.ts';

/** The event log of this process, or nothing when none was asked for. */
export function startEventLog(config: PipeConfig, logger: Logger): EventLog | undefined {
  if (config.eventLog === undefined) return undefined;
  const { directory, content } = config.eventLog;
  if (content === 'full') {
    logger.log(
      'warn',
      'event-log-holds-secrets',
      `warning: event logs in ${directory} hold private keys and plaintext (--event-log-content full)`,
    );
  }
  return openEventLog({
    directory,
    content,
    software: { name: 'spiped', version: VERSION },
    onFailure: (message) => logger.log('warn', 'event-log-stopped', message),
    // As loud as what it ends: who was told of the one waits for the other.
    onRecovery: (message) => logger.log('warn', 'event-log-resumed', message),
  });
}
