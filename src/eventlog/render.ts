/**
 * A log for people: one line for each record, and the bytes in hexadecimal if wanted.
 *
 * It shows what is recorded and judges nothing. It shows no secret of a `full` log but those
 * bytes that are asked for: the lines name lengths, and only the dump shows plaintext, x and ySC.
 */

import { describeOutcome, type Outcome } from '../protocol/faults.ts';
import type { Role } from '../protocol/parameters.ts';
import type { ConnectionEvent } from '../protocol/vocabulary.ts';
import type {
  FullEffect,
  LogEnd,
  LogEntry,
  LogHeader,
  LogRecord,
  WireEffect,
  WireEvent,
} from './format.ts';

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
  const caused = [...derivations, ...entry.effects.map((effect) => describeEffect(effect, role))];
  const effects = caused.length === 0 ? '' : ` → ${caused.join('; ')}`;
  return printable(
    `${sequence} ${seconds(entry.microseconds)} ${describeEvent(entry.event)}${describeDialled(entry)}${effects} [${entry.phase}]`,
  );
}

function describeDialled({ dialled }: LogEntry): string {
  if (dialled === undefined) return '';
  return ` (${dialled.to}${dialled.from === undefined ? '' : ` from ${dialled.from}`})`;
}

function renderEnd(end: LogEnd, role: Role): string {
  const { bytes } = end;
  const outcome =
    end.outcome === null ? 'recording ended before the connection' : describe(end.outcome, role);
  return printable(
    `end   ${seconds(end.microseconds)} ${outcome}; ${counted(end.events, 'event')}; ` +
      `plain ${bytes.plainReceived} bytes in, ${bytes.plainSent} out; ` +
      `cipher ${bytes.cipherReceived} bytes in, ${bytes.cipherSent} out`,
  );
}

/** One event in words, without its bytes. Not made printable yet: see {@link printable}. */
export function describeEvent(event: ConnectionEvent | WireEvent): string {
  switch (event.type) {
    case 'connectionAccepted':
      return 'connection accepted';
    case 'targetConnected':
      return 'target connected';
    case 'targetConnectFailed':
      return `target connect failed: ${event.error}`;
    case 'timerExpired':
      return `${event.timer} timer expired`;
    case 'bytesReceived':
      return `${event.side}: received ${describeLength(event)}`;
    case 'endReceived':
      return `${event.side}: received end`;
    case 'writeCompleted':
      return `${event.side}: wrote ${counted(event.length, 'byte')}`;
    case 'endCompleted':
      return `${event.side}: wrote end`;
    case 'socketFailed':
      return `${event.side}: failed: ${event.error}`;
    case 'keyPairGenerated':
      return 'key pair generated';
    case 'sharedSecretComputed':
      return 'shared secret computed';
    case 'cancelRequested':
      return 'cancel requested';
    case 'defectFound':
      return `defect found: ${event.detail}`;
  }
}

/**
 * One effect of an end of this role in words, without its bytes. Not made printable yet: see
 * {@link printable}.
 */
export function describeEffect(effect: FullEffect | WireEffect, role: Role): string {
  switch (effect.type) {
    case 'connectTarget':
      return 'connect target';
    case 'startTimer':
      return `start ${effect.timer} timer (${effect.milliseconds / 1000} s)`;
    case 'cancelTimer':
      return `cancel ${effect.timer} timer`;
    case 'sendBytes':
      return `${effect.side}: send ${describeLength(effect)}`;
    case 'startReading':
      return `${effect.side}: start reading`;
    case 'stopReading':
      return `${effect.side}: stop reading`;
    case 'endWriting':
      return `${effect.side}: send end`;
    case 'closeSide':
      return `${effect.side}: close: ${describe(effect.outcome, role)}`;
    case 'generateKeyPair':
      return 'generate key pair';
    case 'computeSharedSecret':
      return 'compute shared secret';
    case 'eraseSecrets':
      return `erase ${counted(effect.lengths.length, 'secret')}`;
    case 'closeConnection':
      return (
        `close: ${describe(effect.outcome, role)}` +
        (effect.reset === undefined ? '' : ` (with a reset of ${effect.reset})`)
      );
  }
}

function describe(outcome: Outcome, role: Role): string {
  const party = describeOutcome(outcome, role);
  return outcome.code === 'closed' ? party : `${outcome.code}: ${party}`;
}

function describeLength(
  payload: { readonly bytes: Uint8Array } | { readonly length: number },
): string {
  return counted('bytes' in payload ? payload.bytes.length : payload.length, 'byte');
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
    const place = offset.toString(16).padStart(6, '0');
    text += `${INDENT}${place}  ${hex.padEnd(3 * BYTES_PER_ROW - 1)}  ${characters}\n`;
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
