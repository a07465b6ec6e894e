/**
 * A client that has the key and does what it is told, one message at a time: what a program that
 * speaks the protocol rightly never sends can be sent with it (y = 0, padding that is not zero, half a
 * packet).
 *
 * It computes with our own suite. That is no weakness here: it stands opposite C, which would not
 * understand it if the suite were wrong.
 */

import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { createSuite, referenceEngine } from '../../src/crypto/index.ts';
import { GROUP14_MODULUS, type PacketKeys } from '../../src/protocol/index.ts';

const suite = createSuite(referenceEngine);
const P = toNumber(GROUP14_MODULUS);

/** What can be changed about a packet that is well made otherwise. */
export interface PacketChoices {
  /** The byte that pads the message; 0 when absent. */
  readonly padding?: number;
  /** The length that it tells; that of the message when absent. */
  readonly length?: number;
}

export class KeyedClient {
  readonly socket: Socket;
  readonly #secret: Uint8Array;
  readonly #chunks: Buffer[] = [];
  #wake: () => void = () => {};
  #over: 'in order' | string | undefined;
  #nonces: Uint8Array = new Uint8Array();
  #keys: { readonly client: PacketKeys; readonly server: PacketKeys } | undefined;
  #sealed = 0n;

  private constructor(socket: Socket, keyFile: Uint8Array) {
    this.socket = socket;
    this.#secret = createHash('sha256').update(keyFile).digest();
    socket.on('data', (bytes: Buffer) => {
      this.#chunks.push(bytes);
      this.#wake();
    });
    const ended = (how: string): void => {
      this.#over ??= how;
      this.#wake();
    };
    socket.once('end', () => ended('in order'));
    socket.on('error', (error: NodeJS.ErrnoException) => ended(error.code ?? error.name));
  }

  static async connect(port: number, keyFile: Uint8Array): Promise<KeyedClient> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new KeyedClient(socket, keyFile);
  }

  /** The next `length` bytes of the server's; rejects when its stream ends before. */
  async receive(length: number): Promise<Uint8Array> {
    let bytes = Buffer.concat(this.#chunks);
    while (bytes.length < length) {
      if (this.#over !== undefined) throw new Error(`the server's stream ended: ${this.#over}`);
      await this.#something();
      bytes = Buffer.concat(this.#chunks);
    }
    this.#chunks.splice(0, this.#chunks.length, bytes.subarray(length));
    return new Uint8Array(bytes.subarray(0, length));
  }

  /** How the server's stream ends, and how many bytes come before that. */
  async untilEnd(): Promise<{ readonly how: string; readonly bytes: number }> {
    while (this.#over === undefined) await this.#something();
    return { how: this.#over, bytes: Buffer.concat(this.#chunks).length };
  }

  /** The server's nonce; the client's is sent with the public value. */
  async exchangeNonces(choose: (nonceS: Uint8Array) => Uint8Array): Promise<Uint8Array> {
    const nonceS = await this.receive(32);
    const nonceC = choose(nonceS);
    this.#nonces = Buffer.concat([nonceC, nonceS]);
    return nonceC;
  }

  /** y ‖ h, with an h that is right. */
  publicValueMessage(y: bigint): Uint8Array {
    const dk1 = suite.pbkdf2(this.#secret, this.#nonces, 64);
    const bytes = toBytes(y);
    return Buffer.concat([bytes, suite.hmac(dk1.subarray(0, 32), bytes)]);
  }

  /** The server's y, without looking at its h. */
  async receivePublicValue(): Promise<bigint> {
    return toNumber((await this.receive(288)).subarray(0, 256));
  }

  /** From here on packets can be made. */
  agreeOn(ySC: bigint): void {
    const salt = Buffer.concat([this.#nonces, toBytes(ySC)]);
    const dk2 = suite.pbkdf2(this.#secret, salt, 128);
    const key = (i: number): Uint8Array => dk2.slice(32 * i, 32 * (i + 1));
    this.#keys = { client: { e: key(0), h: key(1) }, server: { e: key(2), h: key(3) } };
  }

  /** The next packet with this message. */
  packet(
    message: Uint8Array,
    { padding = 0, length = message.length }: PacketChoices = {},
  ): Buffer {
    if (this.#keys === undefined) throw new Error('no keys are agreed on');
    const { e, h } = this.#keys.client;
    const cleartext = Buffer.alloc(1028, padding);
    cleartext.set(message);
    cleartext.writeUInt32BE(length, 1024);
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(this.#sealed++);
    const counter = Buffer.concat([number, Buffer.alloc(8)]);
    const ciphertext = createCipheriv('aes-256-ctr', e, counter).update(cleartext);
    const mac = createHmac('sha256', h).update(ciphertext).update(number).digest();
    return Buffer.concat([ciphertext, mac]);
  }

  /** The message of the server's packet with this number. */
  async receiveMessage(number: bigint): Promise<Uint8Array> {
    if (this.#keys === undefined) throw new Error('no keys are agreed on');
    const packet = await this.receive(1060);
    const { plaintext, failure } = suite.openPackets(this.#keys.server, number, packet);
    if (failure !== undefined) throw new Error(`the server's packet is bad: ${failure}`);
    return plaintext;
  }

  close(): void {
    this.socket.destroy();
  }

  #something(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** base^exponent mod p by squaring: for tests only, its time tells the exponent. */
export function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base % P];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

/** The modulus of the group. */
export const MODULUS: bigint = P;

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function toBytes(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(512, '0'), 'hex');
}
