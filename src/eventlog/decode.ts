/**
 * JSON text of a line, without its digest, back to the record that `encode.ts` made it from.
 *
 * Strict: a field that is missing, of another type, or not of this format is refused with a
 * {@link FormatError}. Whether the record makes sense where it stands is the reader's question.
 */

import { FAULTS, type FaultCode, type Outcome } from '../protocol/faults.ts';
import { SIDES } from '../protocol/parameters.ts';
import { EFFECTS, EVENTS, type Rows, TIMERS } from '../protocol/vocabulary.ts';
import { type AnyTerm, keptFields } from './content.ts';
import {
  type Derivation,
  type Dialled,
  FORMAT_NAME,
  FORMAT_VERSION,
  type FullEntry,
  type LogContent,
  type LogEnd,
  type LogEntry,
  type LoggedValues,
  type LogHeader,
  type WireEntry,
} from './format.ts';
import {
  anyObject,
  bytes,
  count,
  counts,
  FormatError,
  field,
  flag,
  list,
  nullable,
  object,
  oneOf,
  optional,
  type Shape,
  text,
} from './shapes.ts';

const HEADER = object<LogHeader>({
  content: oneOf(['wire', 'full']),
  connection: text,
  peer: optional(text),
  target: optional(text),
  role: oneOf(['client', 'server']),
  policy: object({ weak: flag, requireForwardSecrecy: flag }),
  timeoutMilliseconds: count,
  dial: oneOf(['on-accept', 'after-handshake']),
  software: object({ name: text, version: text }),
  started: text,
});

/** Only a fault may have a detail. */
const outcome: Shape<Outcome> = (value, path) => {
  const code = field(anyObject(value, path), path, 'code', text);
  if (code === 'closed' || code === 'cancelled') {
    return object<{ code: typeof code }>({ code: oneOf([code]) })(value, path);
  }
  if (!isFaultCode(code)) throw new FormatError(`${JSON.stringify(code)} is not an outcome`);
  return object<{ code: FaultCode; detail?: string }>({
    code: oneOf([code]),
    detail: optional(text),
  })(value, path);
};

const END = object<{ end: Omit<LogEnd, 'microseconds'>; us: number }>({
  end: object({
    outcome: nullable(outcome),
    events: count,
    bytes: object({
      plainReceived: count,
      plainSent: count,
      cipherReceived: count,
      cipherSent: count,
    }),
  }),
  us: count,
});

/** Every kind of field of an event or effect. */
const KINDS: { readonly [Kind in keyof LoggedValues]: Shape<LoggedValues[Kind]> } = {
  bytes,
  length: count,
  lengths: counts,
  side: oneOf(SIDES),
  timer: oneOf(TIMERS),
  text,
  count,
  milliseconds: count,
  outcome,
};

/** An entry as its line has it. */
interface EntryLine {
  readonly seq: number;
  readonly us: number;
  readonly event: AnyTerm;
  readonly effects: readonly AnyTerm[];
  readonly phase: string;
  readonly dialled?: Dialled;
}

const event = term(EVENTS, (type) => `event.type ${type} is not an event`);
const effect = term(EFFECTS, (type) => `${type} is not an effect`);

const entryIn = (content: LogContent) => ({
  seq: count,
  us: count,
  phase: text,
  dialled: optional(object<Dialled>({ to: text, from: optional(text) })),
  event: event(content),
  effects: list(effect(content)),
});

const WIRE_ENTRY = object<EntryLine>(entryIn('wire'));
const FULL_ENTRY = object<EntryLine & { derived?: readonly Derivation[] }>({
  ...entryIn('full'),
  derived: optional(list(object<Derivation>({ salt: bytes, output: bytes }))),
});

/** The first line. A log of another format or version is refused by name. */
export function decodeHeader(line: string): LogHeader {
  const value = anyObject(parseJson(line), '');
  if (!Object.hasOwn(value, 'format') || field(value, '', 'format', text) !== FORMAT_NAME) {
    throw new FormatError('does not say that this is an event log of spiped');
  }
  const version = field(value, '', 'version', count);
  if (version !== FORMAT_VERSION) {
    throw new FormatError(
      `says format version ${version}; this program reads version ${FORMAT_VERSION}`,
    );
  }
  const { format: _format, version: _version, ...header } = value;
  return HEADER(header, '');
}

/** Any line after the first, in a log of this content. */
export function decodeLine(
  line: string,
  content: LogContent,
): { readonly entry: LogEntry } | { readonly end: LogEnd } {
  const value = parseJson(line);
  if (Object.hasOwn(anyObject(value, ''), 'end')) {
    const { end, us: microseconds } = END(value, '');
    return { end: { microseconds, ...end } };
  }
  if (content === 'wire') {
    const { seq: sequence, us: microseconds, ...entry } = WIRE_ENTRY(value, '');
    return { entry: { content, sequence, microseconds, ...entry } as WireEntry };
  }
  const { seq: sequence, us: microseconds, derived = [], ...entry } = FULL_ENTRY(value, '');
  return {
    entry: { content, sequence, microseconds, ...entry, derivations: derived } as FullEntry,
  };
}

/** An event or effect: its type, and the fields that this content keeps of it. */
function term(rows: Rows, refusal: (type: string) => string) {
  return (content: LogContent): Shape<AnyTerm> =>
    (value, path) => {
      const given = anyObject(value, path);
      const type = field(given, path, 'type', text);
      if (!Object.hasOwn(rows, type)) throw new FormatError(refusal(JSON.stringify(type)));
      const shapes: { type: Shape<string>; [name: string]: Shape<unknown> } = { type: text };
      for (const { name, kind, optional: may } of keptFields(content, type, given.side)) {
        shapes[name] = may ? optional<unknown>(KINDS[kind]) : KINDS[kind];
      }
      return object<AnyTerm>(shapes)(value, path);
    };
}

function isFaultCode(code: string): code is FaultCode {
  return Object.hasOwn(FAULTS, code);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new FormatError('is not JSON');
  }
}
