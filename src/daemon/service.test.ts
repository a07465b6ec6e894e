/** Connections of a spiped, without a listener: how they begin, and how all are given up. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseSpiped } from '../cli/spiped-options.ts';
import type { EventLog } from '../eventlog/index.ts';
import type { Channel, ChannelListener } from '../io/channel.ts';
import { EventLoopExponentiator } from '../io/exponentiation.ts';
import { openTarget } from '../io/target.ts';
import type { LogFields } from './log-format.ts';
import { createService, type Service } from './service.ts';

/** A peer that says nothing and notes what is done to it. */
class SilentChannel implements Channel {
  readonly peer = 'a test';
  destroyed = false;
  attach(_listener: ChannelListener): void {}
  startReading(): void {}
  stopReading(): void {}
  send(): void {}
  endWriting(): void {}
  destroy(): void {
    this.destroyed = true;
  }
  reset(): void {}
}

let target: Server;
let service: Service;
let secret: Uint8Array;
let lines: { level: string; event: string; message: string; fields: LogFields | undefined }[];

beforeEach(async () => {
  target = createServer();
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const address = target.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { port } = address;
  const args = ['-d', '-s', '/s', '-t', `[127.0.0.1]:${port}`, '-k', 'key'];
  const parsed = parseSpiped(args);
  if (parsed.kind !== 'run') throw new Error(parsed.text);
  const { config } = parsed;
  lines = [];
  secret = new Uint8Array(32).fill(7);
  service = createService({
    config,
    secret,
    target: openTarget(config.target, [{ host: '127.0.0.1', port, family: 4 }], {}),
    exponentiator: new EventLoopExponentiator(),
    logger: {
      log: (level, event, message, fields) => lines.push({ level, event, message, fields }),
    },
  });
});
afterEach(() => {
  target.close();
});

/** Serve this channel; resolves when it has ended. */
function serve(channel: Channel): Promise<void> {
  return new Promise((resolve) => service.serve(channel, resolve));
}

describe('cancelAll', () => {
  test('ends every open connection, and says how many there were', async () => {
    const channels = [new SilentChannel(), new SilentChannel(), new SilentChannel()];
    const ended = channels.map(serve);
    expect(service.cancelAll()).toBe(3);
    await Promise.all(ended);
    expect(channels.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
    expect(service.cancelAll()).toBe(0);
    expect(lines.map(({ level, event }) => `${level} ${event}`)).toEqual(
      Array(3).fill('info connection-ended'),
    );
  });
});

test('a connection that cannot begin ends, is reported without its message, and no other notices (CN-15)', async () => {
  const other = new SilentChannel();
  const otherEnded = serve(other);
  const broken: EventLog = {
    begin: () => {
      throw new Error('secret');
    },
    close: async () => {},
  };
  service.record(broken);
  const channel = new SilentChannel();
  await serve(channel);
  expect(channel.destroyed).toBe(true);
  expect(lines).toMatchObject([{ level: 'error', event: 'internal-error' }]);
  expect(lines[0]?.message).not.toContain('secret');
  expect(other.destroyed).toBe(false);
  expect(service.cancelAll()).toBe(1);
  await otherEnded;
});

//= KF-11
//# K SHOULD be overwritten in memory when the last connection that can use it has ended.
test('KF-11: K is overwritten when the service closes, and not while it may be used', async () => {
  const ended = serve(new SilentChannel());
  service.cancelAll();
  await ended;
  expect(secret).toEqual(new Uint8Array(32).fill(7));
  await service.close();
  expect(secret).toEqual(new Uint8Array(32));
});

test('warming up says at debug which packet engine runs, and why', async () => {
  service.warmUp();
  while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(lines).toMatchObject([{ level: 'debug', event: 'packet-engine' }]);
  expect(lines[0]?.message).toMatch(/^packets are worked on by the (batched|reference) engine: ./);
});
