/**
 * One end of a spiped connection, written from `spec/protocol.md` alone: it goes through a plan on a
 * wire, is bent where it is told to, and notes what its subject does against the text.
 */

import { seal } from './packets.ts';
import {
  HANDSHAKE_LENGTH,
  MESSAGE_LENGTH,
  NONCE_LENGTH,
  PACKET_LENGTH,
  type Role,
} from './parameters.ts';
import { PLANS, type Step } from './plan.ts';
import { type Bend, type Bends, bendBy, type Earlier, type Known, type Piece } from './points.ts';
import { Schedule } from './schedule.ts';
import { Overdue, until, type Wire, WireOver, wait } from './wire.ts';

/** The plain end of the subject, as far as it belongs to this connection. */
export interface PlainSide {
  /** What has come out of the subject. */
  bytes(): Buffer;
  /** Has it ended there? Not before it has begun. */
  over(): boolean;
  /** Has it begun, and not ended? */
  open(): boolean;
  write(bytes: Buffer): Promise<void>;
  end(): void;
  /** RST. */
  reset(): void;
}

export interface PeerSettings {
  readonly role: Role;
  /** The content of the key file of both ends. */
  readonly keyFile: Buffer;
  readonly wire: Wire;
  readonly plain: PlainSide;
  /** What is sent to the subject, as texts of packets: first, and then when that was delivered. */
  readonly first: readonly Buffer[];
  readonly rest: readonly Buffer[];
  /** What the plain end says when it is connected, and before it ends. */
  readonly greeting: Buffer;
  readonly farewell: Buffer;
  readonly bends?: readonly Bends[];
  readonly earlier?: Earlier | undefined;
  /** Goes through the subject on another connection (the step `look`). */
  readonly look?: () => Promise<void>;
  /** Milliseconds that any one step may take. */
  readonly limit: number;
}

/** What a peer has to tell when its plan is over. */
export interface Account {
  /** The steps that were begun. */
  readonly steps: readonly Step[];
  /** Why it did not come to the end of its plan: the connection was over, or a step overdue. */
  readonly stopped: WireOver | Overdue | undefined;
  /** What the subject did against the text, with the requirement. */
  readonly objections: readonly string[];
  /** The plaintext of the subject's packets. */
  readonly received: Buffer;
  /** Bytes at the end of the subject's stream that are no whole packet. */
  readonly remainder: number;
  /** The texts that were sent, after any bends. */
  readonly sent: readonly Buffer[];
  /** Was any value changed? */
  readonly bent: boolean;
  /** This connection, for one that replays it. */
  readonly record: Earlier;
}

const NOTHING: Buffer = Buffer.alloc(0);

export class Peer {
  readonly #is: PeerSettings;
  readonly #known: Known;
  readonly #bend: Bend;
  readonly #objections: string[] = [];
  readonly #received: Buffer[] = [];
  readonly #sent: Buffer[] = [];
  readonly #schedule: Schedule;
  #bent = false;
  #held: Buffer[] | undefined;
  #mute = false;

  constructor(settings: PeerSettings) {
    this.#is = settings;
    const { role, keyFile, earlier } = settings;
    this.#known = {
      role,
      keyFile,
      earlier,
      peerNonce: NOTHING,
      nonces: NOTHING,
      dk1: NOTHING,
      peerMessage: NOTHING,
      y: NOTHING,
      ySC: NOTHING,
      dk2: NOTHING,
      peerPackets: [],
      index: 0,
      cleartext: NOTHING,
      ciphertext: NOTHING,
      sealed: [],
      written: 0,
    };
    this.#bend = bendBy(settings.bends ?? [], this.#known, () => {
      this.#bent = true;
    });
    this.#schedule = new Schedule(this.#known, this.#bend);
  }

  /** Goes through the plan to its end, or to where the connection is over. Called once. */
  async perform(): Promise<Account> {
    const steps: Step[] = [];
    let stopped: WireOver | Overdue | undefined;
    try {
      for (const step of this.#bend('plan', PLANS[this.#is.role])) {
        steps.push(step);
        await this.#take(step);
      }
    } catch (error) {
      if (!(error instanceof WireOver || error instanceof Overdue)) throw error;
      stopped = error;
    }
    return {
      steps,
      stopped,
      objections: this.#objections,
      sent: this.#sent,
      bent: this.#bent,
      ...(await this.#remains()),
      record: { ...this.#schedule.record, packets: this.#known.sealed },
    };
  }

  async #take(step: Step): Promise<void> {
    const { wire, plain, greeting, farewell, limit } = this.#is;
    switch (step) {
      case 'send nonce':
        return await this.#send(this.#schedule.makeNonce());
      case 'read nonce':
        this.#known.peerNonce = await wire.read(NONCE_LENGTH, "the subject's nonce (HS-2)");
        return;
      case 'send message':
        return await this.#send(this.#schedule.makeMessage());
      case 'read message':
        this.#known.peerMessage = await wire.read(MESSAGE_LENGTH, "the subject's y ‖ h (HS-6)");
        this.#checkMessage();
        return;
      case 'send first':
        return await this.#sendPackets(this.#bend('first', this.#is.first));
      case 'send rest':
        return await this.#sendPackets(this.#bend('rest', this.#is.rest));
      case 'await first':
      case 'await rest': {
        const length = this.#sent.reduce((sum, text) => sum + text.length, 0);
        const delivered = () => plain.bytes().length >= length || plain.over();
        const over = () => wire.ending !== undefined;
        return await until('the delivery of what was sent', limit, () => delivered() || over());
      }
      case 'read greeting':
        return await this.#receive(greeting);
      case 'read farewell':
        return await this.#receive(Buffer.concat([greeting, farewell]));
      case 'end':
        return wire.end();
      case 'await plain end':
        return await until('the end at the plain side', limit, () => plain.over());
      case 'plain farewell':
        return await plain.write(farewell);
      case 'plain end':
        return plain.end();
      case 'plain reset':
        return plain.reset();
      case 'read end':
        return await until("the subject's end", limit, () => wire.ending !== undefined);
      case 'reset':
        return wire.reset();
      case 'look':
        return await this.#is.look?.();
      case 'hold':
        this.#held = [];
        return;
      case 'let go': {
        const held = Buffer.concat(this.#held ?? []);
        this.#held = undefined;
        return await this.#send(held);
      }
    }
  }

  /** Is the subject's y ‖ h as the text has it (HS-6, HS-7, HS-15)? */
  #checkMessage(): void {
    const fault = this.#schedule.faultOfMessage();
    if (fault !== undefined) this.#object('HS-6, HS-7, HS-15', `its y ‖ h: ${fault}`);
  }

  /** Sends a flight of packets with these texts. */
  async #sendPackets(texts: readonly Buffer[]): Promise<void> {
    const keys = this.#schedule.sealingKeys();
    const known = this.#known;
    const packets = texts.map((text) => {
      known.index = known.sealed.length;
      const packet = seal(keys, BigInt(known.index), text, this.#noting());
      known.sealed.push(packet);
      return packet;
    });
    this.#sent.push(...texts);
    await this.#send(Buffer.concat(this.#bend('packets', packets)));
  }

  /** Bends, and lets later points of the same packet see what came out. */
  #noting(): Bend {
    return (point, value) => {
      const result = this.#bend(point, value);
      if (point === 'cleartext') this.#known.cleartext = result as Buffer;
      if (point === 'ciphertext') this.#known.ciphertext = result as Buffer;
      return result;
    };
  }

  async #send(bytes: Buffer): Promise<void> {
    if (this.#held !== undefined) {
      this.#held.push(bytes);
      return;
    }
    for (const piece of this.#bend('writes', [bytes])) await this.#write(piece);
    this.#known.written += bytes.length;
  }

  async #write(piece: Piece): Promise<void> {
    const { wire, look } = this.#is;
    if (piece === 'look') return await look?.();
    if (this.#mute) return;
    if (piece === 'fin') wire.end();
    else if (piece === 'reset') wire.reset();
    else if (piece === 'silence') this.#mute = true;
    else if ('wait' in piece) await wait(piece.wait, () => wire.ending !== undefined);
    else await wire.write(piece);
  }

  /** Opens packets until all of `expected` has come from the subject. */
  async #receive(expected: Buffer): Promise<void> {
    while (lengthOf(this.#received) < expected.length) {
      this.#checkPacket(await this.#is.wire.read(PACKET_LENGTH, 'a packet of the subject'));
    }
    if (!Buffer.concat(this.#received).equals(expected)) {
      this.#object('CN-8', 'what came is not what the plain end has sent');
    }
  }

  #checkPacket(packet: Buffer): void {
    const number = this.#known.peerPackets.length;
    this.#known.peerPackets.push(packet);
    const opened = this.#schedule.open(packet, number);
    if (typeof opened === 'string') {
      this.#object('PK-1 to PK-5, HS-16 to HS-18', `packet ${number}: ${opened}`);
      return;
    }
    if (opened.padding.some((byte) => byte !== 0)) {
      this.#object('PK-2', `packet ${number} is padded with other bytes than zeros`);
    }
    this.#received.push(opened.text);
  }

  /** Looks through what the subject has sent and no step has read. */
  async #remains(): Promise<Pick<Account, 'received' | 'remainder'>> {
    const { wire } = this.#is;
    const begun = wire.length - wire.unread >= HANDSHAKE_LENGTH && this.#schedule.begun;
    while (begun && wire.unread >= PACKET_LENGTH) {
      this.#checkPacket(await wire.read(PACKET_LENGTH));
    }
    return { received: Buffer.concat(this.#received), remainder: wire.unread };
  }

  #object(requirements: string, what: string): void {
    this.#objections.push(`${what} (${requirements})`);
  }
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
