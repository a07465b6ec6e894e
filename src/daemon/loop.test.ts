/** Goal of these tests: what would loop is refused, and nothing that could be of use. */

import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAddress } from '../config/address.ts';
import { resolveAddress } from '../io/resolve.ts';
import { refuseLoop } from './loop.ts';

/** Why this pair is refused; undefined when it is not. */
async function refusal(source: string, target: string): Promise<string | undefined> {
  const config = { source: parseAddress(source), target: parseAddress(target) };
  const [first] = await resolveAddress(config.source);
  if (first === undefined) throw new Error(`no address: ${source}`);
  const names = { source: first, target: await resolveAddress(config.target) };
  try {
    refuseLoop(config, names);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

//= CL-54
//# A daemon whose target is its own source SHOULD refuse to start.
describe('refuses', () => {
  test.each([
    ['[127.0.0.1]:80', '127.0.0.1:80'],
    ['[::1]:80', '[0:0::0:1]:80'],
    ['*:80', '*:80'],
    ['[127.0.0.1]:80', '[0.0.0.0]:80'],
    ['[::1]:80', '[::]:80'],
    ['[::ffff:127.0.0.1]:80', '[127.0.0.1]:80'],
    ['[0.0.0.0]:80', '[0.0.0.0]:80'],
  ])('-s %s -t %s', async (source, target) => {
    expect(await refusal(source, target)).toBe(
      `the target ${target} (-t) is the source ${source} (-s): every connection would come back to this program, without end`,
    );
  });

  describe.runIf(process.platform === 'linux')('where the source is on all addresses', () => {
    test.each([
      ['[0.0.0.0]:80', '[127.0.0.1]:80'],
      ['[0.0.0.0]:80', '[127.8.9.1]:80'],
      ['[::]:80', '[::1]:80'],
      ['[::]:80', '[127.0.0.1]:80'],
      ['[::]:80', '[0.0.0.0]:80'],
    ])('-s %s -t %s', async (source, target) => {
      expect(await refusal(source, target)).toContain(' without end');
    });

    test('and the target any address of this machine', async () => {
      for (const { address, family } of Object.values(networkInterfaces()).flatMap(
        (a) => a ?? [],
      )) {
        if (family === 'IPv4') {
          expect(await refusal('[0.0.0.0]:80', `[${address}]:80`)).toContain(' without end');
        }
      }
    });
  });
});

describe('starts', () => {
  test.each([
    ['[127.0.0.1]:80', '[127.0.0.1]:81'],
    ['[127.0.0.1]:80', '[127.0.0.2]:80'],
    ['[127.0.0.1]:80', '[::1]:80'],
    ['[0.0.0.0]:80', '[::1]:80'],
    ['[0.0.0.0]:80', '[192.0.2.77]:80'],
    ['127.0.0.1:0', '127.0.0.1:0'],
    ['[127.0.0.1]:80', '/run/x'],
  ])('-s %s -t %s', async (source, target) => {
    expect(await refusal(source, target)).toBeUndefined();
  });

  test('where another address of the target is tried first', () => {
    const config = { source: parseAddress('127.0.0.1:80'), target: parseAddress('both:80') };
    const source = { host: '127.0.0.1', port: 80, family: 4 } as const;
    const other = { host: '::1', port: 80, family: 6 } as const;
    expect(() => refuseLoop(config, { source, target: [other, source] })).not.toThrow();
    expect(() => refuseLoop(config, { source, target: [source, other] })).toThrow(/without end/);
  });
});

test('the same link-local address is another one in another zone', () => {
  const config = { source: parseAddress('fe80::1%a:80'), target: parseAddress('fe80::1%b:80') };
  const at = (host: string) => ({ host, port: 80, family: 6 }) as const;
  const refuse = (source: string, target: string) => () =>
    refuseLoop(config, { source: at(source), target: [at(target)] });
  expect(refuse('fe80::1%a', 'fe80::1%b')).not.toThrow();
  expect(refuse('fe80::1%a', 'fe80:0::1%a')).toThrow(/without end/);
});

describe('of UNIX sockets', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'loop-'));
    symlinkSync(folder, join(folder, 'link'));
    writeFileSync(join(folder, 'there'), '');
    symlinkSync('there', join(folder, 'other-name'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['absent', 'absent', true],
    ['absent', 'link/absent', true],
    ['absent', './/absent', true],
    ['there', 'other-name', true],
    ['no/folder', 'no/folder', true],
    ['absent', 'there', false],
  ])('%s and %s are one: %s', async (source, target, same) => {
    const found = await refusal(`${folder}/${source}`, `${folder}/${target}`);
    expect(found !== undefined).toBe(same);
  });
});
