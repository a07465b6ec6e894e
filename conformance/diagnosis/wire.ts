/**
 * A wire between the two ends, on which something happens at a certain byte: a bit is flipped, the
 * stream ends, or the connection is reset at both sides.
 */

import { connect, createServer, type Socket } from 'node:net';
import { type Address, addressOf } from '../subjects/addresses.ts';
import { within } from '../subjects/deadline.ts';
import type { Scope } from '../subjects/scope.ts';

/** What happens, and where. */
export interface Harm {
  /** Who sends the bytes that are counted. */
  readonly from: 'client' | 'server';
  /** How many of them pass untouched. */
  readonly after: number;
  /** To the next one, instead of it, or instead of waiting for it. */
  readonly does: 'flip' | 'end' | 'reset';
}

/** Listens, and connects each connection to `to`. Returns where it listens. */
export async function startWire(scope: Scope, to: Address, harm: Harm): Promise<Address> {
  const open = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    open.add(socket);
    // How a connection ends is what the ends are asked about.
    socket.on('error', () => {}).once('close', () => open.delete(socket));
    return socket.setNoDelay(true);
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const far = connect({ ...to.net, allowHalfOpen: true });
    pass(track(client), track(far), harm.from === 'client' ? harm : undefined);
    pass(far, client, harm.from === 'server' ? harm : undefined);
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  scope.onClose(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of open) socket.destroy();
    await within('the wire closes', closed);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
  return addressOf('ipv4', bound.port);
}

function pass(from: Socket, to: Socket, harm: Harm | undefined): void {
  let passed = 0;
  let done = false;
  from.on('data', (bytes: Buffer) => {
    const at = harm === undefined ? bytes.length : harm.after - passed;
    passed += bytes.length;
    if (harm === undefined || done || bytes.length < at) {
      if (!done || harm?.does === 'flip') to.write(bytes);
      return;
    }
    if (harm.does === 'flip') {
      if (bytes.length === at) {
        to.write(bytes);
        return;
      }
      done = true;
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      to.write(flipped);
      return;
    }
    done = true;
    const last = bytes.subarray(0, at);
    if (harm.does === 'end') to.end(last);
    else to.write(last, () => resetBoth(from, to));
  });
  from.once('end', () => {
    if (!done) to.end();
  });
  from.once('close', () => {
    if (from.errored !== null && !to.destroyed) to.resetAndDestroy();
  });
}

function resetBoth(one: Socket, other: Socket): void {
  for (const socket of [one, other]) if (!socket.destroyed) socket.resetAndDestroy();
}
