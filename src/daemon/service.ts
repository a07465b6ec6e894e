/**
 * The connections of a spiped: how each is begun, which are open, and how to be rid of them.
 *
 * What a connection does is `io/connection.ts`; how many there may be is the listener's business.
 */

import type { SpipedConfig } from '../config/config.ts';
import { chosenEngine, createSuite } from '../crypto/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import type { Channel } from '../io/channel.ts';
import { type Connection, runConnection } from '../io/connection.ts';
import type { Exponentiator } from '../io/exponentiation.ts';
import { dial, type SocketOptions } from '../io/socket.ts';
import type { Target } from '../io/target.ts';
import { connectionIds } from './connection-ids.ts';
import { describeDefect } from './defects.ts';
import type { Logger } from './log.ts';
import { logConnectionEnd } from './log-connection.ts';
import { keepHeapSmall } from './memory.ts';

const NO_BYTES = new Uint8Array();

/** What the connections of a spiped share. */
export interface ServiceOptions {
  readonly config: SpipedConfig;
  /** K, 32 bytes. */
  readonly secret: Uint8Array;
  readonly target: Target;
  readonly sockets: SocketOptions;
  readonly exponentiator: Exponentiator;
  readonly logger: Logger;
}

/** Connections, begun as they arrive. */
export interface Service {
  /** Make ready, soon, what the first packet would have to wait for. */
  warmUp(): void;
  /** Record the connections that begin from now on, or not. */
  record(eventLog: EventLog | undefined): void;
  /** Run a connection on an accepted channel; `ended` is called when it is over. */
  serve(channel: Channel, ended: () => void): void;
  /** Give up every open connection. Returns how many there were. */
  cancelAll(): number;
}

export function createService(options: ServiceOptions): Service {
  const { config, secret, target, sockets, exponentiator, logger } = options;
  const { role, policy, timeoutMilliseconds, dial: dialWhen } = config;
  const suite = createSuite();
  const context = { role, policy, secret, suite, timeoutMilliseconds, dial: dialWhen };
  const heap = keepHeapSmall();
  const open = new Set<Connection>();
  const nextId = connectionIds();
  let eventLog: EventLog | undefined;

  const begin = (channel: Channel, ended: () => void): void => {
    //= CN-1
    //# For each connection accepted at the source the end MUST make one connection to the target;
    //# the two live and die together.
    const id = nextId();
    const about = { connection: id, peer: channel.peer, target: config.target.text };
    const connection = runConnection({
      id,
      context,
      source: channel,
      dial: (listener) => dial(target.endpoints, sockets, listener),
      exponentiator,
      recorder: eventLog?.begin({ ...context, ...about }),
      received: (length) => heap.bytesReceived(length),
      target: config.target.text,
      ended: (summary) => {
        open.delete(connection);
        heap.connectionEnded();
        // The place is free again, whatever becomes of the line about it.
        ended();
        logConnectionEnd(logger, summary, role);
      },
    });
    open.add(connection);
  };

  return {
    warmUp() {
      setImmediate(() => {
        // No packets take no key; but the engine that would open them is made.
        suite.openPackets({ e: NO_BYTES, h: NO_BYTES }, 0n, NO_BYTES);
        const { name: engine, reason } = chosenEngine();
        const message = `packets are worked on by the ${engine} engine: ${reason}`;
        logger.log('debug', 'packet-engine', message, { engine });
      });
    },
    record(log) {
      eventLog = log;
    },
    serve(channel, ended) {
      try {
        begin(channel, ended);
      } catch (error) {
        // A defect of ours (out of memory, say): this connection ends, the others go on (CN-15).
        logger.log('error', 'internal-error', describeDefect(error));
        channel.destroy();
        setImmediate(ended);
      }
    },
    cancelAll() {
      const count = open.size;
      for (const connection of open) connection.cancel();
      return count;
    },
  };
}
