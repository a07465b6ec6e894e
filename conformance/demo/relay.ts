/**
 * The wire, held in the hand: a TCP relay that stands between `spiped -e` and `spiped -d`, passes
 * every byte on unchanged, and keeps what an eavesdropper would have.
 *
 * It counts and times; it understands nothing but lengths (HS-1, HS-6, PK-1). It changes nothing
 * on the wire and has no key. Half-closes pass through as half-closes.
 */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { NONCE_BYTES, PUBLIC_VALUE_MESSAGE_BYTES } from '../../src/protocol/parameters.ts';
import { connectWhenListening } from './connecting.ts';

/** The bytes of one direction before its first packet: nonce, then y ‖ h. */
export const HANDSHAKE_BYTES = NONCE_BYTES + PUBLIC_VALUE_MESSAGE_BYTES;

/** What one direction of one connection carried. */
export interface WireDirection {
  /** Everything that passed, in bytes, handshake included. */
  bytes: number;
  /** The first bytes that passed, up to the relay's `keep`. */
  readonly kept: Buffer[];
}

/** One connection across the wire. */
export interface WireConnection {
  readonly clientToServer: WireDirection;
  readonly serverToClient: WireDirection;
  /**
   * Milliseconds from the first byte of a nonce, in either direction, to the last byte of the
   * server's y ‖ h, as seen here; undefined until then. The client's last computation, after that
   * byte reaches it, is not in it.
   */
  handshakeMilliseconds: number | undefined;
  /** Settled when both directions have ended, or either socket is gone. */
  readonly closed: Promise<void>;
}

/** A running relay. */
export interface Relay {
  /** The port it listens on, on 127.0.0.1. */
  readonly port: number;
  /** Every connection so far, in order of arrival; their fields grow while they are open. */
  readonly connections: readonly WireConnection[];
  /** Stop listening and destroy what is open. */
  close(): Promise<void>;
}

/**
 * Start a relay to `targetPort` on 127.0.0.1.
 *
 * The first connection may come before the target listens: it is tried again until `signal` is
 * aborted. Nothing is read from the client's end before that, so the waiting is not in the
 * handshake's time. `keep` is how many bytes to remember for each direction of each connection.
 */
export async function startRelay(options: {
  readonly targetPort: number;
  readonly keep: number;
  readonly signal: AbortSignal;
}): Promise<Relay> {
  const { targetPort, keep, signal } = options;
  const connections: WireConnection[] = [];
  const sockets = new Set<Socket>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    // A lost connection shows at both ends of the pipe; here it only ends the relaying.
    socket.on('error', () => {});
  };

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, async (client) => {
    track(client);
    const connectOnce = () => connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const target = await connectWhenListening(connectOnce, signal).catch(() => undefined);
    if (target === undefined) {
      client.destroy();
      return;
    }
    track(target);
    connections.push(join(client, target, keep));
    client.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an AddressInfo; null and string are for other kinds.
  const { port } = server.address() as AddressInfo;

  return {
    port,
    connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Pass bytes and ends both ways between two open sockets, and measure what passes. */
function join(client: Socket, server: Socket, keep: number): WireConnection {
  const connection: WireConnection = {
    clientToServer: { bytes: 0, kept: [] },
    serverToClient: { bytes: 0, kept: [] },
    handshakeMilliseconds: undefined,
    closed: Promise.all([isClosed(client), isClosed(server)]).then(() => {}),
  };
  let firstByteAt: number | undefined;

  const pass = (from: Socket, to: Socket, direction: WireDirection): void => {
    from.on('data', (chunk: Buffer) => {
      const now = performance.now();
      firstByteAt ??= now;
      if (direction.bytes < keep) direction.kept.push(chunk.subarray(0, keep - direction.bytes));
      direction.bytes += chunk.length;
      if (
        direction === connection.serverToClient &&
        direction.bytes >= HANDSHAKE_BYTES &&
        connection.handshakeMilliseconds === undefined
      ) {
        connection.handshakeMilliseconds = now - firstByteAt;
      }
      if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
    from.once('end', () => to.end());
    from.once('close', (hadError) => {
      if (hadError) to.destroy();
    });
  };
  pass(client, server, connection.clientToServer);
  pass(server, client, connection.serverToClient);
  return connection;
}

/** Resolves when a socket is gone, after an error, too; `once` would reject, perhaps unheard. */
function isClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}
