/**
 * One end of a connection: our core, given a vector's nonce and exponent, and fed by hand.
 *
 * The generator takes from it how a transcript ends; our tests hold the core to it, with whatever
 * suite they name. It has no clock and no socket: what is sent counts as written at once.
 */

import { concat } from '../src/protocol/bytes.ts';
import {
  type ConnectionContext,
  type ConnectionEffect,
  type ConnectionEvent,
  type CryptoSuite,
  initialConnectionState,
  type Outcome,
  type Role,
  type Side,
  stepConnection,
} from '../src/protocol/index.ts';
import type { PolicyOption } from './family.ts';

/** What an end is made from. */
export interface EndSettings {
  readonly role: Role;
  readonly policy: PolicyOption;
  readonly K: Uint8Array;
  readonly suite: CryptoSuite;
  readonly nonce: Uint8Array;
  /** Answers for the two effects of arithmetic; never asked of an end with `-f`. */
  readonly keyPair: () => { readonly x: Uint8Array; readonly y: Uint8Array };
  readonly sharedSecret: (x: Uint8Array, y: Uint8Array) => Uint8Array;
}

/** A connection whose target is there already. */
export class OneEnd {
  outcome: Outcome | undefined;
  readonly #sent: Record<Side, Uint8Array[]> = { plain: [], cipher: [] };
  readonly #context: ConnectionContext;
  readonly #settings: EndSettings;
  #state = initialConnectionState;

  constructor(settings: EndSettings) {
    this.#settings = settings;
    this.#context = {
      role: settings.role,
      policy: {
        weak: settings.policy === '-f',
        requireForwardSecrecy: settings.policy === '-g',
      },
      secret: settings.K,
      suite: settings.suite,
      timeoutMilliseconds: 5000,
      dial: 'on-accept',
    };
    this.#feed({ type: 'connectionAccepted', nonce: settings.nonce });
    this.#feed({ type: 'targetConnected' });
  }

  /** Everything sent on a side so far. */
  sent(side: Side): Uint8Array {
    return concat(...this.#sent[side]);
  }

  get phase(): string {
    return this.#state.phase;
  }

  /** Bytes arrive on a side, or with null its stream ends. Nothing reaches a closed connection. */
  receive(side: Side, bytes: Uint8Array | null): void {
    if (this.outcome !== undefined) return;
    if (bytes === null) this.#feed({ type: 'endReceived', side });
    else if (bytes.length > 0) this.#feed({ type: 'bytesReceived', side, bytes });
  }

  #feed(event: ConnectionEvent): void {
    const { state, effects } = stepConnection(this.#context, this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: ConnectionEffect): void {
    switch (effect.type) {
      case 'sendBytes':
        this.#sent[effect.side].push(effect.bytes.slice());
        this.#feed({ type: 'writeCompleted', side: effect.side, length: effect.bytes.length });
        break;
      case 'endWriting':
        this.#feed({ type: 'endCompleted', side: effect.side });
        break;
      case 'generateKeyPair':
        this.#feed({ type: 'keyPairGenerated', ...this.#settings.keyPair() });
        break;
      case 'computeSharedSecret': {
        const ySC = this.#settings.sharedSecret(effect.x, effect.y);
        this.#feed({ type: 'sharedSecretComputed', ySC });
        break;
      }
      case 'closeConnection':
        this.outcome = effect.outcome;
        break;
      default:
        // Dial, timers and reading go by themselves here; nothing is erased, vectors are public.
        break;
    }
  }
}
