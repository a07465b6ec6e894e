/**
 * Goal of this test: a spiped that is out of descriptors goes on, and accepts again when it has some
 * (CN-24). What that means for the connections that are open is a scenario of
 * `conformance/survival`.
 */

import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scope } from '../../conformance/subjects/scope.ts';
import {
  connectTo,
  isListening,
  openTarget,
  SPIPED,
  startSpiped,
  until,
  writeKey,
} from './testing/spiped-process.ts';

let scope: Scope;
beforeEach(async () => {
  scope = await Scope.open();
});
afterEach(() => scope.close());

/** Node needs some twenty for itself, and each connection two. */
const DESCRIPTORS = 64;

//= CN-24
//# A daemon that cannot accept a connection, for want of descriptors or memory, MUST go on, and
//# accept again when it can.
test('CN-24: connections that find no descriptor do not end it, and later ones are served', async () => {
  const path = (name: string): string => join(scope.directory, name);
  /** What the target has open; while it is undefined, it takes nothing. */
  let kept: Socket[] | undefined = [];
  let dialled = 0;
  await openTarget(scope, 't', (socket) => {
    dialled += 1;
    if (kept === undefined) socket.destroy();
    else kept.push(socket);
  });
  const { child } = startSpiped(
    scope,
    ['-F', '-e', '-s', path('e'), '-t', path('t'), '-k', writeKey(scope), '-n', '0', '-o', '600'],
    { command: ['sh', '-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'sh', ...SPIPED] },
  );
  await until('a spiped that listens', () => isListening(scope, path('e')));

  let opened = 0;
  let closed = 0;
  for (let i = 0; i < 2 * DESCRIPTORS; i++) {
    const socket = await connectTo(scope, path('e'));
    if (socket === undefined) continue;
    opened += 1;
    socket.resume().once('close', () => {
      closed += 1;
    });
  }
  await until('a connection that cannot be kept', () => closed > 0);
  expect(dialled).toBeLessThan(DESCRIPTORS);
  expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: null, signal: null });

  // A client does not hear of its source before it has keys; the target ends the connections.
  for (const socket of kept) socket.destroy();
  kept = undefined;
  await until('the end of all of them', () => closed === opened);
  kept = [];
  const last = await connectTo(scope, path('e'));
  await until('a new connection at the target', () => kept?.length === 1);
  expect(last?.destroyed).toBe(false);
  expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: null, signal: null });
});
