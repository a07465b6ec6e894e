/**
 * A log for people: one line for each record, and the bytes in hexadecimal if wanted.
 *
 * It shows what is recorded and judges nothing. It shows no secret of a `full` log but those
 * bytes that are asked for: the lines name lengths, and only the dump shows plaintext, x and ySC.
 */

import { describeOutcome, type Outcome } from '../protocol/faults.ts';
import type { Role, Side } from '../protocol/parameters.ts';
import { VOCABULARY } from '../protocol/vocabulary.ts';
import { type AnyTerm, keptFields } from './content.ts';
import type { LogEnd, LogEntry, LoggedValues, LogHeader, LogRecord } from './format.ts';

/** How to render. */
export interface RenderOptions {
  /** Add the bytes of each record below its line. */
  readonly hex: boolean;
  /** Whose log it is, as its header says: some faults have another text at either end. */
  readonly role: Role;
}

const BYTES_PER_ROW = 16;
const INDENT = ' '.repeat(8);

/**
 * The text of one record: a line, and with `hex` a dump of each byte field below it. Every line
 * ends in a newline.
 */
export function render(record: LogRecord, options: RenderOptions): string {
  switch (record.kind) {
    case 'header':
      return `${renderHeader(record.header)}\n`;
    case 'entry':
      return `${renderEntry(record.entry, options.role)}\n${options.hex ? renderBytes(record.entry) : ''}`;
    case 'end':
      return `${renderEnd(record.end, options.role)}\n`;
  }
}

function renderHeader(header: LogHeader): string {
  const { policy, software } = header;
  const flags = [
    policy.weak ? '-f' : '',
    policy.requireForwardSecrecy ? '-g' : '',
    header.dial === 'after-handshake' ? '--dial after-handshake' : '',
  ].filter(Boolean);
  const policies = flags.length === 0 ? '' : ` ${flags.join(' ')}`;
  const from = header.peer === undefined ? '' : ` from ${header.peer}`;
  const to = header.target === undefined ? '' : ` to ${header.target}`;
  return printable(
    `connection ${header.connection}${from}${to}, ${header.role}${policies}, ` +
      `timeout ${header.timeoutMilliseconds / 1000} s, ${header.content} log ` +
      `by ${software.name} ${software.version}, started ${header.started}`,
  );
}

function renderEntry(entry: LogEntry, role: Role): string {
  const sequence = String(entry.sequence).padStart(5);
  const derivations =
    entry.content === 'full'
      ? entry.derivations.map(({ output }) => `derive ${output.length} bytes`)
      : [];
  const caused = [...derivations, ...entry.effects.map((effect) => inWords(effect, role))];
  const effects = caused.length === 0 ? '' : ` → ${caused.join('; ')}`;
  return printable(
    `${sequence} ${seconds(entry.microseconds)} ${inWords(entry.event, role)}${describeDialled(entry)}${effects} [${entry.phase}]`,
  );
}

function describeDialled({ dialled }: LogEntry): string {
  if (dialled === undefined) return '';
  return ` (${dialled.to}${dialled.from === undefined ? '' : ` from ${dialled.from}`})`;
}

function renderEnd(end: LogEnd, role: Role): string {
  const amounts = describeAmounts(end);
  const outcome =
    end.outcome === null ? 'recording ended before the connection' : describe(end.outcome, role);
  return printable(
    `end   ${seconds(end.microseconds)} ${outcome}; ${counted(end.events, 'event')}; ` +
      `plain ${amounts.plain}; cipher ${amounts.cipher}`,
  );
}

/** How much came in and went out on each side. */
export function describeAmounts({ bytes }: LogEnd): Readonly<Record<Side, string>> {
  return {
    plain: `${bytes.plainReceived} bytes in, ${bytes.plainSent} out`,
    cipher: `${bytes.cipherReceived} bytes in, ${bytes.cipherSent} out`,
  };
}

/**
 * One event or effect of an end of this role in words, without its bytes. Not made printable yet:
 * see {@link printable}.
 */
export function inWords(term: AnyTerm, role: Role): string {
  const { words = term.type } = VOCABULARY[term.type] ?? {};
  const fields: Record<string, string> = {};
  // Of the plain side no bytes may be told, only their lengths: that is what the words are about.
  for (const { name, kind, valueIn } of keptFields('wire', term.type, 'plain')) {
    const value = valueIn(term);
    if (value !== undefined) fields[name] = IN_WORDS[kind](value as never, role);
  }
  return words
    .replace(/\[(.*\{(\w+)\}.*)\]/, (_, part: string, name: string) => (name in fields ? part : ''))
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => fields[name] ?? '');
}

/** The value of each kind of field in words. */
const IN_WORDS: {
  readonly [Kind in keyof LoggedValues]: (value: LoggedValues[Kind], role: Role) => string;
} = {
  bytes: ({ length }) => counted(length, 'byte'),
  length: (length) => counted(length, 'byte'),
  count: (bytes) => counted(bytes, 'byte'),
  lengths: ({ length }) => counted(length, 'secret'),
  milliseconds: (milliseconds) => `${milliseconds / 1000} s`,
  side: String,
  timer: String,
  text: String,
  outcome: describe,
};

function describe(outcome: Outcome, role: Role): string {
  const party = describeOutcome(outcome, role);
  return outcome.code === 'closed' ? party : `${outcome.code}: ${party}`;
}

/** The byte fields of an entry, in the order of the line, each under its name. */
function renderBytes(entry: LogEntry): string {
  const dumps = [dumpFields(entry.event, entry.event.type)];
  if (entry.content === 'full') {
    for (const derivation of entry.derivations) dumps.push(dumpFields(derivation, 'derivation'));
  }
  for (const effect of entry.effects) dumps.push(dumpFields(effect, effect.type));
  return dumps.join('');
}

function dumpFields(object: object, name: string): string {
  let text = '';
  for (const [field, value] of Object.entries(object)) {
    if (value instanceof Uint8Array) text += `${INDENT}${name}.${field}\n${dump(value)}`;
  }
  return text;
}

function dump(bytes: Uint8Array): string {
  let text = '';
  for (let offset = 0; offset < bytes.length; offset += BYTES_PER_ROW) {
    const row = bytes.subarray(offset, offset + BYTES_PER_ROW);
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const characters = Array.from(row, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    ).join('');
    const position = offset.toString(16).padStart(6, '0');
    text += `${INDENT}${position}  ${hex.padEnd(3 * BYTES_PER_ROW - 1)}  ${characters}\n`;
  }
  return text;
}

function seconds(microseconds: number): string {
  return `+${(microseconds / 1e6).toFixed(6)}s`;
}

/** `1 byte`, `2 bytes`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** A log may come from anywhere: nothing in it may steer the reader's terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
