/**
 * A client of the protocol that breaks off: it speaks the packets' side of the wire to a `-d`, as
 * far as it is told to, byte for byte, and ends by a reset.
 *
 * It is our own core over a bare socket: what a peer that knows the key can do wrong with its TCP
 * connection, not what it can do wrong with the protocol; that is fuzz/ and conformance's peer.
 */

import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { createSuite } from '../../src/crypto/index.ts';
import {
  type HandshakeContext,
  type HandshakeEvent,
  type HandshakeState,
  initialHandshakeState,
  NONCE_BYTES,
  PACKET_BYTES,
  PUBLIC_VALUE_MESSAGE_BYTES,
  stepHandshake,
} from '../../src/protocol/index.ts';
import type { Address } from '../subjects/addresses.ts';
import { type Ending, endBy } from './reset.ts';

/** Bytes that a client sends before its first packet. */
export const HANDSHAKE_BYTES = NONCE_BYTES + PUBLIC_VALUE_MESSAGE_BYTES;

/** What a client does before it breaks off. */
export interface BrokenDialogue {
  /** How many bytes it sends, of its nonce, then its public value, then its packets. */
  readonly sends: number;
  /** Whether it then waits for some bytes of a packet of the other end. Needs a whole packet sent. */
  readonly waits: boolean;
  readonly ending: Ending;
}

/** Runs one dialogue; settles when the socket is closed, whoever closed it. Never rejects. */
export async function breakOff(
  source: Address,
  keyFile: Uint8Array,
  dialogue: BrokenDialogue,
): Promise<void> {
  const peer = new BreakingPeer(connect({ ...source.net, allowHalfOpen: true }), keyFile, dialogue);
  await peer.closed;
}

class BreakingPeer {
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;
  readonly #context: HandshakeContext;
  readonly #dialogue: BrokenDialogue;
  #state: HandshakeState = initialHandshakeState;
  #sent = 0;

  constructor(socket: Socket, keyFile: Uint8Array, dialogue: BrokenDialogue) {
    this.#socket = socket;
    this.#dialogue = dialogue;
    this.#context = {
      role: 'client',
      // -f: this end's exponentiations are not what is tested.
      policy: { weak: true, requireForwardSecrecy: false },
      secret: createHash('sha256').update(keyFile).digest(),
      suite: createSuite(),
    };
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.once('connect', () => {
      this.#handle({ type: 'handshakeStarted', nonce: randomBytes(NONCE_BYTES) });
    });
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('end', () => socket.destroy());
  }

  #receive(bytes: Uint8Array): void {
    if (this.#state.phase !== 'established') this.#handle({ type: 'bytesReceived', bytes });
    else if (this.#exhausted) endBy(this.#socket, this.#dialogue.ending);
  }

  #handle(event: HandshakeEvent): void {
    const { state, effects } = stepHandshake(this.#context, this.#state, event);
    this.#state = state;
    for (const effect of effects) {
      if (effect.type === 'sendBytes') this.#send(effect.bytes);
    }
    if (state.phase === 'failed') this.#socket.destroy();
    if (state.phase === 'established') this.#sendPackets(state.keys.client);
  }

  #sendPackets(keys: { readonly e: Uint8Array; readonly h: Uint8Array }): void {
    const count = Math.ceil((this.#dialogue.sends - this.#sent) / PACKET_BYTES);
    if (count <= 0) return;
    const plaintext = randomBytes(count * 1_000);
    this.#send(this.#context.suite.sealPackets(keys, 0n, plaintext));
  }

  /** Sends as much of it as the dialogue allows; at that point it breaks off. */
  #send(bytes: Uint8Array): void {
    const allowed = bytes.subarray(0, this.#dialogue.sends - this.#sent);
    this.#sent += allowed.length;
    if (allowed.length > 0) this.#socket.write(allowed);
    if (this.#exhausted && !this.#dialogue.waits) endBy(this.#socket, this.#dialogue.ending);
  }

  get #exhausted(): boolean {
    return this.#sent >= this.#dialogue.sends;
  }
}
