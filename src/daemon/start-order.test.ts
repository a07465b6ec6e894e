/**
 * Goal of this test: a spiped takes the identity of `-u` when the key is read and the source is
 * listened on, and serves nobody before, nor when it cannot take it (CL-32, CL-34). It needs no
 * root, since an identity that there is not is enough; which one root gets is `privileges.test.ts`.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scope } from '../../conformance/subjects/scope.ts';
import {
  connectTo,
  openTarget,
  runSpiped,
  startSpiped,
  writeKey,
} from './testing/spiped-process.ts';

let scope: Scope;
beforeEach(async () => {
  scope = await Scope.open();
});
afterEach(() => scope.close());

//= CL-32
//# The identity of `-u` MUST be taken after the key is read and the source is listened on, and
//# before the first connection is accepted.
//= CL-34
//# A daemon that cannot take the identity of `-u` MUST NOT serve.
test('CL-32, CL-34: key, source, identity, in this order, and only then connections', async () => {
  const path = (name: string): string => join(scope.directory, name);
  const args = (source: string, key: string): string[] => [
    ...['-F', '-d', '-s', path(source), '-t', path('t'), '-k', key, '-u', 'no-such-user'],
  ];
  let dialled = 0;
  await openTarget(scope, 't', () => {
    dialled += 1;
  });
  await openTarget(scope, 'taken', () => {});
  const key = writeKey(scope);

  const withoutKey = await runSpiped(scope, args('s', 'missing'));
  expect(withoutKey).toMatchObject({ code: 1 });
  expect(withoutKey.stderr).toMatch(/cannot open key file/);
  expect(withoutKey.stderr).not.toMatch(/no-such-user/);

  const withoutSource = await runSpiped(scope, args('taken', key));
  expect(withoutSource).toMatchObject({ code: 1 });
  expect(withoutSource.stderr).toMatch(/cannot listen/);
  expect(withoutSource.stderr).not.toMatch(/no-such-user/);

  const { child, ended } = startSpiped(scope, args('s', key));
  let received = 0;
  while (child.exitCode === null && child.signalCode === null) {
    const socket = await connectTo(scope, path('s'));
    // A server that accepts would say its nonce at once, and dial.
    socket?.on('data', (bytes) => {
      received += bytes.length;
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  const withoutIdentity = await ended;
  expect(withoutIdentity).toMatchObject({ code: 1 });
  expect(withoutIdentity.stderr).toMatch(
    /cannot become user "no-such-user" \(-u\): no such user\n$/,
  );
  expect({ received, dialled }).toEqual({ received: 0, dialled: 0 });
  expect(existsSync(path('s'))).toBe(false);
});
