/**
 * Bytes in a page: in hexadecimal, four at a time so that lines can break; long runs of zero bytes
 * counted instead of written; changed bytes marked.
 */

import { type Html, html } from './html.ts';
import type { ChangedByte } from './model.ts';

/** From this many on, zero bytes are counted. */
const LONG_RUN = 24;

const GROUP = 4;

/** The bytes, for a block of code. */
export function bytesHtml(bytes: Uint8Array, changed: readonly ChangedByte[] = []): Html {
  const parts: Html[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const zeros = zeroRun(bytes, offset);
    if (
      zeros >= LONG_RUN &&
      changed.every(({ index }) => index < offset || index >= offset + zeros)
    ) {
      parts.push(html`<i>${zeros} × 00</i> `);
      offset += zeros;
      continue;
    }
    const end = nextLongRun(bytes, offset);
    parts.push(groups(bytes, offset, end, changed));
    offset = end;
  }
  return html`${parts}`;
}

/** The characters of bytes that are a text; undefined for others. */
export function textOf(bytes: Uint8Array): string | undefined {
  const printable = bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || isBreak(byte));
  if (!printable || bytes.length === 0) return undefined;
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

function isBreak(byte: number): boolean {
  return byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** How many zero bytes follow each other at `offset`. */
function zeroRun(bytes: Uint8Array, offset: number): number {
  let end = offset;
  while (end < bytes.length && bytes[end] === 0) end += 1;
  return end - offset;
}

/** Where bytes from `offset` on that are to be written out end. */
function nextLongRun(bytes: Uint8Array, offset: number): number {
  let at = offset + 1;
  while (at < bytes.length) {
    const zeros = zeroRun(bytes, at);
    if (zeros >= LONG_RUN) return at;
    at += Math.max(1, zeros);
  }
  return bytes.length;
}

function groups(
  bytes: Uint8Array,
  start: number,
  end: number,
  changed: readonly ChangedByte[],
): Html {
  const parts: (Html | string)[] = [];
  let plain = '';
  for (let i = start; i < end; i++) {
    const text = hexByte(bytes[i] ?? 0);
    const change = changed.find(({ index }) => index === i);
    if (change === undefined) plain += text;
    else {
      parts.push(plain, html`<mark title="sent as ${hexByte(change.sent)}">${text}</mark>`);
      plain = '';
    }
    if ((i - start) % GROUP === GROUP - 1) plain += ' ';
  }
  parts.push(plain.endsWith(' ') ? plain : `${plain} `);
  return html`${parts}`;
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
