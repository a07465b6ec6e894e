/**
 * Goal: `spiped-trace html` writes a page or one line that says why not, keeps the page to its
 * owner, never writes over what it reads, and tells no secret that was not asked for.
 */

import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  computeSharedSecret,
  createSuite,
  generateKeyPair,
  readSharedSecret,
} from '../crypto/index.ts';
import { bytesOf, type RecordedPair, recordPair } from '../eventlog/testing/recorded-pair.ts';
import type { HtmlTask } from './run-html.ts';
import { runTrace } from './run-trace.ts';

let directory = '';
let pair: RecordedPair;

const place = (name: string): string => path.join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'spiped-trace-html-'));
  await writeFile(place('key'), 'a key');
  const secrets = {
    client: await readSharedSecret(place('key')),
    server: await readSharedSecret(place('key')),
  };
  pair = await recordPair({
    ...{ suite: createSuite(), arithmetic: { generateKeyPair, computeSharedSecret }, secrets },
    content: 'full',
    plaintext: { client: [bytesOf('a', 300)], server: [bytesOf('c', 10)] },
  });
  await writeFile(place('client'), pair.logs.client);
  await writeFile(place('server'), pair.logs.server);
  await writeFile(place('cut'), pair.logs.server.split('\n').slice(0, 9).join('\n'));
  await writeFile(place('damaged'), pair.logs.server.replace('"us":500', '"us":501'));
  await writeFile(place('empty'), '');
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** Run the command; files are named as in {@link place}. */
async function html(
  options: Partial<Omit<HtmlTask, 'command'>> & { readonly file: string },
): Promise<{ code: number; stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' };
  const at = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : place(name);
  const code = await runTrace(
    {
      ...{ command: 'html', file: place(options.file), secrets: options.secrets === true },
      ...{
        peerFile: at(options.peerFile),
        keyFile: at(options.keyFile),
        output: at(options.output),
      },
    },
    (stream, added) => {
      text[stream] += added;
    },
  );
  return { code, ...text };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const wordsOf = (page: string): string => page.replaceAll(/\s|<[^>]*>/g, '');

test('the page goes to standard output, or to a file that only its owner can read', async () => {
  const printed = await html({ file: 'client', keyFile: 'key' });
  expect([printed.code, printed.stderr]).toEqual([0, '']);
  expect(printed.stdout).toMatch(/^<!DOCTYPE html>[\s\S]*<\/html>\n$/);
  const written = await html({ file: 'client', keyFile: 'key', output: 'page.html' });
  expect(written).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await readFile(place('page.html'), 'utf8')).toBe(printed.stdout);
  expect((await stat(place('page.html'))).mode & 0o777).toBe(0o600);
});

test('the key, plaintext and derived keys are not in the page, unless asked for (KF-8)', async () => {
  const { stdout } = await html({ file: 'client', peerFile: 'server', keyFile: 'key' });
  const words = wordsOf(stdout);
  expect(words).toContain('MAC');
  expect(pair.confidential.filter((bytes) => words.includes(hex(bytes.slice(0, 16))))).toEqual([]);
  const open = await html({ file: 'client', keyFile: 'key', secrets: true });
  expect(wordsOf(open.stdout)).toContain(hex(bytesOf('a', 300)));
  expect(wordsOf(open.stdout)).not.toContain(hex(await readSharedSecret(place('key'))));
});

test('the logs of both ends make one page', async () => {
  const { code, stdout } = await html({ file: 'server', peerFile: 'client' });
  expect(code).toBe(0);
  expect(stdout).toContain('the event logs of both ends');
  expect(stdout.match(/<section class="recorded-end/g)).toHaveLength(2);
});

test('of a log that was cut short there is a page, one line that says so, and status 1', async () => {
  const { code, stdout, stderr } = await html({ file: 'client', peerFile: 'cut' });
  expect(code).toBe(1);
  expect(stdout).toContain('</html>');
  expect(stderr).toBe(
    `spiped-trace: ${place('cut')}: line 9 (event 8) is incomplete: ` +
      'the log was cut short, or is still being written\n',
  );
});

test.each([
  [{ file: 'none' }, 'none: no such file or directory'],
  [{ file: 'empty' }, 'empty: line 1 is missing'],
  [{ file: 'damaged' }, 'damaged: line 6 (event 5) was changed'],
  [{ file: 'client', peerFile: 'damaged' }, 'damaged: line 6 (event 5) was changed'],
  [{ file: 'client', peerFile: 'empty' }, 'empty: line 1 is missing'],
  [{ file: 'client', peerFile: 'client' }, 'both logs are of a client'],
  [{ file: 'client', keyFile: 'none' }, 'none'],
  [{ file: 'client', output: 'no/such/place' }, 'place: no such file or directory'],
])('%o leaves no page and one line: %s', async (options, message) => {
  const { code, stdout, stderr } = await html(options);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^spiped-trace: [^\n]*\n$/);
  expect(stderr).toContain(message);
});

test('the page does not replace what it is made from, under another name either', async () => {
  await symlink(place('client'), place('alias'));
  for (const output of ['client', 'alias', 'key', 'server']) {
    const options = { file: 'client', peerFile: 'server', keyFile: 'key', output };
    const { code, stderr } = await html(options);
    expect(code).toBe(1);
    expect(stderr).toContain('would replace');
  }
  expect(await readFile(place('client'), 'utf8')).toBe(pair.logs.client);
  // Another file may be there.
  await writeFile(place('old'), 'an old page');
  expect((await html({ file: 'client', output: 'old' })).code).toBe(0);
  expect(await readFile(place('old'), 'utf8')).toContain('</html>');
});
