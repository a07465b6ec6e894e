/**
 * The connections of one process, and what they share: how each is begun, which are open, and how
 * to be rid of them.
 *
 * What a connection does is `io/connection.ts`; how many there may be is the listener's business.
 */

import type { PipeConfig, SpipedConfig } from '../config/config.ts';
import { chosenEngine, createSuite, eraseSecrets } from '../crypto/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import type { Channel } from '../io/channel.ts';
import { type Connection, runConnection } from '../io/connection.ts';
import type { Exponentiator } from '../io/exponentiation.ts';
import { dial, type SocketOptions } from '../io/socket.ts';
import type { ConnectionSummary } from '../io/summary.ts';
import type { Target } from '../io/target.ts';
import { connectionIds } from './connection-ids.ts';
import { describeDefect } from './defects.ts';
import type { Logger } from './log.ts';
import { logConnectionEnd } from './log-connection.ts';
import type { HeapKeeper } from './memory.ts';

/** What the connections of a process share. */
export interface ServiceOptions {
  readonly config: PipeConfig & Pick<SpipedConfig, 'role' | 'dial'>;
  /** K, 32 bytes. It is the service's from now on, which erases it. */
  readonly secret: Uint8Array;
  readonly target: Pick<Target, 'endpoints'>;
  /** `-b`. */
  readonly bind?: SocketOptions['bind'];
  readonly exponentiator: Exponentiator;
  readonly logger: Logger;
  /** For a process that serves many. */
  readonly heap?: HeapKeeper;
}

/** Connections, begun as they arrive. */
export interface Service {
  /** Make ready, soon, what the first packet would have to wait for. */
  warmUp(): void;
  /** Record the connections that begin from now on, or not. */
  record(eventLog: EventLog | undefined): void;
  /** Run a connection on this channel; `ended` is called when it is over. Throws for a defect. */
  begin(source: Channel, ended: (summary: ConnectionSummary) => void): void;
  /** The same for one of many, which says in the log what came of it, and never throws. */
  serve(source: Channel, ended: () => void): void;
  /** Give up every open connection. Returns how many there were. */
  cancelAll(): number;
  /** No connection is open any more, and none will come: erase K, and let go of the event log. */
  close(): Promise<void>;
}

export function createService(options: ServiceOptions): Service {
  const { config, secret, bind, exponentiator, logger, heap } = options;
  const { role, policy, timeoutMilliseconds, keepAlive, dial: dialWhen } = config;
  const target = config.target.text;
  const suite = createSuite();
  const context = { role, policy, secret, suite, timeoutMilliseconds, dial: dialWhen };
  const open = new Set<Connection>();
  const nextId = connectionIds();
  let eventLog: EventLog | undefined;

  const begin: Service['begin'] = (source, ended) => {
    //= CN-1
    //# For each connection accepted at the source the end MUST make one connection to the target;
    //# the two live and die together.
    const id = nextId();
    const about = { connection: id, peer: source.peer, target };
    const connection = runConnection({
      id,
      context,
      source,
      dial: (listener) => dial(options.target.endpoints, { keepAlive, bind }, listener),
      exponentiator,
      recorder: eventLog?.begin({ ...context, ...about }),
      received: (length) => heap?.bytesReceived(length),
      target,
      ended: (summary) => {
        open.delete(connection);
        heap?.connectionEnded();
        ended(summary);
      },
    });
    open.add(connection);
  };

  return {
    begin,
    warmUp() {
      setImmediate(() => {
        // No packets, and a key that is nobody's; but the engine that would open them is made.
        suite.openPackets({ e: new Uint8Array(32), h: new Uint8Array(32) }, 0n, new Uint8Array());
        const { name: engine, reason } = chosenEngine();
        const message = `packets are worked on by the ${engine} engine: ${reason}`;
        logger.log('debug', 'packet-engine', message, { engine });
      });
    },
    record(log) {
      eventLog = log;
    },
    serve(source, ended) {
      try {
        begin(source, (summary) => {
          // The place is free again, whatever becomes of the line about it.
          ended();
          logConnectionEnd(logger, summary, role);
        });
      } catch (error) {
        // A defect of ours (out of memory, say): this connection ends, the others go on (CN-15).
        logger.log('error', 'internal-error', describeDefect(error));
        source.destroy();
        setImmediate(ended);
      }
    },
    cancelAll() {
      const count = open.size;
      for (const connection of open) connection.cancel();
      return count;
    },
    async close() {
      //= KF-11
      //# K SHOULD be overwritten in memory when the last connection that can use it has ended.
      eraseSecrets([secret]);
      await eventLog?.close();
    },
  };
}
