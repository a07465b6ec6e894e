/**
 * Who serves the connections that are accepted, and the plain case of it: this process itself.
 *
 * A spiped without `--workers` is this and a listener; a worker is this and a channel to the daemon.
 * The other case is `dispatcher.ts`. How a connection runs is `service.ts`.
 */

import type { Socket } from 'node:net';
import type { SpipedConfig } from '../config/config.ts';
import { ExponentiationThread } from '../io/exponentiation-thread.ts';
import { acceptedChannel } from '../io/socket.ts';
import type { Target } from '../io/target.ts';
import { startEventLog } from './event-log.ts';
import type { Logger } from './log.ts';
import { keepHeapSmall } from './memory.ts';
import type { ResolvedNames } from './names.ts';
import { createService } from './service.ts';

/** Serves connections. The methods are called in this order; `serve` and `cancelAll` at any time. */
export interface Pool {
  /** Start the processes that serve, with the privileges and files of the start. */
  launch(): void;
  /** Open what serving needs, as the user that serves. Rejects with a one-line message. */
  prepare(): Promise<void>;
  /** The start is complete, and the terminal is let go of. */
  start(): void;
  /** The start has failed: end what `launch` has started. */
  abandon(): void;
  /** Run a connection on an accepted, unread socket; `ended` is called once, later. */
  serve(socket: Socket, ended: () => void): void;
  /** Give up every open connection. Returns how many there were. */
  cancelAll(): number;
  /** No connection is open any more, and none will come: let go of everything, erase K. */
  close(): Promise<void>;
}

/** What a pool is made of. */
export interface PoolOptions {
  readonly config: SpipedConfig;
  readonly names: ResolvedNames;
  /** K, 32 bytes. It is the pool's from now on, which erases it. */
  readonly secret: Uint8Array;
  readonly target: Pick<Target, 'endpoints'>;
  readonly logger: Logger;
}

/** Everything in this process. A test brings a thread of its own. */
export function createInProcessPool(options: PoolOptions, Thread = ExponentiationThread): Pool {
  const { config, names, logger } = options;
  const exponentiator = new Thread({
    // Without forward secrecy there is nothing to be made ahead.
    ...(config.policy.weak ? { ahead: 0 } : {}),
    lost: () => {
      const message = 'the thread for exponentiations was lost; they delay other connections now';
      logger.log('warn', 'thread-lost', message);
    },
  });
  const heap = keepHeapSmall();
  const service = createService({ ...options, bind: names.bind, exponentiator, heap });

  return {
    launch() {},
    abandon() {},
    // Without a turn of the event loop: no connection comes before its recording.
    async prepare() {
      service.record(startEventLog(config, logger));
    },
    // Not earlier: a thread opens descriptors, while those of the terminal are replaced.
    start() {
      exponentiator.start();
      service.warmUp();
    },
    serve: (socket, ended) => service.serve(acceptedChannel(socket, names.source), ended),
    cancelAll: () => service.cancelAll(),
    async close() {
      exponentiator.close();
      await service.close();
    },
  };
}
