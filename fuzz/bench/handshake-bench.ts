/**
 * Drives one handshake reducer: performs its arithmetic at once and collects what it sends.
 */

import { concat } from '../../src/protocol/bytes.ts';
import { handshakeTransitions } from '../../src/protocol/handshake.transitions.ts';
import {
  type HandshakeEffect,
  type HandshakeEvent,
  stepHandshake,
} from '../../src/protocol/handshake.ts';
import {
  type HandshakeContext,
  type HandshakeState,
  initialHandshakeState,
} from '../../src/protocol/handshake-state.ts';
import { allows } from '../../src/protocol/transitions.ts';
import { deepFreeze } from './freeze.ts';
import { materialOf, sharedSecret } from './material.ts';

/** What a finished or failed handshake says; bytes are not delivered to it any more. */
const FINAL = new Set(['established', 'failed']);

export class HandshakeBench {
  state: HandshakeState = initialHandshakeState;
  /** Everything sent, joined. */
  sent = Buffer.alloc(0);
  /** The types of all effects, in order. */
  readonly effects: HandshakeEffect['type'][] = [];
  /** Rows of the table that were taken: `from --event--> to`. */
  readonly taken = new Set<string>();
  readonly erased: Uint8Array[] = [];
  readonly context: HandshakeContext;
  /** Whether arithmetic is answered at once; otherwise it waits for `answer()`. */
  private readonly inline: boolean;
  private owed: HandshakeEvent[] = [];

  constructor(context: HandshakeContext, inline = true) {
    this.context = context;
    this.inline = inline;
    this.feed({ type: 'handshakeStarted', nonce: materialOf(context.role).nonce });
  }

  get phase(): HandshakeState['phase'] {
    return this.state.phase;
  }

  get fault(): string | undefined {
    return this.state.phase === 'failed' ? this.state.fault.code : undefined;
  }

  feed(event: HandshakeEvent): this {
    const from = this.state.phase;
    const { state, effects } = stepHandshake(this.context, this.state, event);
    this.state = deepFreeze(state);
    const row = `${from} --${event.type}--> ${state.phase}`;
    this.taken.add(row);
    if (!allows(handshakeTransitions, from, event.type, state.phase)) {
      throw new Error(`not in the table: ${row}`);
    }
    for (const effect of effects) this.perform(effect);
    return this;
  }

  /** Deliver bytes; what comes after the end of the handshake is added to what it has kept. */
  receive(bytes: Uint8Array): this {
    if (!FINAL.has(this.phase)) return this.feed({ type: 'bytesReceived', bytes });
    if (this.state.phase === 'established') {
      this.state = { ...this.state, received: concat(this.state.received, bytes) };
    }
    return this;
  }

  end(): this {
    return FINAL.has(this.phase) ? this : this.feed({ type: 'endReceived' });
  }

  /** Answer the arithmetic that waits; what a failed handshake had asked for is cancelled. */
  answer(): this {
    const owed = FINAL.has(this.phase) ? [] : this.owed;
    this.owed = [];
    for (const event of owed) this.feed(event);
    return this;
  }

  private perform(effect: HandshakeEffect): void {
    this.effects.push(effect.type);
    switch (effect.type) {
      case 'sendBytes':
        this.sent = Buffer.concat([this.sent, effect.bytes]);
        break;
      case 'generateKeyPair':
        this.owe({ type: 'keyPairGenerated', ...materialOf(this.context.role).pair });
        break;
      case 'computeSharedSecret':
        this.owe({ type: 'sharedSecretComputed', ySC: sharedSecret(effect.x, effect.y) });
        break;
      case 'eraseSecrets':
        this.erased.push(...effect.secrets);
        break;
    }
  }

  private owe(event: HandshakeEvent): void {
    if (this.inline) this.feed(event);
    else this.owed.push(event);
  }
}

/** Run both ends against each other until neither has anything to say. */
export function handshake(client: HandshakeBench, server: HandshakeBench): void {
  let toServer = 0;
  let toClient = 0;
  while (toServer < client.sent.length || toClient < server.sent.length) {
    const forServer = client.sent.subarray(toServer);
    const forClient = server.sent.subarray(toClient);
    toServer = client.sent.length;
    toClient = server.sent.length;
    if (forServer.length > 0) server.receive(forServer);
    if (forClient.length > 0) client.receive(forClient);
  }
}
