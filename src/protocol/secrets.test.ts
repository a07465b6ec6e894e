/** Goal: whatever is secret in a state or an event is found, and nothing can be left out by mistake. */

import { expect, test } from 'vitest';
import type { ConnectionState } from './connection.ts';
import type { HandshakeState } from './handshake-state.ts';
import { secretsOf } from './secrets.ts';
import type { ConnectionEvent } from './vocabulary.ts';

const array = (first: number): Uint8Array => Uint8Array.of(first);

test('HS-23: the secrets of an event are its private values, and not what is on the wire', () => {
  const [x, y, ySC] = [array(1), array(2), array(3)];
  expect(secretsOf<ConnectionEvent>({ type: 'keyPairGenerated', x, y })).toEqual([x]);
  expect(secretsOf<ConnectionEvent>({ type: 'sharedSecretComputed', ySC })).toEqual([ySC]);
  expect(secretsOf<ConnectionEvent>({ type: 'connectionAccepted', nonce: y })).toEqual([]);
  expect(secretsOf<ConnectionEvent>({ type: 'bytesReceived', side: 'cipher', bytes: y })).toEqual(
    [],
  );
});

test('HS-23: the secrets of a handshake are the very arrays, an empty one for an x that is not', () => {
  const keyed = { nonceC: array(1), nonceS: array(2), dhmacC: array(3), dhmacS: array(4) };
  const x = array(5);
  const input = { received: array(6), ended: false };
  const state = { phase: 'awaitingPublicValue', keyed, x, ...input } as const;
  const found = secretsOf<HandshakeState>(state);
  expect(found).toEqual([keyed.dhmacC, keyed.dhmacS, x]);
  expect(found[2]).toBe(x);
  expect(secretsOf<HandshakeState>({ ...state, x: undefined }).map(({ length }) => length)).toEqual(
    [1, 1, 0],
  );
});

test('HS-23: the keys of a pipe are found once, although its directions hold them too', () => {
  const keys = { client: { e: array(1), h: array(2) }, server: { e: array(3), h: array(4) } };
  const flow = { unsent: { plain: 0, cipher: 0 }, reading: { plain: true, cipher: true } };
  const state: ConnectionState = {
    phase: 'piping',
    flow,
    keys,
    forwardSecrecy: true,
    pipe: {
      sealing: { phase: 'sealing', keys: keys.client, packetNumber: 0n },
      opening: { phase: 'opening', keys: keys.server, packetNumber: 0n, partial: array(9) },
      ends: { plain: 'running', cipher: 'running' },
    },
  };
  const { client, server } = keys;
  expect(secretsOf<ConnectionState>(state)).toEqual([client.e, client.h, server.e, server.h]);
});

test('a secret may be a list of arrays', () => {
  const e = [array(1), array(2)];
  expect(secretsOf<{ readonly e: readonly Uint8Array[] }>({ e })).toEqual(e);
});

test('a state with a byte field that is in no list does not compile', () => {
  interface Forgetful {
    readonly phase: 'forgetful';
    readonly nested: { readonly unheardOf: Uint8Array | undefined };
  }
  const state: Forgetful = { phase: 'forgetful', nested: { unheardOf: array(1) } };
  // @ts-expect-error: `unheardOf` may be a secret, or not.
  expect(secretsOf<Forgetful>(state)).toEqual([]);
  // @ts-expect-error: so may each array of a list.
  expect(secretsOf<{ readonly parts: readonly Uint8Array[] }>({ parts: [array(1)] })).toEqual([]);
});
