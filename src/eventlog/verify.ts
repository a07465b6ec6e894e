/**
 * What a log's bytes on the wire prove, given the key: nonces, MACs and ranges of the handshake,
 * who spoke when, packets and amounts, and whether the recorded outcome fits them.
 *
 * With forward secrecy the key alone does not open a packet; a `wire` log is then checked as far
 * as it goes, and the report says what was not checked and why. Takes logs of both contents; a
 * `full` log brings ySC along, so that its packets can always be opened.
 */

import { FAULTS, type Outcome } from '../protocol/faults.ts';
import { isBelowModulus, isOne, one } from '../protocol/group14.ts';
import { MAC_BYTES, type Role } from '../protocol/parameters.ts';
import type { CryptoSuite } from '../protocol/suite.ts';
import type { LogEnd, LogEntry, LogHeader, LogRecord } from './format.ts';
import { EventLogError } from './reader.ts';
import { canCarry, WireStream } from './wire-stream.ts';

/** What verification is done with. */
export interface VerifyOptions {
  readonly suite: CryptoSuite;
  /** K, 32 bytes. */
  readonly secret: Uint8Array;
}

/** One thing that was, or could not be, checked. */
export interface Check {
  readonly name: string;
  /** The requirements that it is about. */
  readonly requirements: readonly string[];
  readonly verdict: 'holds' | 'fails' | 'not checked';
  /** What was found, or why it could not be checked. */
  readonly detail: string;
}

/** What verification found. */
export interface VerifyReport {
  readonly header: LogHeader;
  /** Absent when the log was cut short. */
  readonly end: LogEnd | undefined;
  /** The reader's error when the log was cut short: the checks are about what is there. */
  readonly truncation: EventLogError | undefined;
  readonly checks: readonly Check[];
}

/**
 * Verify the records of one log (from `readEventLog`). Rejects with the reader's error when the
 * log is damaged; a log that is only cut short is verified as far as it goes.
 */
export async function verify(
  records: AsyncIterable<LogRecord>,
  options: VerifyOptions,
): Promise<VerifyReport> {
  let observer: Observer | undefined;
  let end: LogEnd | undefined;
  let truncation: EventLogError | undefined;
  try {
    for await (const record of records) {
      if (record.kind === 'header') observer = new Observer(record.header, options);
      else if (record.kind === 'entry') observer?.observe(record.entry);
      else end = record.end;
    }
  } catch (error) {
    if (observer === undefined) throw error;
    if (!(error instanceof EventLogError) || error.code !== 'truncated') throw error;
    truncation = error;
  }
  if (observer === undefined) {
    throw new Error('invariant: a reader yields a header first, or throws');
  }
  return { header: observer.header, end, truncation, checks: observer.checks(end) };
}

/** Follows both directions of the wire, and keeps what the checks need. */
class Observer {
  readonly header: LogHeader;
  readonly #suite: CryptoSuite;
  readonly #secret: Uint8Array;
  readonly #streams: Readonly<Record<Role, WireStream>>;
  readonly #plain = { received: 0, sent: 0 };
  #dk1: Uint8Array | undefined;
  #keysDecided = false;
  #packetsReadable = false;
  #ySC: Uint8Array | undefined;
  #serverSpokeEarly = false;

  constructor(header: LogHeader, { suite, secret }: VerifyOptions) {
    this.header = header;
    this.#suite = suite;
    this.#secret = secret;
    this.#streams = { client: new WireStream(suite), server: new WireStream(suite) };
  }

  observe({ event, effects }: LogEntry): void {
    const own = this.header.role;
    if (event.type === 'bytesReceived') {
      if ('length' in event) this.#plain.received += event.length;
      else if (event.side === 'plain') this.#plain.received += event.bytes.length;
      else this.#onWire(other(own), event.bytes);
    }
    if (event.type === 'sharedSecretComputed' && 'ySC' in event) this.#ySC = event.ySC;
    for (const effect of effects) {
      if (effect.type !== 'sendBytes') continue;
      if ('length' in effect) this.#plain.sent += effect.length;
      else if (effect.side === 'plain') this.#plain.sent += effect.bytes.length;
      else this.#onWire(own, effect.bytes);
    }
    this.#deriveKeys();
  }

  checks(end: LogEnd | undefined): readonly Check[] {
    const own = this.header.role;
    const peer = other(own);
    return [
      this.#checkNonces(),
      this.#checkMac(own),
      this.#checkMac(peer),
      this.#checkRange(own),
      this.#checkRange(peer),
      this.#checkOrder(),
      this.#checkPackets(own),
      this.#checkPackets(peer),
      this.#checkAmount(own, end),
      this.#checkAmount(peer, end),
      this.#checkOutcome(end),
    ];
  }

  #onWire(sender: Role, bytes: Uint8Array): void {
    const { client, server } = this.#streams;
    this.#streams[sender].add(bytes);
    // HS-9, seen from either end: what the client had sent by then is in the log before it.
    if (server.total > 32 && client.h === undefined) this.#serverSpokeEarly = true;
  }

  #deriveKeys(): void {
    const { client, server } = this.#streams;
    const { nonce: nonceC, y: yC } = client;
    const { nonce: nonceS, y: yS } = server;
    if (nonceC === undefined || nonceS === undefined) return;
    this.#dk1 ??= this.#suite.pbkdf2(this.#secret, join(nonceC, nonceS), 2 * MAC_BYTES);
    if (this.#keysDecided) return;
    // HS-14, HS-16: when either value is 1, both ends arrive at ySC = 1.
    const weak = (yC !== undefined && isOne(yC)) || (yS !== undefined && isOne(yS));
    const ySC = weak ? one() : this.#ySC;
    if (ySC !== undefined) {
      const dk2 = this.#suite.pbkdf2(this.#secret, join(nonceC, nonceS, ySC), 4 * MAC_BYTES);
      const key = (i: number): Uint8Array => dk2.subarray(i * MAC_BYTES, (i + 1) * MAC_BYTES);
      client.setKeys({ e: key(0), h: key(1) });
      server.setKeys({ e: key(2), h: key(3) });
      this.#packetsReadable = true;
      this.#keysDecided = true;
    } else if (this.header.content === 'wire' && yC !== undefined && yS !== undefined) {
      client.setKeys('unknown');
      server.setKeys('unknown');
      this.#keysDecided = true;
    }
  }

  #checkNonces(): Check {
    const { client, server } = this.#streams;
    const check = { name: 'nonces', requirements: ['HS-2', 'HS-3'] };
    if (client.nonce !== undefined && server.nonce !== undefined) {
      return holds(check, 'both are complete');
    }
    return notChecked(check, 'the connection ended before both were sent');
  }

  /** undefined: not known. */
  #macHolds(sender: Role): boolean | undefined {
    const { y, h } = this.#streams[sender];
    if (this.#dk1 === undefined || y === undefined || h === undefined) return undefined;
    const dhmac =
      sender === 'client' ? this.#dk1.subarray(0, MAC_BYTES) : this.#dk1.subarray(MAC_BYTES);
    return this.#suite.equal(h, this.#suite.hmac(dhmac, y));
  }

  #checkMac(sender: Role): Check {
    const check = {
      name: `MAC of the ${sender}'s y`,
      requirements: [sender === 'client' ? 'HS-7' : 'HS-15', 'HS-10'],
    };
    const macHolds = this.#macHolds(sender);
    if (macHolds === undefined) return notChecked(check, `the ${sender} did not send it completely`);
    if (macHolds) return holds(check, 'was made with this key');
    return fails(
      check,
      sender === this.header.role
        ? 'was not made with this key: it is not the key that this end ran with'
        : 'was not made with this key: the peer had another key, or it was changed on the way',
    );
  }

  #checkRange(sender: Role): Check {
    const check = { name: `range of the ${sender}'s y`, requirements: ['HS-6', 'HS-11'] };
    const { y } = this.#streams[sender];
    if (y === undefined) return notChecked(check, `the ${sender} did not send it completely`);
    if (!isBelowModulus(y)) return fails(check, 'is not below the modulus');
    return holds(check, isOne(y) ? 'is 1: no forward secrecy (-f)' : 'is below the modulus');
  }

  #checkOrder(): Check {
    const check = { name: 'who speaks first', requirements: ['HS-9'] };
    if (this.#serverSpokeEarly) {
      return fails(check, "the server sent more than its nonce before the client's y and h");
    }
    return this.#streams.server.total > 32
      ? holds(check, "the server sent its y after the client's y and h")
      : notChecked(check, 'the server sent no more than its nonce');
  }

  #checkPackets(sender: Role): Check {
    const stream = this.#streams[sender];
    const check = {
      name: `packets of the ${sender}`,
      requirements: ['PK-1', 'PK-4', 'PK-5', 'PK-7', 'PK-8'],
    };
    const count = packets(stream.packets);
    const trailing = stream.trailing === 0 ? '' : `, then ${stream.trailing} bytes of another`;
    if (stream.packets === 0) return notChecked(check, `there is no whole one${trailing}`);
    if (!this.#packetsReadable) {
      return notChecked(
        check,
        `${count}${trailing}; with forward secrecy the key alone does not open them: ` +
          "that takes an exponent, which only a 'full' log holds",
      );
    }
    const { failure, opened } = stream;
    if (failure !== undefined) {
      const what = failure.kind === 'mac' ? 'its MAC does not hold' : 'its length is not 1 to 1024';
      return fails(check, `packet ${failure.packet} of ${stream.packets}: ${what}`);
    }
    return holds(
      check,
      `${count}${trailing}: every MAC holds, in order, every length is 1 to 1024; ` +
        `${opened.bytes} bytes of plaintext`,
    );
  }

  /** Whether as much plaintext is on the wire as went in (own packets) or came out (the peer's). */
  #checkAmount(sender: Role, end: LogEnd | undefined): Check {
    const own = sender === this.header.role;
    const stream = this.#streams[sender];
    const amount = own ? this.#plain.received : this.#plain.sent;
    const check = { name: `amount of the ${sender}'s plaintext`, requirements: ['CN-8', 'PK-1'] };
    const was = own ? 'were received on the plain side' : 'were sent to the plain side';
    const recorded = `${amount} bytes ${was}`;
    // Received packets are delivered only while the connection lives (PK-11, CN-11).
    const code = end?.outcome?.code;
    const exact = own || code === 'closed' || code === 'packet-truncated';
    if (this.#packetsReadable) {
      const { bytes } = stream.opened;
      const fits = exact ? bytes === amount : bytes >= amount;
      return (fits ? holds : fails)(check, `${recorded}, ${bytes} are in the packets`);
    }
    const fits = exact
      ? canCarry(stream.packets, amount)
      : canCarry(Math.min(stream.packets, amount), amount);
    const carried = `${recorded}, and there are ${packets(stream.packets)} of 1 to 1024 bytes`;
    return (fits ? holds : fails)(check, carried);
  }

  /** Whether the connection ended for a reason that is on the wire, and for each that is. */
  #checkOutcome(end: LogEnd | undefined): Check {
    const check = { name: 'outcome', requirements: ['HS-10', 'HS-11', 'HS-12', 'PK-7', 'PK-8'] };
    if (end === undefined) return notChecked(check, 'the log was cut short');
    if (end.outcome === null) return notChecked(check, 'the recording ended before the connection');
    const { code } = end.outcome;
    const expected = this.#faultOnWire();
    if (expected === 'unknown') {
      return notChecked(check, `${code}: whether it fits is in packets that cannot be opened`);
    }
    if (expected !== undefined && expected !== code) {
      return fails(check, `the log says ${code}, but what was received calls for ${expected}`);
    }
    if (expected === undefined && FROM_WIRE.has(code)) {
      return fails(check, `the log says ${code}, but what was received does not call for it`);
    }
    const requirement = code === 'closed' || code === 'cancelled' ? '' : FAULTS[code].requirement;
    return holds(check, requirement === '' ? code : `${code} (${requirement})`);
  }

  /** The fault that the peer's bytes must lead to, if any; 'unknown' if only packets can tell. */
  #faultOnWire(): Outcome['code'] | 'unknown' | undefined {
    const peer = this.#streams[other(this.header.role)];
    if (peer.y !== undefined && peer.h !== undefined) {
      if (this.#macHolds(other(this.header.role)) === false) return 'handshake-mac-mismatch';
      if (!isBelowModulus(peer.y)) return 'handshake-value-out-of-range';
      if (this.header.policy.requireForwardSecrecy && isOne(peer.y)) {
        return 'handshake-without-forward-secrecy';
      }
    }
    return undefined;
  }
}

/** The outcomes that are decided by the peer's bytes alone. */
const FROM_WIRE: ReadonlySet<Outcome['code']> = new Set([
  'handshake-mac-mismatch',
  'handshake-value-out-of-range',
  'handshake-without-forward-secrecy',
  'packet-mac-mismatch',
  'packet-length-invalid',
] as const);

type CheckName = Pick<Check, 'name' | 'requirements'>;

function holds(check: CheckName, detail: string): Check {
  return { ...check, verdict: 'holds', detail };
}

function fails(check: CheckName, detail: string): Check {
  return { ...check, verdict: 'fails', detail };
}

function notChecked(check: CheckName, detail: string): Check {
  return { ...check, verdict: 'not checked', detail };
}

function packets(count: number): string {
  return count === 1 ? '1 packet' : `${count} packets`;
}

function other(role: Role): Role {
  return role === 'client' ? 'server' : 'client';
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
