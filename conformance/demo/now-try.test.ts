/** What the demonstration tells people to paste does what it says, in a plain shell. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newAddress } from '../subjects/addresses.ts';
import { WAIT_LIMIT } from '../subjects/deadline.ts';
import { SCOPE_MARK, Scope } from '../subjects/scope.ts';
import { connectWhenListening } from './connecting.ts';
import { nowTry } from './now-try.ts';

const COMMANDS = fileURLToPath(new URL('../../dist/bin', import.meta.url));

let scope: Scope;
beforeEach(async () => {
  scope = await Scope.open();
});
afterEach(() => scope.close());

async function freePort(): Promise<number> {
  const { net } = await newAddress('ipv4', scope.directory);
  if (!('port' in net)) throw new Error('invariant: an IPv4 address has a port');
  return net.port;
}

test('the pasted lines give an answer through the pipe, and its event log; nothing runs after', async () => {
  // As a person's, with a space and a letter that is not ASCII in the way.
  const temporary = join(scope.directory, "a pérson's");
  mkdirSync(temporary);
  const place = { commands: COMMANDS, targetPort: await freePort(), pipePort: await freePort() };
  const lines = nowTry(place);
  const printed = join(scope.directory, 'printed');
  const output = openSync(printed, 'a');
  const shell = spawn('sh', {
    env: { ...process.env, TMPDIR: temporary, [SCOPE_MARK]: scope.mark },
    stdio: ['pipe', output, output],
  });
  closeSync(output);
  scope.onClose(() => void shell.kill('SIGKILL'));
  // A person is slower than a start of Node; here the second line's is waited for.
  for (const line of lines.slice(0, 2)) shell.stdin?.write(`${line}\n`);
  const target = () => connect({ port: place.targetPort, host: '127.0.0.1' });
  (await connectWhenListening(target, AbortSignal.timeout(WAIT_LIMIT))).destroy();
  shell.stdin?.end(`${lines.slice(2).join('\n')}\n`);
  const [status] = await once(shell, 'close');
  const all = readFileSync(printed, 'utf8');
  expect(status, all).toBe(0);
  expect(all).toMatch(/^Is anybody there\?\nconnection .*, server,/);
  expect(all).toContain('closed by both ends');
});
