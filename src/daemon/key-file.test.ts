/**
 * Goal of this test: the key of a running spiped is the one that it started with, whatever becomes
 * of the file (KF-5). How a key file is read is `crypto/keyfile.test.ts`.
 */

import { once } from 'node:events';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scope } from '../../conformance/subjects/scope.ts';
import {
  connectTo,
  isListening,
  openTarget,
  startSpiped,
  until,
  writeKey,
} from './testing/spiped-process.ts';

let scope: Scope;
beforeEach(async () => {
  scope = await Scope.open();
});
afterEach(() => scope.close());

//= KF-5
//# The key file MUST be read once, before the first connection; a later change of the file MUST NOT
//# change the key of a running process.
test('KF-5: a key file that is changed, or gone, after the start changes no key', async () => {
  const path = (name: string): string => join(scope.directory, name);
  const [changed, removed] = [writeKey(scope), 'copy'];
  copyFileSync(path(changed), path(removed));
  await openTarget(scope, 't', (socket) => socket.pipe(socket));
  const pipe = (role: string, from: string, to: string, key: string): void => {
    const places = ['-s', path(from), '-t', path(to), '-k', path(key), '-o', '60'];
    startSpiped(scope, ['-F', role, ...places]);
  };
  pipe('-d', 'd', 't', changed);
  pipe('-e', 'e', 'd', removed);
  for (const name of ['d', 'e']) await until(name, () => isListening(scope, path(name)));

  writeFileSync(path(changed), 'another key');
  rmSync(path(removed));
  const socket = await connectTo(scope, path('e'));
  if (socket === undefined) throw new Error('nobody listens on e');
  socket.write('hello');
  const [echoed] = (await once(socket, 'data')) as [Buffer];
  expect(String(echoed)).toBe('hello');
});
