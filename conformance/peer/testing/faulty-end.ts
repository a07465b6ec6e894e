/**
 * An end of spiped made of the peer's own parts, to be a subject: right, or with rules left out. It
 * shows that the verdicts can be otherwise. It has no timers, no flow control and no log.
 */

import { randomBytes } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import type { Scope } from '../../subjects/scope.ts';
import { minimal } from '../bytes.ts';
import { freshValue, publicValue, sharedValues, toBytes, toNumber } from '../group.ts';
import { dk1Of, dk2Of, hmac, macKeyOf, packetKeysOf, sharedSecretOf } from '../key.ts';
import { faultOf } from '../message.ts';
import { open, seal, textsOf } from '../packets.ts';
import {
  be64,
  CLEARTEXT_LENGTH,
  MESSAGE_LENGTH,
  NONCE_LENGTH,
  otherRole,
  PACKET_LENGTH,
  type Role,
  TEXT_LENGTH,
  Y_LENGTH,
} from '../parameters.ts';
import { ClientReach, Door, type Reach, ServerReach } from '../reach.ts';
import { until, Wire } from '../wire.ts';
import { GREETING } from './running.ts';

/** A rule that is left out. */
export type Omission =
  | 'h is not compared'
  | 'h is compared over 16 bytes'
  | 'h is compared over its end only'
  | 'y is not compared with p'
  | 'y = 1 is refused without -g'
  | 'y = 0 is refused'
  | 'y is sent before the proof'
  | 'the nonce waits'
  | 'ySC has no leading zeros'
  | 'the peer is told why'
  | 'MACs are not compared'
  | 'MACs are compared over 16 bytes'
  | 'a bad packet is passed over'
  | 'any length is taken'
  | 'the padding is looked at'
  | 'the padding is delivered'
  | 'a part of a packet is delivered'
  | 'early packets are lost'
  | 'an end is not passed on'
  | 'an end closes both'
  | 'a reset is not passed on'
  | 'a fault leaves the connection open'
  | 'packets are cut at segments';

/** Longer than any connection with it lasts, in milliseconds. */
const PATIENCE = 60_000;

class Fault extends Error {
  override readonly name = 'Fault';
}

/** Starts such an end in this process, in this role; it ends with the scope. */
export async function startEnd(
  scope: Scope,
  role: Role,
  omissions: readonly Omission[],
  limit: number,
): Promise<Reach> {
  const keyFile = Buffer.concat([randomBytes(40), Buffer.from('\n')]);
  const door = await Door.open(limit, role === 'server' ? GREETING : undefined);
  const sockets = new Set<Socket>();
  const listener = createServer({ allowHalfOpen: true }, async (socket) => {
    sockets.add(socket);
    const accepted = new Wire(socket, PATIENCE);
    const dialled = await Wire.connect({ host: '127.0.0.1', port: door.port }, PATIENCE);
    const [cipher, plain] = role === 'server' ? [accepted, dialled] : [dialled, accepted];
    await new End(role, keyFile, cipher, plain, new Set(omissions)).run();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  scope.onClose(async () => {
    const closed = new Promise((resolve) => listener.close(resolve));
    for (const socket of sockets) socket.destroy();
    await door.close();
    await closed;
  });
  const { port } = listener.address() as { port: number };
  const MeansOfReach = role === 'server' ? ServerReach : ClientReach;
  return new MeansOfReach(keyFile, { host: '127.0.0.1', port }, door, GREETING, limit);
}

class End {
  readonly #role: Role;
  readonly #k: Buffer;
  readonly #cipher: Wire;
  readonly #plain: Wire;
  readonly #omits: ReadonlySet<Omission>;

  constructor(
    role: Role,
    keyFile: Buffer,
    cipher: Wire,
    plain: Wire,
    omits: ReadonlySet<Omission>,
  ) {
    this.#role = role;
    this.#k = sharedSecretOf(keyFile);
    this.#cipher = cipher;
    this.#plain = plain;
    this.#omits = omits;
  }

  /** Goes on until both directions are over, or to a fault. */
  async run(): Promise<void> {
    try {
      const dk2 = await this.#handshake();
      await Promise.all([this.#open(dk2), this.#seal(dk2)]);
    } catch {
      if (this.#omits.has('the peer is told why')) await this.#cipher.write(Buffer.from('no'));
      if (this.#omits.has('a fault leaves the connection open')) return;
    }
    this.#cipher.destroy();
    if (!this.#omits.has('a reset is not passed on')) this.#plain.destroy();
  }

  async #handshake(): Promise<Buffer> {
    const own = randomBytes(NONCE_LENGTH);
    const value = freshValue();
    const y = toBytes(publicValue(value));
    const cipher = this.#cipher;
    if (!this.#omits.has('the nonce waits')) await cipher.write(own);
    const nonce = await cipher.read(NONCE_LENGTH);
    if (this.#omits.has('the nonce waits')) await cipher.write(own);
    const pair = this.#role === 'client' ? [own, nonce] : [nonce, own];
    const nonces = Buffer.concat(pair);
    const dk1 = dk1Of(this.#k, nonces);
    const message = Buffer.concat([y, hmac(macKeyOf(dk1, this.#role), y)]);
    const speaksFirst = this.#role === 'client' || this.#omits.has('y is sent before the proof');
    if (speaksFirst) await cipher.write(message);
    const theirs = await cipher.read(MESSAGE_LENGTH);
    this.#checkMessage(theirs, macKeyOf(dk1, otherRole(this.#role)));
    if (!speaksFirst) await cipher.write(message);
    const [ySC = 0n] = sharedValues(value, toNumber(theirs.subarray(0, Y_LENGTH)));
    const bytes = toBytes(ySC);
    const short = this.#omits.has('ySC has no leading zeros') ? minimal(bytes) : bytes;
    if (this.#omits.has('early packets are lost')) await cipher.read(cipher.unread);
    return dk2Of(this.#k, nonces, short);
  }

  #checkMessage(message: Buffer, dhmac: Buffer): void {
    const y = toNumber(message.subarray(0, Y_LENGTH));
    const h = message.subarray(Y_LENGTH);
    const right = hmac(dhmac, message.subarray(0, Y_LENGTH));
    const same = (start: number, end: number) =>
      h.subarray(start, end).equals(right.subarray(start, end));
    const passes =
      this.#omits.has('h is not compared') ||
      (this.#omits.has('h is compared over 16 bytes') && same(0, 16)) ||
      (this.#omits.has('h is compared over its end only') && same(16, 32));
    const fault = faultOf(passes ? Buffer.concat([toBytes(y), right]) : message, dhmac);
    const tooLarge = fault === 'handshake-value-out-of-range';
    if (fault !== undefined && !(tooLarge && this.#omits.has('y is not compared with p'))) {
      throw new Fault(fault);
    }
    if (y === 1n && this.#omits.has('y = 1 is refused without -g')) throw new Fault('y = 1');
    if (y === 0n && this.#omits.has('y = 0 is refused')) throw new Fault('y = 0');
  }

  /** Packets to plaintext. */
  async #open(dk2: Buffer): Promise<void> {
    const [cipher, plain] = [this.#cipher, this.#plain];
    for (let number = 0n; ; number += 1n) {
      const size = this.#omits.has('packets are cut at segments') ? 1 : PACKET_LENGTH;
      const there = () => cipher.unread >= size || cipher.ending !== undefined;
      await until('a packet', PATIENCE, there);
      if (cipher.unread < PACKET_LENGTH) {
        if (cipher.ending === undefined) throw new Fault('part of a packet');
        break;
      }
      const text = this.#textOf(dk2, number, await cipher.read(PACKET_LENGTH));
      await plain.write(text);
    }
    if (cipher.ending === 'reset') throw new Fault('reset');
    const part = await cipher.read(cipher.unread);
    if (this.#omits.has('a part of a packet is delivered')) await plain.write(part);
    if (this.#omits.has('an end closes both')) throw new Fault('end');
    if (!this.#omits.has('an end is not passed on')) plain.end();
  }

  #textOf(dk2: Buffer, number: bigint, packet: Buffer): Buffer {
    const keys = packetKeysOf(dk2, otherRole(this.#role));
    const ciphertext = packet.subarray(0, CLEARTEXT_LENGTH);
    const right = hmac(keys.h, ciphertext, be64(number));
    const passes =
      this.#omits.has('MACs are not compared') ||
      (this.#omits.has('MACs are compared over 16 bytes') &&
        packet.subarray(CLEARTEXT_LENGTH, CLEARTEXT_LENGTH + 16).equals(right.subarray(0, 16)));
    const opened = open(keys, number, passes ? Buffer.concat([ciphertext, right]) : packet);
    if (opened === 'packet-length-invalid' && this.#omits.has('any length is taken')) {
      return Buffer.alloc(0);
    }
    if (typeof opened === 'string') {
      if (this.#omits.has('a bad packet is passed over')) return Buffer.alloc(0);
      throw new Fault(opened);
    }
    const { text, padding } = opened;
    if (this.#omits.has('the padding is looked at') && padding.some((byte) => byte !== 0)) {
      throw new Fault('padding');
    }
    return this.#omits.has('the padding is delivered')
      ? Buffer.concat([text, padding]).subarray(0, TEXT_LENGTH)
      : text;
  }

  /** Plaintext to packets. */
  async #seal(dk2: Buffer): Promise<void> {
    const [cipher, plain] = [this.#cipher, this.#plain];
    const keys = packetKeysOf(dk2, this.#role);
    let number = 0n;
    for (;;) {
      await until('plaintext', PATIENCE, () => plain.unread > 0 || plain.ending !== undefined);
      if (plain.unread === 0) break;
      for (const text of textsOf(await plain.read(plain.unread))) {
        await cipher.write(seal(keys, number, text));
        number += 1n;
      }
    }
    if (plain.ending === 'reset') throw new Fault('reset');
    cipher.end();
  }
}
