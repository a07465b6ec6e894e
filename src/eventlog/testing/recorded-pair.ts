/**
 * A client and a server core joined without sockets, both recorded: the logs that tests need,
 * from real connections. Secrets are erased when the core says so, as the real adapter does, so
 * that a recorder that keeps an array too long shows.
 */

import { createHash } from 'node:crypto';
import {
  type ConnectionContext,
  type ConnectionState,
  initialConnectionState,
  stepConnection,
} from '../../protocol/connection.ts';
import type { Outcome } from '../../protocol/faults.ts';
import type { Policy, Role, Side } from '../../protocol/parameters.ts';
import type { CryptoSuite } from '../../protocol/suite.ts';
import type { ConnectionEffect, ConnectionEvent } from '../../protocol/vocabulary.ts';
import type { LogContent, Software } from '../format.ts';
import { type ConnectionRecorder, openEventLog } from '../writer.ts';
import { MemoryStorage } from './memory-storage.ts';

/** The modular arithmetic, which the core leaves to its adapter. */
export interface Arithmetic {
  generateKeyPair(x: Uint8Array): { readonly x: Uint8Array; readonly y: Uint8Array };
  computeSharedSecret(x: Uint8Array, y: Uint8Array): Uint8Array;
}

/** What connection to record. */
export interface RecordedPairOptions {
  readonly suite: CryptoSuite;
  readonly arithmetic: Arithmetic;
  readonly content: LogContent;
  /** What each end's plain side sends before its end of stream. */
  readonly plaintext?: Partial<Readonly<Record<Role, readonly Uint8Array[]>>>;
  readonly policies?: Partial<Readonly<Record<Role, Policy>>>;
  /** When the server dials its target; on accept, if not said. */
  readonly dial?: ConnectionContext['dial'];
  /** K of each end, if they are not to be the same. */
  readonly secrets?: Readonly<Record<Role, Uint8Array>>;
  /** The nonces, if they are not to be made up. */
  readonly nonces?: Readonly<Record<Role, Uint8Array>>;
  /** The random part of each private exponent, if it is not to be made up. */
  readonly exponents?: Partial<Readonly<Record<Role, Uint8Array>>>;
  /** What is said to have written the logs. */
  readonly software?: Software;
  /** Change what crosses the wire: called with each piece, and how many bytes were before it. */
  readonly onWire?: (from: Role, bytes: Uint8Array, offset: number) => Uint8Array;
}

/** What came of it. */
export interface RecordedPair {
  readonly logs: Readonly<Record<Role, string>>;
  readonly delivered: Readonly<Record<Role, Uint8Array>>;
  readonly outcomes: Readonly<Record<Role, Outcome | undefined>>;
  /** Copies of everything that no `wire` log may hold, plaintext included. */
  readonly confidential: readonly Uint8Array[];
}

/** K of both ends, unless a test says otherwise. */
export const SECRET: Uint8Array = bytesOf('the shared secret', 32);

/** `length` bytes that look random and depend only on `name`. */
export function bytesOf(name: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let offset = 0, i = 0; offset < length; offset += 32, i++) {
    const block = new Uint8Array(createHash('sha256').update(`${name} ${i}`).digest());
    bytes.set(block.subarray(0, Math.min(32, length - offset)), offset);
  }
  return bytes;
}

/** Run a connection to its end and give its two logs. */
export async function recordPair(options: RecordedPairOptions): Promise<RecordedPair> {
  const confidential: Uint8Array[] = [];
  const client = new End('client', options, confidential);
  const server = new End('server', options, confidential);
  client.peer = server;
  server.peer = client;
  client.start();
  server.start();
  while (client.advance() || server.advance());
  return {
    logs: { client: await client.finish(), server: await server.finish() },
    delivered: { client: client.delivered(), server: server.delivered() },
    outcomes: { client: client.outcome, server: server.outcome },
    confidential,
  };
}

const DEFAULT_POLICY: Policy = { weak: false, requireForwardSecrecy: false };

class End {
  peer: End | undefined;
  outcome: Outcome | undefined;
  readonly #role: Role;
  readonly #options: RecordedPairOptions;
  readonly #confidential: Uint8Array[];
  readonly #storage = new MemoryStorage();
  readonly #log;
  readonly #recorder: ConnectionRecorder;
  readonly #context: ConnectionContext;
  #state: ConnectionState = initialConnectionState;
  readonly #events: ConnectionEvent[] = [];
  readonly #arrivals: Record<Side, (Uint8Array | 'end')[]> = { plain: [], cipher: [] };
  readonly #reading: Record<Side, boolean> = { plain: false, cipher: false };
  readonly #delivered: Uint8Array[] = [];
  #sent = 0;
  #ticks = 0;

  constructor(role: Role, options: RecordedPairOptions, confidential: Uint8Array[]) {
    this.#role = role;
    this.#options = options;
    this.#confidential = confidential;
    const secret = options.secrets?.[role] ?? SECRET;
    const policy = options.policies?.[role] ?? DEFAULT_POLICY;
    const plaintext = options.plaintext?.[role] ?? [];
    this.#arrivals.plain.push(...plaintext, 'end');
    this.#keepCopies(secret, ...plaintext);
    this.#log = openEventLog({
      directory: '.',
      content: options.content,
      software: options.software ?? { name: 'spiped', version: '1.2.3' },
      storage: this.#storage,
      now: () => this.#ticks++ / 8,
      wallClock: () => new Date(Date.UTC(2024, 0, 31, 23, 59, 59, 123)),
    });
    const suite: CryptoSuite = {
      ...options.suite,
      pbkdf2: (password, salt, length) => {
        const output = options.suite.pbkdf2(password, salt, length);
        this.#keepCopies(...[0, 32, 64, 96].map((at) => output.subarray(at, at + 32)));
        return output;
      },
    };
    const { dial = 'on-accept' } = options;
    this.#recorder = this.#log.begin({
      ...{ connection: 'recorded-1', role, policy, timeoutMilliseconds: 5000, dial, suite },
    });
    this.#context = {
      role,
      policy,
      secret,
      suite: this.#recorder.suite,
      timeoutMilliseconds: 5000,
      dial,
    };
  }

  start(): void {
    const nonce = this.#options.nonces?.[this.#role] ?? bytesOf(`nonce ${this.#role}`, 32);
    this.#events.push({ type: 'connectionAccepted', nonce });
  }

  /** The peer sent this. */
  arrive(piece: Uint8Array | 'end'): void {
    this.#arrivals.cipher.push(piece);
  }

  /** Handle one event, if there is one. */
  advance(): boolean {
    const event = this.#events.shift() ?? this.#arrival('cipher') ?? this.#arrival('plain');
    if (event === undefined || this.outcome !== undefined) return false;
    const step = stepConnection(this.#context, this.#state, event);
    this.#state = step.state;
    this.#recorder.record(event, step);
    for (const effect of step.effects) this.#perform(effect);
    return true;
  }

  async finish(): Promise<string> {
    this.#recorder.end();
    await this.#log.close();
    return this.#storage.onlyText;
  }

  delivered(): Uint8Array {
    return Uint8Array.from(this.#delivered.flatMap((bytes) => [...bytes]));
  }

  #arrival(side: Side): ConnectionEvent | undefined {
    if (!this.#reading[side]) return undefined;
    const next = this.#arrivals[side].shift();
    if (next === undefined) return undefined;
    return next === 'end'
      ? { type: 'endReceived', side }
      : { type: 'bytesReceived', side, bytes: next };
  }

  #perform(effect: ConnectionEffect): void {
    switch (effect.type) {
      case 'connectTarget':
        this.#events.push({ type: 'targetConnected' });
        break;
      case 'sendBytes':
        this.#send(effect.side, effect.bytes);
        this.#events.push({
          type: 'writeCompleted',
          side: effect.side,
          length: effect.bytes.length,
        });
        break;
      case 'startReading':
      case 'stopReading':
        this.#reading[effect.side] = effect.type === 'startReading';
        break;
      case 'closeSide':
        break;
      case 'endWriting':
        if (effect.side === 'cipher') this.peer?.arrive('end');
        this.#events.push({ type: 'endCompleted', side: effect.side });
        break;
      case 'generateKeyPair': {
        // A copy: the core has it erased.
        const x = this.#options.exponents?.[this.#role]?.slice() ?? bytesOf(`x ${this.#role}`, 32);
        const pair = this.#options.arithmetic.generateKeyPair(x);
        this.#keepCopies(pair.x);
        this.#events.push({ type: 'keyPairGenerated', ...pair });
        break;
      }
      case 'computeSharedSecret': {
        const ySC = this.#options.arithmetic.computeSharedSecret(effect.x, effect.y);
        this.#keepCopies(ySC);
        this.#events.push({ type: 'sharedSecretComputed', ySC });
        break;
      }
      case 'eraseSecrets':
        for (const secret of effect.secrets) secret.fill(0);
        break;
      case 'closeConnection':
        this.outcome = effect.outcome;
        this.peer?.arrive('end');
        break;
      case 'startTimer':
      case 'cancelTimer':
        break;
    }
  }

  #send(side: Side, bytes: Uint8Array): void {
    if (side === 'plain') {
      this.#delivered.push(bytes);
      return;
    }
    const { onWire } = this.#options;
    const copy = Uint8Array.from(bytes);
    this.peer?.arrive(onWire?.(this.#role, copy, this.#sent) ?? copy);
    this.#sent += bytes.length;
  }

  #keepCopies(...secrets: readonly Uint8Array[]): void {
    for (const secret of secrets) {
      if (secret.length > 0) this.#confidential.push(Uint8Array.from(secret));
    }
  }
}
