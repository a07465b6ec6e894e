/**
 * What crossed the wire in one direction, cut into messages by its offsets: nonce, y ‖ h, packets
 * (HS-6, PK-1). It keeps the bytes of the handshake and of some packets, and decides nothing.
 */

import {
  NONCE_BYTES,
  PACKET_BYTES,
  PUBLIC_VALUE_BYTES,
  PUBLIC_VALUE_MESSAGE_BYTES,
  type Role,
} from '../../protocol/parameters.ts';

/** Which packets of a direction are kept: so many at its start, and so many at its end. */
export interface Keep {
  readonly first: number;
  readonly last: number;
}

/** Bytes `start` to `end` (exclusive) of a stream. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A message of a stream, by its place. */
export interface Placed extends Span {
  /** The number of the packet; of the handshake's two messages, their name. */
  readonly what: 'nonce' | 'public value' | number;
}

/** A message and what there is of its bytes. */
export interface Seen extends Placed {
  /** Fewer than the span is long where the stream, or the log, ends inside of the message. */
  readonly bytes: Uint8Array;
}

const HANDSHAKE_BYTES = NONCE_BYTES + PUBLIC_VALUE_MESSAGE_BYTES;

/** The message that byte `offset` of a stream belongs to. */
export function messageAt(offset: number): Placed {
  if (offset < NONCE_BYTES) return { what: 'nonce', start: 0, end: NONCE_BYTES };
  if (offset < HANDSHAKE_BYTES) {
    return { what: 'public value', start: NONCE_BYTES, end: HANDSHAKE_BYTES };
  }
  const what = Math.floor((offset - HANDSHAKE_BYTES) / PACKET_BYTES);
  const start = HANDSHAKE_BYTES + what * PACKET_BYTES;
  return { what, start, end: start + PACKET_BYTES };
}

/** The letter that names what an end's values carry: `nonceC`, `yS`. */
export function letterOf(role: Role): 'C' | 'S' {
  return role === 'client' ? 'C' : 'S';
}

/** A message in words: `nonceC`, `yS ‖ hS`, `packet 3`. */
export function nameOf(sender: Role, what: Placed['what']): string {
  const letter = letterOf(sender);
  if (what === 'nonce') return `nonce${letter}`;
  return what === 'public value' ? `y${letter} ‖ h${letter}` : `packet ${what}`;
}

/** What a span of a stream is, in words: `nonceC`, `packets 0–7`, `packet 8: bytes 0–99`. */
export function describeSpan(sender: Role, span: Span): string {
  const parts: string[] = [];
  let offset = span.start;
  while (offset < span.end) {
    const message = messageAt(offset);
    const whole = Math.floor((span.end - offset) / PACKET_BYTES);
    if (typeof message.what === 'number' && offset === message.start && whole > 1) {
      parts.push(`packets ${message.what}–${message.what + whole - 1}`);
      offset += whole * PACKET_BYTES;
      continue;
    }
    const end = Math.min(span.end, message.end);
    const name = nameOf(sender, message.what);
    const complete = offset === message.start && end === message.end;
    const last = end - message.start - 1;
    parts.push(complete ? name : `${name}: bytes ${offset - message.start}–${last}`);
    offset = end;
  }
  return parts.join(', ');
}

/** One direction, as one of the ends saw it. */
export class WireView {
  readonly sender: Role;
  readonly #keep: Keep;
  /** In the order of the stream, each with room for all of its bytes. */
  readonly #kept = new Map<Placed['what'], Seen>();
  /** How many bytes there were. */
  total = 0;
  /** Whether the stream has ended after them. */
  ended = false;

  constructor(sender: Role, keep: Keep) {
    this.sender = sender;
    this.#keep = keep;
  }

  /** How many packets there were, the last perhaps not complete. */
  get packets(): number {
    return Math.ceil(Math.max(0, this.total - HANDSHAKE_BYTES) / PACKET_BYTES);
  }

  /** The nonce, once it is complete. */
  get nonce(): Uint8Array | undefined {
    return this.#whole('nonce');
  }

  /** y, once y ‖ h is complete. */
  get y(): Uint8Array | undefined {
    return this.#whole('public value')?.subarray(0, PUBLIC_VALUE_BYTES);
  }

  /** h, once y ‖ h is complete. */
  get h(): Uint8Array | undefined {
    return this.#whole('public value')?.subarray(PUBLIC_VALUE_BYTES);
  }

  /** Take the next bytes; where they are in the stream. */
  add(bytes: Uint8Array): Span {
    const span = { start: this.total, end: this.total + bytes.length };
    for (let offset = span.start; offset < span.end; ) {
      const message = messageAt(offset);
      const end = Math.min(span.end, message.end);
      const part = bytes.subarray(offset - span.start, end - span.start);
      this.#room(message).set(part, offset - message.start);
      offset = end;
    }
    this.total = span.end;
    return span;
  }

  /** A message, if something of it was seen and its bytes were kept. */
  message(what: Placed['what']): Seen | undefined {
    const kept = this.#kept.get(what);
    return kept && { ...kept, bytes: kept.bytes.subarray(0, this.total - kept.start) };
  }

  /** Every message that was kept, in order. */
  messages(): readonly Seen[] {
    return [...this.#kept.keys()].flatMap((what) => this.message(what) ?? []);
  }

  #whole(what: Placed['what']): Uint8Array | undefined {
    const kept = this.#kept.get(what);
    return kept !== undefined && kept.end <= this.total ? kept.bytes : undefined;
  }

  /** Where a message's bytes go; a packet that leaves the last ones is forgotten. */
  #room(message: Placed): Uint8Array {
    const { what, start, end } = message;
    const kept = this.#kept.get(what);
    if (kept !== undefined) return kept.bytes;
    const bytes = new Uint8Array(end - start);
    this.#kept.set(what, { ...message, bytes });
    const forgotten = typeof what === 'number' ? what - this.#keep.last : -1;
    if (forgotten >= this.#keep.first) this.#kept.delete(forgotten);
    return bytes;
  }
}
