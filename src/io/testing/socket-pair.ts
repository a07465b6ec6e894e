/** A connected pair of TCP sockets on loopback, for tests. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface SocketPair {
  /** The accepted end, paused, as our listener hands it out. */
  readonly accepted: Socket;
  /** The end that connected. */
  readonly far: Socket;
  close(): void;
}

/** A pair whose both ends keep half-open connections. */
export async function socketPair(): Promise<SocketPair> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  const port = await listenOnLoopback(server);
  const far = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  const [accepted] = (await once(server, 'connection')) as [Socket];
  await (far.connecting ? once(far, 'connect') : undefined);
  for (const socket of [accepted, far]) socket.on('error', () => {});
  return {
    accepted,
    far,
    close() {
      accepted.destroy();
      far.destroy();
      server.close();
    },
  };
}

/** Listen on a free port of 127.0.0.1; resolves to the port. */
export async function listenOnLoopback(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
