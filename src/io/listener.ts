/**
 * The interpreter of the listener: a `net.Server` that performs the listener reducer's effects.
 *
 * Node cannot stop accepting without closing, so that at the limit accepted sockets are held:
 * paused, with no connection of their own (CN-18). What is done with a served socket is the
 * caller's business.
 */

import { createServer, type Server, type Socket } from 'node:net';
import {
  type ConnectionId,
  initialListenerState,
  type ListenerContext,
  type ListenerEffect,
  type ListenerEvent,
  stepListener,
} from '../protocol/listener.ts';
import { failureCode } from '../protocol/thrown.ts';
import { descriptorShortage } from './descriptor-shortage.ts';
import { listen, type Removal } from './listen.ts';
import type { Endpoint } from './resolve.ts';
import type { SocketOptions } from './socket.ts';

/** How many connections wait at the limit before further ones are refused. */
export const MAXIMUM_WAITING = 1024;

export interface ListenerOptions {
  readonly context: ListenerContext;
  readonly endpoint: Endpoint;
  readonly sockets: SocketOptions;
  /** Run a connection on this socket, paused and unread; call `ended` when it is over. */
  serve(socket: Socket, ended: () => void): void;
  /** The limit of open connections is reached. */
  limitReached(limit: number): void;
  /**
   * Accepting failed with this system error code, or will, for want of a descriptor; the listener
   * goes on.
   */
  acceptFailed(code: string): void;
  /** The UNIX socket could not be removed when listening stopped, with this system error code. */
  socketLeft(code: string): void;
}

export interface Listener {
  /** Accept no more, serve the open connections to their end (CN-19). */
  shutDown(): void;
  /** How many connections are open, and how many were begun since the start. */
  readonly open: number;
  readonly served: number;
  /** Resolves when a shutdown is complete and the last connection has ended. */
  readonly finished: Promise<void>;
}

/** Listen; rejects with the system's error when that fails. */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const server = createServer({
    allowHalfOpen: true,
    pauseOnConnect: true,
    noDelay: true,
    keepAlive: options.sockets.keepAlive,
  });
  const removeSocket = await listen(server, options.endpoint);
  return runListener(server, removeSocket, options);
}

function runListener(server: Server, removeSocket: Removal, options: ListenerOptions): Listener {
  const sockets = new Map<ConnectionId, Socket>();
  let state = initialListenerState;
  let nextId: ConnectionId = 1;
  let served = 0;
  let finish: () => void;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const handle = (event: ListenerEvent): void => {
    const step = stepListener(options.context, state, event);
    state = step.state;
    for (const effect of step.effects) perform(effect);
  };
  const perform = (effect: ListenerEffect): void => {
    switch (effect.type) {
      case 'serve': {
        const { id } = effect;
        served += 1;
        options.serve(take(id), () => handle({ type: 'connectionEnded', id }));
        break;
      }
      case 'hold':
        break;
      case 'refuse':
        take(effect.id).destroy();
        break;
      case 'reportLimit':
        options.limitReached(effect.limit);
        break;
      case 'stopListening':
        // While it still listens: no successor can take it for abandoned, and put its own there.
        try {
          removeSocket();
        } catch (error) {
          options.socketLeft(failureCode(error));
        }
        server.close();
        break;
      case 'finish':
        finish();
        break;
    }
  };
  const take = (id: ConnectionId): Socket => {
    const socket = sockets.get(id);
    if (socket === undefined) throw new Error(`invariant: connection ${id} has no socket`);
    sockets.delete(id);
    return socket;
  };

  server.on('connection', (socket) => {
    // A held socket can fail before a channel listens to it.
    socket.on('error', () => {});
    const id = nextId++;
    sockets.set(id, socket);
    handle({ type: 'connectionArrived', id });
    // When it has taken what it takes: with the last one gone, there are no more events to ask at.
    setImmediate(() => {
      const shortage = descriptorShortage();
      if (shortage !== undefined) options.acceptFailed(shortage);
    });
  });
  //= CN-24
  //# A daemon that cannot accept a connection, for want of descriptors or memory, MUST go on, and
  //# accept again when it can.
  server.on('error', (error) => {
    options.acceptFailed(failureCode(error));
  });

  return {
    shutDown: () => handle({ type: 'shutdownRequested' }),
    get open() {
      return state.phase === 'done' ? 0 : state.open;
    },
    get served() {
      return served;
    },
    finished,
  };
}
