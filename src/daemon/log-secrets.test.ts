/**
 * Goal: whatever is asked for in the log, at `debug`, in either format, with everything recorded
 * beside it, and whatever goes wrong, nothing secret is in it.
 */

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scope } from '../../conformance/subjects/scope.ts';
import {
  connectTo,
  isListening,
  openTarget,
  SPIPE,
  type Started,
  startSpiped,
  until,
} from './testing/spiped-process.ts';

let scope: Scope;
beforeEach(async () => {
  scope = await Scope.open();
});
afterEach(() => scope.close());

const path = (name: string): string => join(scope.directory, name);

/** Every spelling in which these bytes could get into a line. */
function spellings(secret: Uint8Array): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [
    bytes.toString('latin1'),
    bytes.toString('utf8'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    base64,
    base64.replaceAll('+', '-').replaceAll('/', '_'),
    [...bytes].join(','),
    [...bytes].join(', '),
  ];
}

/** Of a secret, the beginning is enough: a line need not hold the whole of it. */
function begin(secret: Uint8Array): readonly string[] {
  return spellings(secret.subarray(0, 12));
}

async function connection(name: string): Promise<Socket> {
  const socket = await connectTo(scope, path(name));
  if (socket === undefined) throw new Error(`nobody listens on ${name}`);
  return socket;
}

//= KF-8
//# K MUST NOT appear in a log, an error message or a process title.
//= CL-49
//# A message MUST NOT hold a byte of plaintext.
test.each(['text', 'json'])('as %s, neither key, K nor plaintext is in it', async (format) => {
  const key = Buffer.from(randomBytes(24).toString('base64'));
  const other = Buffer.from(randomBytes(24).toString('base64'));
  const plaintext = Buffer.from(randomBytes(48).toString('base64'));
  writeFileSync(path('key'), key, { mode: 0o600 });
  writeFileSync(path('other'), other);
  mkdirSync(path('events'));
  const target = await openTarget(scope, 't', (socket) => socket.pipe(socket));
  const log = ['--log-level', 'debug', '--log-format', format];
  const record = ['--event-log', path('events'), '--event-log-content', 'full'];
  const pipe = (role: string, source: string, to: string): Started =>
    startSpiped(scope, [
      role,
      '-F',
      '-s',
      path(source),
      '-t',
      path(to),
      '-k',
      'key',
      ...log,
      ...record,
    ]);

  const server = pipe('-d', 's', 't');
  const client = pipe('-e', 'c', 's');
  for (const name of ['s', 'c']) await until(name, () => isListening(scope, path(name)));

  // A good connection, and one that is cut off with data under way.
  const good = await connection('c');
  good.end(plaintext);
  await once(good.resume(), 'end');
  const cut = await connection('c');
  cut.write(plaintext);
  await once(cut, 'data');
  cut.destroy();
  // The wrong key, nonsense, and no target.
  const spipe = (keyFile: string): Promise<{ readonly stderr: string }> => {
    const args = ['-t', path('s'), '-k', path(keyFile), ...log];
    return startSpiped(scope, args, { command: SPIPE, input: plaintext }).ended;
  };
  const refused = await spipe('other');
  const nonsense = await connection('s');
  nonsense.end(Buffer.concat([randomBytes(32), plaintext, randomBytes(300)]));
  await once(nonsense.resume(), 'close');
  target.close();
  await once(target, 'close');
  const unreachable = await spipe('key');

  server.child.kill('SIGTERM');
  client.child.kill('SIGTERM');
  const ends = await Promise.all([server.ended, client.ended]);
  const said = [...ends, refused, unreachable].map(({ stderr }) => stderr).join('');

  // All of this was said, so that there was something to give away.
  expect(said).toMatch(/ended: closed;/);
  expect(said).toMatch(/handshake message failed authentication/);
  expect(said).toMatch(/could not connect to the target/);
  expect(said).toMatch(/hold private keys and plaintext/);
  for (const secret of [key, other, plaintext]) {
    for (const text of begin(secret)) expect(said).not.toContain(text);
    const digest = createHash('sha256').update(secret).digest();
    for (const text of begin(digest)) expect(said).not.toContain(text);
  }
});
