/**
 * Bytes in a page: in hexadecimal, four at a time so that lines can break; long runs of zero bytes
 * counted instead of written; changed bytes marked.
 */

import { type Content, type Html, html } from './html.ts';
import type { ChangedByte } from './model.ts';

/** From this many on, zero bytes are counted. */
const LONG_RUN = 24;

const GROUP = 4;

/** The bytes, for a block of code. */
export function bytesHtml(bytes: Uint8Array, changed: readonly ChangedByte[] = []): Html {
  const sent = new Map(changed.map((change) => [change.index, change.sent]));
  const parts: Content[] = [];
  /** How many bytes of a group of four stand there. */
  let grouped = 0;
  for (let i = 0; i < bytes.length; ) {
    let zeros = 0;
    while (bytes[i + zeros] === 0 && !sent.has(i + zeros)) zeros += 1;
    if (zeros >= LONG_RUN) {
      parts.push(grouped === 0 ? '' : ' ', html`<i>${zeros} × 00</i> `);
      grouped = 0;
      i += zeros;
      continue;
    }
    const text = hexByte(bytes[i] ?? 0);
    const original = sent.get(i);
    if (original === undefined) parts.push(text);
    else parts.push(html`<mark title="sent as ${hexByte(original)}">${text}</mark>`);
    grouped = (grouped + 1) % GROUP;
    i += 1;
    if (grouped === 0 || i === bytes.length) parts.push(' ');
  }
  return html`${parts}`;
}

/** The characters of bytes that are a text; undefined for others. */
export function textOf(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  return /^[\t\n\r\x20-\x7e]+$/.test(text) ? text : undefined;
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
