/**
 * JSON text of a line, without its digest, back to the record that `encode.ts` made it from.
 *
 * Strict: a field that is missing, of another type, or not of this format is refused with a
 * {@link FormatError}. Whether the record makes sense where it stands is the reader's question.
 */

import { FAULTS, type FaultCode, type Outcome } from '../protocol/faults.ts';
import { SIDES } from '../protocol/parameters.ts';
import { EFFECTS, EVENTS, TIMERS } from '../protocol/vocabulary.ts';
import { type AnyTerm, keptFields, type LoggedField } from './content.ts';
import { Fields, FormatError } from './fields.ts';
import {
  type Derivation,
  type Dialled,
  FORMAT_NAME,
  FORMAT_VERSION,
  type LogContent,
  type LogEnd,
  type LogEntry,
  type LogHeader,
} from './format.ts';

const CONTENTS = ['wire', 'full'] as const;
const ROLES = ['client', 'server'] as const;
const DIALS = ['on-accept', 'after-handshake'] as const;

/** The first line. A log of another format or version is refused by name. */
export function decodeHeader(object: string): LogHeader {
  const fields = new Fields(parseJson(object), '');
  if (!fields.has('format') || fields.string('format') !== FORMAT_NAME) {
    throw new FormatError('does not say that this is an event log of spiped');
  }
  const version = fields.count('version');
  if (version !== FORMAT_VERSION) {
    throw new FormatError(
      `says format version ${version}; this program reads version ${FORMAT_VERSION}`,
    );
  }
  const content = fields.oneOf('content', CONTENTS);
  const policy = fields.object('policy');
  const software = fields.object('software');
  const header: LogHeader = {
    content,
    connection: fields.string('connection'),
    ...optional(fields, 'peer'),
    ...optional(fields, 'target'),
    role: fields.oneOf('role', ROLES),
    policy: {
      weak: policy.boolean('weak'),
      requireForwardSecrecy: policy.boolean('requireForwardSecrecy'),
    },
    timeoutMilliseconds: fields.count('timeoutMilliseconds'),
    dial: fields.oneOf('dial', DIALS),
    software: { name: software.string('name'), version: software.string('version') },
    started: fields.string('started'),
  };
  for (const part of [policy, software, fields]) part.done();
  return header;
}

/** Any line after the first, in a log of this content. */
export function decodeLine(
  object: string,
  content: LogContent,
): { readonly entry: LogEntry } | { readonly end: LogEnd } {
  const fields = new Fields(parseJson(object), '');
  const line = fields.has('end')
    ? { end: decodeEnd(fields) }
    : { entry: decodeEntry(fields, content) };
  fields.done();
  return line;
}

function decodeEntry(fields: Fields, content: LogContent): LogEntry {
  const entry = {
    content,
    sequence: fields.count('seq'),
    microseconds: fields.count('us'),
    phase: fields.string('phase'),
    ...(fields.has('dialled')
      ? { dialled: complete(fields.object('dialled'), decodeDialled) }
      : {}),
    event: complete(fields.object('event'), (event) => decodeEvent(event, content)),
    effects: fields
      .objects('effects')
      .map((effect) => complete(effect, () => decodeEffect(effect, content))),
  };
  const derived = content === 'full' && fields.has('derived') ? fields.objects('derived') : [];
  const derivations = derived.map((derivation) => complete(derivation, decodeDerivation));
  // Its fields are those of its content: `keptFields` and the types are made of the same rows.
  return (content === 'full' ? { ...entry, derivations } : entry) as LogEntry;
}

function decodeDerivation(fields: Fields): Derivation {
  return { salt: fields.bytes('salt'), output: fields.bytes('output') };
}

function decodeDialled(fields: Fields): Dialled {
  return { to: fields.string('to'), ...optional(fields, 'from') };
}

function decodeEnd(fields: Fields): LogEnd {
  const end = fields.object('end');
  const outcome = end.objectOrNull('outcome');
  const result: LogEnd = {
    microseconds: fields.count('us'),
    outcome: outcome === null ? null : complete(outcome, decodeOutcome),
    events: end.count('events'),
    bytes: complete(end.object('bytes'), (bytes) => ({
      plainReceived: bytes.count('plainReceived'),
      plainSent: bytes.count('plainSent'),
      cipherReceived: bytes.count('cipherReceived'),
      cipherSent: bytes.count('cipherSent'),
    })),
  };
  end.done();
  return result;
}

function decodeEvent(fields: Fields, content: LogContent): AnyTerm {
  const type = fields.string('type');
  if (Object.hasOwn(EVENTS, type)) return decodeTerm(type, fields, content);
  throw new FormatError(`event.type ${JSON.stringify(type)} is not an event`);
}

function decodeEffect(fields: Fields, content: LogContent): AnyTerm {
  const type = fields.string('type');
  if (Object.hasOwn(EFFECTS, type)) return decodeTerm(type, fields, content);
  throw new FormatError(`${JSON.stringify(type)} is not an effect`);
}

/** An event or effect: every field that this content keeps of it. */
function decodeTerm(type: string, fields: Fields, content: LogContent): AnyTerm {
  const term: Record<string, unknown> = {};
  const side = fields.has('side') ? DECODE.side(fields, 'side') : undefined;
  for (const { name, kind, optional } of keptFields(content, type, side)) {
    if (!optional || fields.has(name)) term[name] = DECODE[kind](fields, name);
  }
  return { type, ...term };
}

/** How the value of each kind of field is read. */
const DECODE: { readonly [Kind in LoggedField['kind']]: (from: Fields, name: string) => unknown } =
  {
    bytes: (from, name) => from.bytes(name),
    length: (from, name) => from.count(name),
    lengths: (from, name) => from.counts(name),
    side: (from, name) => from.oneOf(name, SIDES),
    timer: (from, name) => from.oneOf(name, TIMERS),
    text: (from, name) => from.string(name),
    count: (from, name) => from.count(name),
    milliseconds: (from, name) => from.count(name),
    outcome: (from, name) => complete(from.object(name), decodeOutcome),
  };

function decodeOutcome(fields: Fields): Outcome {
  const code = fields.string('code');
  if (code === 'closed' || code === 'cancelled') return { code };
  if (!isFaultCode(code)) throw new FormatError(`${JSON.stringify(code)} is not an outcome`);
  return fields.has('detail') ? { code, detail: fields.string('detail') } : { code };
}

function isFaultCode(code: string): code is FaultCode {
  return Object.hasOwn(FAULTS, code);
}

/** A text that may be absent, ready to be spread. */
function optional<Name extends string>(
  fields: Fields,
  name: Name,
): { readonly [_ in Name]?: string } {
  return fields.has(name) ? ({ [name]: fields.string(name) } as { [_ in Name]: string }) : {};
}

function complete<Result>(fields: Fields, decode: (fields: Fields) => Result): Result {
  const result = decode(fields);
  fields.done();
  return result;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError('is not JSON');
  }
}
