/**
 * Goal of these tests: the connection reducer, given a vector's nonce and exponent, sends the
 * vector's bytes and nothing else, and delivers the vector's plaintext: whole connections, both
 * roles, every policy.
 */

import { expect, test } from 'vitest';
import { sharedSecret, suite } from '../../fuzz/bench/material.ts';
import { type ConnectionVector, fromHex, readHandshakeAndPackets } from '../../vectors/format.ts';
import { type ConnectionContext, initialConnectionState, stepConnection } from './connection.ts';
import type { ConnectionEffect, ConnectionEvent } from './events.ts';
import type { Role, Side } from './parameters.ts';

const { connections } = readHandshakeAndPackets();

/** What one end has of a vector. */
function end(vector: ConnectionVector, role: Role) {
  const own = role === 'client' ? vector.client : vector.server;
  const packets = role === 'client' ? vector.clientPackets : vector.serverPackets;
  return {
    weak: own.weak,
    nonce: fromHex(role === 'client' ? vector.nonceC : vector.nonceS),
    x: fromHex(own.x ?? ''),
    y: fromHex(own.y),
    message: fromHex(own.y + own.h),
    sealings: packets.map(({ plaintext, packets: sealed }) => ({
      plaintext: fromHex(plaintext),
      packets: fromHex(sealed.map(({ ciphertext, mac }) => ciphertext + mac).join('')),
    })),
  };
}

/** A connection in one role, whose arithmetic is answered from the vector. */
class Replayed {
  readonly sent: Record<Side, Buffer> = { plain: Buffer.alloc(0), cipher: Buffer.alloc(0) };
  private state = initialConnectionState;
  private readonly context: ConnectionContext;
  private readonly own: ReturnType<typeof end>;

  constructor(vector: ConnectionVector, role: Role) {
    this.own = end(vector, role);
    this.context = {
      role,
      policy: { weak: this.own.weak, requireForwardSecrecy: false },
      secret: fromHex(vector.K),
      suite,
      timeoutMilliseconds: 5000,
      dial: 'on-accept',
    };
  }

  feed(event: ConnectionEvent): void {
    const { state, effects } = stepConnection(this.context, this.state, event);
    this.state = state;
    for (const effect of effects) this.perform(effect);
  }

  private perform(effect: ConnectionEffect): void {
    if (effect.type === 'sendBytes') {
      this.sent[effect.side] = Buffer.concat([this.sent[effect.side], effect.bytes]);
    } else if (effect.type === 'generateKeyPair') {
      this.feed({ type: 'keyPairGenerated', x: this.own.x, y: this.own.y });
    } else if (effect.type === 'computeSharedSecret') {
      this.feed({ type: 'sharedSecretComputed', ySC: sharedSecret(effect.x, effect.y) });
    }
  }
}

for (const vector of connections) {
  for (const role of ['client', 'server'] as const) {
    test(`HS-5 to HS-18, PK-1 to PK-8: ${vector.name}, as its ${role}`, () => {
      const own = end(vector, role);
      const peer = end(vector, role === 'client' ? 'server' : 'client');
      const core = new Replayed(vector, role);
      core.feed({ type: 'connectionAccepted', nonce: own.nonce });
      core.feed({ type: 'targetConnected' });
      core.feed({ type: 'bytesReceived', side: 'cipher', bytes: peer.nonce });
      core.feed({ type: 'bytesReceived', side: 'cipher', bytes: peer.message });
      expect(core.sent.cipher).toEqual(Buffer.concat([own.nonce, own.message]));
      for (const { plaintext, packets } of own.sealings) {
        const before = core.sent.cipher.length;
        core.feed({ type: 'bytesReceived', side: 'plain', bytes: plaintext });
        expect(core.sent.cipher.subarray(before)).toEqual(Buffer.from(packets));
      }
      for (const { plaintext, packets } of peer.sealings) {
        const before = core.sent.plain.length;
        core.feed({ type: 'bytesReceived', side: 'cipher', bytes: packets });
        expect(core.sent.plain.subarray(before)).toEqual(Buffer.from(plaintext));
      }
    });
  }
}
