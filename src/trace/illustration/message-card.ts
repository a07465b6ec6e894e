/**
 * A message of the wire, opened: each range of its bytes with its field, how the value comes about,
 * the requirements, and what a check of it finds (HS-6, HS-7, HS-10, HS-11, PK-1 to PK-9).
 *
 * The offsets are computed from the protocol's parameters. Checks need keys; without them the
 * ranges are there, and unchecked.
 */

import { macKeyOf } from '../../eventlog/index.ts';
import { isBelowModulus, isOne } from '../../protocol/group14.ts';
import {
  CIPHERTEXT_BYTES,
  MAC_BYTES,
  MAX_MESSAGE_BYTES,
  PACKET_BYTES,
  PUBLIC_VALUE_BYTES,
  type Role,
} from '../../protocol/parameters.ts';
import type { CryptoSuite } from '../../protocol/suite.ts';
import type { EndKeys } from './end-keys.ts';
import type { ChangedByte, Message, Range, Reveal, Verdict } from './model.ts';
import { isMessageLength, type PacketCheck } from './packet-check.ts';
import { letterOf, nameOf, type Seen } from './wire-view.ts';

/** What is known when a message is opened. */
export interface CardContext {
  readonly suite: CryptoSuite;
  /** Of the end in whose view the message stands. */
  readonly keys: EndKeys;
  readonly reveal: Reveal;
  readonly seen: Message['seen'];
  /** What its sender sent at the same place, where that is known and is not the same. */
  readonly sent: Uint8Array | undefined;
  /** What the page knows of the packet; only for packets. */
  readonly packet: PacketCheck | undefined;
  readonly remarks: readonly Verdict[];
}

/** Above this many changed bytes, they are counted and not marked one by one. */
const MARKED_CHANGES = 64;

/** The card of a message. */
export function messageCard(sender: Role, message: Seen, context: CardContext): Message {
  const { what, start, end, bytes } = message;
  const ranges =
    what === 'nonce'
      ? nonceRanges(sender, bytes)
      : what === 'public value'
        ? publicValueRanges(sender, bytes, context)
        : packetRanges(sender, what, bytes, context);
  const changes = changesOf(bytes, context.sent);
  const marked = changes.length <= MARKED_CHANGES ? changes : [];
  return {
    id: messageId(sender, what, context.seen),
    title: nameOf(sender, what),
    from: sender,
    seen: context.seen,
    offset: start,
    length: end - start,
    ranges: ranges.map((range) => ({
      ...range,
      changed: marked
        .map(({ index, sent }) => ({ index: index - range.start, sent }))
        .filter(({ index }) => index >= 0 && index < range.bytes.length),
    })),
    cleartext: cleartextRanges(context),
    remarks: [...completeness(message), ...describeChanges(changes), ...context.remarks],
  };
}

/** The id of a message's card. */
export function messageId(sender: Role, what: Seen['what'], seen: Message['seen']): string {
  const name =
    what === 'nonce' ? 'nonce' : what === 'public value' ? 'public-value' : `packet-${what}`;
  return `${sender}-${name}${seen === 'sent' ? '' : '-arrived'}`;
}

type Part = Omit<Range, 'bytes' | 'changed'> & { readonly end: number };

/** The parts of which something was seen, with what was seen. */
function cut(bytes: Uint8Array, parts: readonly Part[]): readonly Range[] {
  return parts
    .filter(({ start }) => start < bytes.length)
    .map(({ end, ...part }) => ({ ...part, bytes: bytes.subarray(part.start, end), changed: [] }));
}

function nonceRanges(sender: Role, bytes: Uint8Array): readonly Range[] {
  return cut(bytes, [
    {
      ...{ start: 0, end: 32 },
      field: nameOf(sender, 'nonce'),
      formula: `32 fresh random bytes of the ${sender}`,
      requirements: ['HS-1', 'HS-2', 'HS-3'],
    },
  ]);
}

function publicValueRanges(
  sender: Role,
  bytes: Uint8Array,
  context: CardContext,
): readonly Range[] {
  const letter = letterOf(sender);
  const y = bytes.subarray(0, PUBLIC_VALUE_BYTES);
  const h = bytes.subarray(PUBLIC_VALUE_BYTES);
  const { formula, requirements, verdict } = publicValue(sender, y);
  return cut(bytes, [
    { start: 0, end: PUBLIC_VALUE_BYTES, field: `y${letter}`, formula, requirements, verdict },
    {
      ...{ start: PUBLIC_VALUE_BYTES, end: PUBLIC_VALUE_BYTES + 32 },
      field: `h${letter}`,
      formula: `HMAC(dhmac${letter}, y${letter})`,
      requirements: [sender === 'client' ? 'HS-7' : 'HS-15', 'HS-10'],
      verdict: macVerdict(context, sender, y, h),
    },
  ]);
}

/** What y says of itself; no key is needed for it. */
export function publicValue(
  sender: Role,
  y: Uint8Array,
): Pick<Range, 'formula' | 'requirements' | 'verdict'> {
  const letter = letterOf(sender);
  if (y.length < PUBLIC_VALUE_BYTES) {
    const formula = 'a number below p, 256 bytes, big-endian';
    return { formula, requirements: ['HS-6'], verdict: undefined };
  }
  if (isOne(y)) {
    return {
      formula: `1: the ${sender} does without forward secrecy (-f)`,
      requirements: ['HS-6', 'HS-14'],
      verdict: { kind: 'good', text: 'is below p; is 1, so ySC is 1 at both ends' },
    };
  }
  if (!isBelowModulus(y)) {
    return {
      formula: 'no power of 2 modulo p: it would be below p',
      requirements: ['HS-6', 'HS-11'],
      verdict: { kind: 'bad', text: 'is not below p' },
    };
  }
  return {
    formula: `2^e${letter} mod p, where e${letter} is 2²⁵⁸ + x${letter} or x${letter}`,
    requirements: ['HS-6', 'HS-8', 'HS-11'],
    verdict: { kind: 'good', text: 'is below p' },
  };
}

function packetRanges(
  sender: Role,
  number: number,
  bytes: Uint8Array,
  context: CardContext,
): readonly Range[] {
  const letter = letterOf(sender);
  const stream = `AES-256-CTR(E_${letter}, be64(${number}) ‖ be64(0 … 64))`;
  const { packet } = context;
  return cut(bytes, [
    {
      ...{ start: 0, end: MAX_MESSAGE_BYTES },
      field: 'encrypted message',
      formula: `(M ‖ zero bytes to 1024) ⊕ ${stream}`,
      requirements: ['PK-2', 'PK-3', 'PK-6', 'PK-9'],
    },
    {
      ...{ start: MAX_MESSAGE_BYTES, end: CIPHERTEXT_BYTES },
      field: 'encrypted length',
      formula: 'be32(length of M) ⊕ the first 4 bytes of block 64 of the key stream',
      requirements: ['PK-2', 'PK-3', 'PK-8'],
      verdict: packet?.kind === 'opened' ? lengthVerdict(packet.length) : undefined,
    },
    {
      ...{ start: CIPHERTEXT_BYTES, end: PACKET_BYTES },
      field: 'MAC',
      formula: `HMAC(H_${letter}, bytes 0–1027 ‖ be64(${number}))`,
      requirements: ['PK-4', 'PK-5', 'PK-7'],
      verdict: packetMacVerdict(context),
    },
  ]);
}

function lengthVerdict(length: number): Verdict {
  return isMessageLength(length)
    ? { kind: 'good', text: `decrypts to ${length}` }
    : { kind: 'bad', text: `decrypts to ${length}, which is not 1 to ${MAX_MESSAGE_BYTES}` };
}

function packetMacVerdict({ packet, reveal }: CardContext): Verdict {
  switch (packet?.kind) {
    case 'opened':
      return { kind: 'good', text: 'holds' };
    case 'forged':
      return wrongMac(packet.expected, reveal);
    case 'after a failure':
      return { kind: 'unknown', text: 'is not looked at: the packet before it was bad' };
    case 'incomplete':
      return { kind: 'unknown', text: 'cannot be checked: the packet is not complete' };
    default:
      return { kind: 'unknown', text: 'cannot be checked without H' };
  }
}

function macVerdict(
  { suite, reveal, keys: { dk1 } }: CardContext,
  sender: Role,
  y: Uint8Array,
  h: Uint8Array,
): Verdict | undefined {
  if (h.length < MAC_BYTES) return undefined;
  if (dk1 === undefined) return { kind: 'unknown', text: 'cannot be checked without the key' };
  const expected = suite.hmac(macKeyOf(dk1, sender), y);
  return suite.equal(h, expected) ? { kind: 'good', text: 'holds' } : wrongMac(expected, reveal);
}

function wrongMac(expected: Uint8Array, reveal: Reveal): Verdict {
  const digits = Buffer.from(expected)
    .toString('hex')
    .replaceAll(/.{8}(?=.)/g, '$& ');
  const computed = reveal === 'wire' ? '' : `; computed: ${digits}`;
  return { kind: 'bad', text: `does not hold${computed}` };
}

/** PK-2: the message, its padding, its length. */
function cleartextRanges({ packet, reveal }: CardContext): readonly Range[] {
  if (packet?.kind !== 'opened' || reveal === 'wire') return [];
  const { cleartext, length } = packet;
  const end = isMessageLength(length) ? length : MAX_MESSAGE_BYTES;
  return cut(cleartext, [
    {
      ...{ start: 0, end },
      field: 'M',
      formula: 'the plaintext in this packet',
      requirements: ['PK-1', 'PK-6'],
    },
    {
      ...{ start: end, end: MAX_MESSAGE_BYTES },
      field: 'padding',
      formula: 'zero bytes up to 1024; a receiver does not look at them',
      requirements: ['PK-2', 'PK-9'],
    },
    {
      ...{ start: MAX_MESSAGE_BYTES, end: CIPHERTEXT_BYTES, verdict: lengthVerdict(length) },
      field: 'length',
      formula: 'be32(length of M)',
      requirements: ['PK-2', 'PK-8'],
    },
  ]).filter(({ bytes }) => bytes.length > 0);
}

function completeness({ what, start, end, bytes }: Seen): readonly Verdict[] {
  const length = end - start;
  if (bytes.length === length) return [];
  const requirement = typeof what === 'number' ? 'CN-13, PK-12' : 'HS-4';
  const text = `Only ${bytes.length} of ${length} bytes are there (${requirement}).`;
  return [{ kind: 'bad', text }];
}

function changesOf(bytes: Uint8Array, sent: Uint8Array | undefined): readonly ChangedByte[] {
  if (sent === undefined) return [];
  return [...bytes].flatMap((byte, index) => {
    const original = sent[index] ?? byte;
    return original === byte ? [] : [{ index, sent: original }];
  });
}

function describeChanges(changes: readonly ChangedByte[]): readonly Verdict[] {
  const [first] = changes;
  if (first === undefined) return [];
  const text =
    changes.length === 1
      ? `Byte ${first.index} is not the one that was sent.`
      : `${changes.length} bytes are not those that were sent at this place.`;
  return [{ kind: 'bad', text }];
}
