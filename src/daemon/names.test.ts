/** Looking names up before the start: once, or with `-D` until they are found. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseAddress, parseBindAddress } from '../config/address.ts';
import type { Endpoint } from '../io/resolve.ts';
import type { Logger } from './log.ts';
import { type Resolve, resolveNames } from './names.ts';

const endpoint = (host: string, port = 1): Endpoint => ({ host, port, family: 4 });

let lines: string[];
let logger: Logger;
beforeEach(() => {
  lines = [];
  logger = { log: (level, _event, message) => lines.push(`${level}: ${message}`) };
});

const config = (waitForNames: boolean) => ({
  source: parseAddress('source.example:1'),
  target: parseAddress('target.example:2'),
  bind: parseBindAddress('bind.example'),
  waitForNames,
});

/** A resolver that fails so many times for each name before it answers with these hosts. */
function resolver(failures: number, ...hosts: readonly string[]) {
  const asked: string[] = [];
  const resolve: Resolve = async ({ text }) => {
    asked.push(text);
    if (asked.filter((each) => each === text).length <= failures) {
      throw new Error(`Error looking up ${text}`);
    }
    return hosts.map((host) => endpoint(host));
  };
  return { asked, resolve };
}

test('source, target and bind address are looked up in this order', async () => {
  const { asked, resolve } = resolver(0, '192.0.2.1');
  expect(await resolveNames(config(false), logger, resolve)).toEqual({
    source: endpoint('192.0.2.1'),
    target: [endpoint('192.0.2.1')],
    bind: { host: '192.0.2.1', port: 1 },
  });
  expect(asked).toEqual(['source.example:1', 'target.example:2', 'bind.example']);
  expect(lines).toEqual([]);
});

//= CL-21
//# Of several addresses of the name of a source (`-s`) or of a bind address (`-b`) the first MUST
//# be used.
test('of several addresses the first is listened on and bound, and a warning says so, as C', async () => {
  const { resolve } = resolver(0, '192.0.2.1', '192.0.2.2');
  expect(await resolveNames(config(false), logger, resolve)).toEqual({
    source: endpoint('192.0.2.1'),
    target: [endpoint('192.0.2.1'), endpoint('192.0.2.2')],
    bind: { host: '192.0.2.1', port: 1 },
  });
  expect(lines).toEqual([
    'warn: using the first of multiple addresses found for source.example:1 (-s)',
    'warn: using the first of multiple addresses found for bind.example (-b)',
  ]);
});

test('without -D the first failure ends it', async () => {
  const { asked, resolve } = resolver(1, '192.0.2.1');
  await expect(resolveNames(config(false), logger, resolve)).rejects.toThrow(
    'Error looking up source.example:1 (-s source.example:1)',
  );
  expect(asked).toEqual(['source.example:1']);
});

test('of * the warning says that it is not all addresses', async () => {
  const { resolve } = resolver(0, '::1', '127.0.0.1');
  const star = { ...config(false), source: parseAddress('*:1'), bind: undefined };
  expect(await resolveNames(star, logger, resolve)).toMatchObject({ source: endpoint('::1') });
  expect(lines).toEqual([
    'warn: using the first of multiple addresses found for *:1 (-s), which is the loopback address alone; all addresses are [0.0.0.0] or [::]',
  ]);
});

describe('with -D', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('each name is looked up every second until it is found, and said once', async () => {
    const { asked, resolve } = resolver(3, '192.0.2.1');
    const began = Date.now();
    const names = resolveNames(config(true), logger, resolve);
    await vi.runAllTimersAsync();
    expect(await names).toMatchObject({ source: endpoint('192.0.2.1') });
    expect(asked).toEqual([
      ...Array(4).fill('source.example:1'),
      ...Array(4).fill('target.example:2'),
      ...Array(4).fill('bind.example'),
    ]);
    expect(Date.now() - began).toBe(9000);
    expect(lines).toEqual([
      'warn: Error looking up source.example:1; looking up source.example:1 (-s) every second until it is found',
      'warn: Error looking up target.example:2; looking up target.example:2 (-t) every second until it is found',
      'warn: Error looking up bind.example; looking up bind.example (-b) every second until it is found',
    ]);
  });

  test('each reason is said once, and another one as well', async () => {
    const reasons = ['no network', 'no server', 'no network'];
    const resolve: Resolve = async () => {
      const reason = reasons.shift();
      if (reason !== undefined) throw new Error(reason);
      return [endpoint('192.0.2.1')];
    };
    const names = resolveNames(config(true), logger, resolve);
    await vi.runAllTimersAsync();
    await names;
    expect(lines.map((line) => line.split(';')[0])).toEqual([
      'warn: no network',
      'warn: no server',
    ]);
  });
});
