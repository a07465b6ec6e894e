/**
 * Sockets as channels: how accepted and dialled sockets are set up, and what their ends are called.
 *
 * Answers CN-17. Both kinds keep their write side open when the peer ends its own (CN-10).
 */

import { createConnection, type Socket } from 'node:net';
import { failureCode } from '../protocol/thrown.ts';
import type { Cancel } from './cancel.ts';
import { type Channel, streamChannel } from './channel.ts';
import type { Endpoint } from './resolve.ts';

/** What a connection asks of its sockets. */
export interface SocketOptions {
  /** TCP keep-alive (`-j` turns it off). */
  readonly keepAlive: boolean;
  /** The local address of outgoing connections (`-b`); port 0 leaves the port to the system. */
  readonly bind?: { readonly host: string; readonly port: number } | undefined;
}

/**
 * A socket accepted at this endpoint as a channel. The server that accepted it has set the socket's
 * options.
 */
export function acceptedChannel(socket: Socket, at: Endpoint): Channel {
  return streamChannel(socket, socket, 'path' in at ? 'local client' : nameOf(socket));
}

/** What a dial comes to. */
export interface DialListener {
  connected(channel: Channel): void;
  /** Every endpoint failed; the system error code of the last one. */
  failed(code: string): void;
}

/**
 * Connect to the first of these endpoints that answers, trying one after the other (CN-5). Bounded
 * by the caller's timer over all of them (TM-2). The listener is never called synchronously.
 */
export function dial(
  endpoints: readonly Endpoint[],
  options: SocketOptions,
  listener: DialListener,
): Cancel {
  let socket: Socket | undefined;
  //= CN-5
  //# The addresses of a target MUST be tried in the order the resolver gives, one at a time, and
  //# the first that connects is used.
  const attempt = (index: number, lastError: string): void => {
    const endpoint = endpoints[index];
    if (endpoint === undefined) {
      listener.failed(lastError);
      return;
    }
    //= CN-17
    //# TCP sockets SHOULD have `TCP_NODELAY` set, and keep-alive on unless `-j` is given, on both
    //# sides.
    const candidate = createConnection({
      ...endpoint,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: options.keepAlive,
      ...localEnd(endpoint, options),
    });
    socket = candidate;
    const onError = (error: Error): void => {
      attempt(index + 1, failureCode(error));
    };
    candidate.once('error', onError);
    candidate.once('connect', () => {
      candidate.off('error', onError);
      socket = undefined;
      const local = 'path' in endpoint ? undefined : ownNameOf(candidate);
      listener.connected(streamChannel(candidate, candidate, nameEndpoint(endpoint), local));
    });
  };
  attempt(0, 'EADDRNOTAVAIL');
  return () => {
    // The attempt's own error listener must not move on to the next endpoint.
    socket?.removeAllListeners().on('error', () => {});
    socket?.destroy();
  };
}

/** A UNIX socket has no local address; binding it to an IP address means nothing. */
//= CL-22
//# Connections to the target MUST be made from the address of `-b`, when it is given, whose port
//# may be left out.
function localEnd(endpoint: Endpoint, { bind }: SocketOptions) {
  if (bind === undefined || 'path' in endpoint) return {};
  return { localAddress: bind.host, localPort: bind.port };
}

/** The remote end of an accepted socket. One that was reset before it was accepted has none left. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return remoteAddress === undefined ? 'unknown client' : `[${remoteAddress}]:${remotePort}`;
}

/** Our own end of a connected socket, unless it is gone already. */
function ownNameOf({ localAddress, localPort }: Socket): string | undefined {
  return localAddress === undefined ? undefined : `[${localAddress}]:${localPort}`;
}

/** An endpoint as it is written in an address. */
export function nameEndpoint(endpoint: Endpoint): string {
  return 'path' in endpoint ? endpoint.path : `[${endpoint.host}]:${endpoint.port}`;
}
