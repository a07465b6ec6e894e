/**
 * Our own end of a captured connection: the core over a socket, with an exponent that is written
 * down.
 *
 * It is the pure core with the suite of the reference engine. It exists to have C at the other end;
 * it is not how the daemon works (no flow control, arithmetic at once).
 */

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSuite, generateKeyPair, referenceEngine } from '../../src/crypto/index.ts';
import type { ExponentForm } from '../../vectors/family.ts';
import { bytesOf, modulus, numberOf, power } from '../../vectors/independent/group14.ts';
import { OneEnd } from '../../vectors/one-end.ts';
import type { CaptureCase } from './cases.ts';

/** What our end did, beyond what is on the wire. */
export interface OwnSecrets {
  readonly form: ExponentForm | null;
  readonly x: Uint8Array | null;
  readonly ySC: Uint8Array;
}

/** Our end over a socket that stands. */
export class OurEnd {
  /** Settles when keys are known; rejects when the connection ends before. */
  readonly established: Promise<void>;
  /** Settles when the socket is gone; never rejects. */
  readonly closed: Promise<void>;
  /** What C sent on the wire. */
  readonly received: Buffer[] = [];
  readonly #core: OneEnd;
  readonly #socket: Socket;
  readonly #given: CaptureCase;
  readonly #waiting = new Set<() => void>();
  #secrets: { form: ExponentForm | null; x: Uint8Array | null; ySC: Uint8Array };
  #flushed = 0;

  constructor(socket: Socket, role: 'client' | 'server', K: Uint8Array, given: CaptureCase) {
    this.#socket = socket;
    this.#given = given;
    this.#secrets = { form: null, x: null, ySC: bytesOf(1n) };
    this.#core = new OneEnd({
      role,
      policy: given[role],
      K,
      suite: createSuite(referenceEngine),
      nonce: new Uint8Array(randomBytes(32)),
      keyPair: () => this.#keyPair(),
      sharedSecret: (_, y) => this.#sharedSecret(y),
    });
    this.established = new Promise((resolve, reject) => {
      const look = () => {
        if (this.#core.phase === 'piping') resolve();
      };
      this.#waiting.add(look);
      socket.once('close', () =>
        reject(new Error(`${given.name}: the handshake did not complete`)),
      );
    });
    this.established.catch(() => {});
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      this.received.push(bytes);
      this.#receive('cipher', new Uint8Array(bytes));
    });
    socket.on('end', () => this.#receive('cipher', null));
    this.#flush();
  }

  /** What our end alone knows. */
  get secrets(): OwnSecrets {
    return this.#secrets;
  }

  /** Everything that we sent on the wire. */
  get sent(): Uint8Array {
    return this.#core.sent('cipher');
  }

  /** How the connection ended; undefined as long as it stands. */
  get outcome(): string | undefined {
    return this.#core.outcome?.code;
  }

  write(plaintext: Uint8Array): void {
    this.#receive('plain', plaintext);
  }

  end(): void {
    this.#receive('plain', null);
    this.#socket.end();
  }

  /** Waits until so many bytes of plaintext have been delivered here. */
  async delivered(length: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (this.#core.sent('plain').length < length) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** The plaintext that came from C. */
  get plaintext(): Uint8Array {
    return this.#core.sent('plain');
  }

  #receive(side: 'plain' | 'cipher', bytes: Uint8Array | null): void {
    this.#core.receive(side, bytes);
    this.#flush();
    for (const wake of this.#waiting) wake();
  }

  #flush(): void {
    const all = this.#core.sent('cipher');
    if (all.length > this.#flushed) this.#socket.write(all.subarray(this.#flushed));
    this.#flushed = all.length;
  }

  #keyPair(): { x: Uint8Array; y: Uint8Array } {
    const { form = '2^258+x', special } = this.#given;
    let x = new Uint8Array(randomBytes(32));
    if (special === 'x = 1') x = bytesOf(1n).slice(-32);
    if (special === 'y = 0' || special === 'y = p − 1') {
      // There is no exponent for these. What C makes of y = p − 1 is 1 for every second of its
      // own exponents: who runs the case tries again.
      const y = special === 'y = 0' ? bytesOf(0n) : bytesOf(modulus - 1n);
      this.#secrets = { form: null, x: null, ySC: special === 'y = 0' ? y : bytesOf(1n) };
      return { x, y };
    }
    const isWanted = (candidate: Uint8Array): boolean => {
      if (special === 'y begins with a zero byte') return generateKeyPair(candidate).y[0] === 0;
      if (special === 'ySC begins with a zero byte') {
        return this.#powerOf('2^258+x', candidate, this.#yPeer())[0] === 0;
      }
      return true;
    };
    while (!isWanted(x)) x = new Uint8Array(randomBytes(32));
    this.#secrets = { form, x, ySC: bytesOf(1n) };
    return { x, y: this.#powerOf(form, x, bytesOf(2n)) };
  }

  #sharedSecret(y: Uint8Array): Uint8Array {
    const { form, x } = this.#secrets;
    if (form !== null && x !== null) this.#secrets.ySC = this.#powerOf(form, x, y);
    return this.#secrets.ySC.slice();
  }

  #powerOf(form: ExponentForm, x: Uint8Array, base: Uint8Array): Uint8Array {
    const exponent = numberOf(x) + (form === 'x' ? 0n : 1n << 258n);
    return bytesOf(power(numberOf(base), exponent));
  }

  /** What has come from C after its nonce. */
  #yPeer(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.received).subarray(32, 288));
  }
}
