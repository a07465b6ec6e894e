/**
 * The life of a worker (`--workers`): it is given K and connections, serves them as a spiped
 * without workers would, and says what it has to say through the daemon that started it.
 *
 * It neither listens nor looks names up. Signals are not for it: what they ask for is the
 * daemon's to do, and the daemon's end, however it comes, is the worker's.
 */

import { closeSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { LOG_LEVELS, type SpipedConfig } from '../config/config.ts';
import { print } from '../io/standard-streams.ts';
import { systemReason } from '../io/system-error.ts';
import type { Target } from '../io/target.ts';
import { catchDefects } from './defects.ts';
import type { Logger } from './log.ts';
import type { ResolvedNames } from './names.ts';
import { createInProcessPool, type Pool } from './pool.ts';
import { dropPrivileges } from './privileges.ts';
import { nameProcess } from './process-name.ts';
import { START_MARKS } from './start-mark.ts';
import type { MessageFromWorker, MessageToWorker } from './worker-messages.ts';

/** Short enough for Linux, and another than that of the daemon: `pgrep -x spiped` is to find one. */
const NAME = 'spiped-worker';

/** What these mean is decided by the daemon; some send them to a whole group of processes. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

const KEY_BYTES = 32;

/** Logged by the daemon, once, and not by each worker. */
const LOGGED_BY_DAEMON = ['event-log-holds-secrets', 'groups-kept'];

/**
 * Run a worker to its end. `keyDescriptor` is where K comes from. Resolves to the exit status: 0
 * when the daemon has said that it is done, 1 when it cannot start.
 */
export async function runWorker(config: SpipedConfig, keyDescriptor: number): Promise<number> {
  if (process.send === undefined) {
    // Never as a daemon: this variable is all that tells the two apart.
    print(
      'stderr',
      `spiped: ${START_MARKS.worker} is set, and no daemon has started this process\n`,
    );
    return 1;
  }
  for (const signal of SIGNALS) process.on(signal, () => {});
  process.once('disconnect', endWithDaemon);
  if (!process.connected) endWithDaemon();
  nameProcess(NAME, process.argv.slice(2));
  const logger = loggerThroughDaemon(config);
  let started = false;
  catchDefects(logger, () => started || process.exit(1));
  let status = 0;
  try {
    await serveUntilDone(config, readSecret(keyDescriptor), logger, () => {
      started = true;
    });
  } catch (error) {
    logger.log('error', 'start-failed', systemReason(error));
    status = 1;
  }
  // When this is written, so is everything before it.
  await new Promise<void>((resolve) => process.send?.({ kind: 'finished' }, () => resolve()));
  process.off('disconnect', endWithDaemon);
  if (process.connected) process.disconnect();
  return status;
}

/** By a signal, as `parent.ts` does: an orderly exit waits for what its threads are doing. */
function endWithDaemon(): void {
  process.kill(process.pid, 'SIGKILL');
}

function send(message: MessageFromWorker): void {
  // What cannot be said any more is of no interest to anybody: the daemon is gone.
  process.send?.(message, undefined, undefined, () => {});
}

/** Lines go to the daemon, which limits repeats over all workers, and knows where to. */
function loggerThroughDaemon({ log: { level: upTo } }: SpipedConfig): Logger {
  return {
    log(level, event, message, fields) {
      // Nothing is sent only to be dropped.
      if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(upTo)) return;
      if (LOGGED_BY_DAEMON.includes(event)) return;
      send({ kind: 'log', level, event, message, fields });
    },
  };
}

/** K. It is in the pipe already, or comes at once. */
function readSecret(descriptor: number): Uint8Array {
  const secret = new Uint8Array(KEY_BYTES);
  let length = 0;
  while (length < KEY_BYTES) {
    const read = readSync(descriptor, secret, length, KEY_BYTES - length, null);
    if (read === 0) throw new Error('the key did not arrive');
    length += read;
  }
  closeSync(descriptor);
  return secret;
}

async function serveUntilDone(
  config: SpipedConfig,
  secret: Uint8Array,
  logger: Logger,
  started: () => void,
): Promise<void> {
  let pool: Pool | undefined;
  const target = { endpoints: [] as Target['endpoints'] };
  const begin = async (names: ResolvedNames): Promise<void> => {
    target.endpoints = names.target;
    if (config.user !== undefined) dropPrivileges(config.user, logger);
    pool = createInProcessPool({ config, names, secret, target, logger });
    await pool.prepare();
    pool.start();
    started();
    send({ kind: 'ready' });
  };
  /** The connection that came last with its socket. */
  let arrived = 0;
  await new Promise<void>((resolve, reject) => {
    process.on('message', (message: MessageToWorker, socket: unknown) => {
      switch (message.kind) {
        case 'start':
          begin(message.names).catch(reject);
          break;
        case 'target':
          target.endpoints = message.endpoints;
          break;
        case 'serve': {
          const { number } = message;
          if (!(socket instanceof Socket) || pool === undefined) break;
          arrived = number;
          // Node's own sockets of this kind end when their peer does (CN-10).
          socket.allowHalfOpen = true;
          pool.serve(socket, () => send({ kind: 'ended', number }));
          break;
        }
        case 'served':
          if (message.number !== arrived) send({ kind: 'missed', number: message.number });
          break;
        case 'cancel':
          pool?.cancelAll();
          break;
        case 'finish':
          resolve();
          break;
      }
    });
  });
  await pool?.close();
}
