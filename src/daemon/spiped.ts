/**
 * The life of a spiped process in the foreground: resolve, read the key, listen, serve, drain.
 *
 * Everything that can be wrong with the configuration stops it before it listens, with one line
 * and exit status 1; after that only a shutdown ends it.
 */

import type { SpipedConfig } from '../cli/config.ts';
import { createSuite, readSharedSecret } from '../crypto/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { runConnection } from '../io/connection.ts';
import { createExponentiator } from '../io/exponentiation.ts';
import { type Listener, MAXIMUM_WAITING, openListener } from '../io/listener.ts';
import { type Endpoint, resolveAddress } from '../io/resolve.ts';
import { dial } from '../io/socket.ts';
import { describeOutcome } from '../protocol/faults.ts';
import { systemReason } from './errors.ts';
import { startEventLog } from './event-log.ts';
import { type Report, reporter } from './report.ts';

/** Run spiped to its end. Resolves to the exit status: 0 after a shutdown, 1 when it cannot start. */
export async function runSpiped(config: SpipedConfig): Promise<number> {
  const report = reporter('spiped');
  try {
    const eventLog = startEventLog(config, report);
    const listener = await start(config, eventLog, report);
    // The second SIGTERM finds no handler and ends the process at once, as with C.
    process.once('SIGTERM', () => listener.shutDown());
    await listener.finished;
    await eventLog?.close();
    return 0;
  } catch (error) {
    report(systemReason(error));
    return 1;
  }
}

async function start(
  config: SpipedConfig,
  eventLog: EventLog | undefined,
  report: Report,
): Promise<Listener> {
  const source = await resolveSource(config, report);
  const target = await resolveAddress(config.target);
  const secret = await readSharedSecret(config.keyFile);
  const { role, policy, timeoutMilliseconds, keepAlive } = config;
  const dialWhen = 'on-accept' as const;
  const context = {
    role,
    policy,
    secret,
    suite: createSuite(),
    timeoutMilliseconds,
    dial: dialWhen,
  };
  const exponentiator = createExponentiator();
  return openListener({
    context: { maximumOpen: config.maxConnections, maximumWaiting: MAXIMUM_WAITING },
    endpoint: source,
    sockets: { keepAlive },
    serve: (channel, ended) => {
      runConnection({
        context,
        source: channel,
        dial: (listener) => dial(target, { keepAlive }, listener),
        exponentiator,
        recorder: eventLog?.begin(context),
        target: config.target.text,
        ended: ({ outcome }) => {
          if (outcome.code !== 'closed') {
            const where = outcome.code.startsWith('target-') ? ` (${config.target.text})` : '';
            report(`connection from ${channel.peer}: ${describeOutcome(outcome)}${where}`);
          }
          ended();
        },
      });
    },
    limitReached: (limit) => report(`maximum number of connections (${limit}) reached`),
    acceptFailed: (code) => report(`could not accept a connection: ${code}`),
  }).catch((error: unknown) => {
    throw new Error(`cannot listen on ${config.source.text} (-s): ${systemReason(error)}`, {
      cause: error,
    });
  });
}

/** Where to listen: the first of the addresses, with a warning when there are more, as C. */
async function resolveSource(config: SpipedConfig, report: Report): Promise<Endpoint> {
  const [first, second] = await resolveAddress(config.source);
  if (first === undefined) throw new Error(`no addresses found for ${config.source.text} (-s)`);
  if (second !== undefined) {
    report(`using the first of multiple addresses found for ${config.source.text} (-s)`);
  }
  return first;
}
