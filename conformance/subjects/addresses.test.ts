/** Addresses: how they are spelled, and that nobody listens on a new one. */

import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { addressOf, canListen, newAddress, unixAddress } from './addresses.ts';

test('each spelling is what a command line takes', () => {
  expect(addressOf('ipv4', 25).text).toBe('[127.0.0.1]:25');
  expect(addressOf('ipv6', 25).text).toBe('[::1]:25');
  expect(addressOf('bare', 25).text).toBe('127.0.0.1:25');
  expect(addressOf('name', 25).text).toBe('localhost:25');
  expect(unixAddress('/run/s').text).toBe('/run/s');
});

test('a new TCP address refuses connections and is never handed out twice', async () => {
  const texts = new Set<string>();
  for (let n = 0; n < 20; n += 1) {
    const { text, net } = await newAddress('ipv4', '/nowhere');
    texts.add(text);
    const refusal = new Promise((resolve) => {
      const socket = connect(net);
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      socket.on('connect', () => {
        socket.destroy();
        resolve('connected');
      });
    });
    expect(await refusal).toBe('ECONNREFUSED');
  }
  expect(texts.size).toBe(20);
});

test('an address of another machine cannot be listened on', async () => {
  // 192.0.2.0/24 is reserved for documentation: RFC 5737.
  expect(await canListen({ host: '192.0.2.1', port: 0 })).toBe(false);
});
