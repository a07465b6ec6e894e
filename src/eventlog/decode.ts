/**
 * JSON text of a line, without its digest, back to the record that `encode.ts` made it from.
 *
 * Strict: a field that is missing, of another type, or not of this format is refused with a
 * {@link FormatError}. Whether the record makes sense where it stands is the reader's question.
 */

import { FAULTS, type FaultCode, type Outcome } from '../protocol/faults.ts';
import type { ConnectionEvent } from '../protocol/vocabulary.ts';
import { Fields, FormatError } from './fields.ts';
import {
  type Dialled,
  FORMAT_NAME,
  FORMAT_VERSION,
  type FullEffect,
  type LogContent,
  type LogEnd,
  type LogEntry,
  type LogHeader,
  type WireEffect,
  type WireEvent,
} from './format.ts';

const CONTENTS = ['wire', 'full'] as const;
const ROLES = ['client', 'server'] as const;
const DIALS = ['on-accept', 'after-handshake'] as const;
const SIDES = ['plain', 'cipher'] as const;
const TIMERS = ['connect', 'handshake', 'delivery'] as const;

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
  const common = {
    sequence: fields.count('seq'),
    microseconds: fields.count('us'),
    phase: fields.string('phase'),
    ...(fields.has('dialled')
      ? { dialled: complete(fields.object('dialled'), decodeDialled) }
      : {}),
  };
  const event = fields.object('event');
  const effects = fields.objects('effects');
  if (content === 'wire') {
    return {
      content,
      ...common,
      event: complete(event, decodeWireEvent),
      effects: effects.map((effect) => complete(effect, decodeWireEffect)),
    };
  }
  return {
    content,
    ...common,
    event: complete(event, decodeFullEvent),
    effects: effects.map((effect) => complete(effect, decodeFullEffect)),
    derivations: (fields.has('derived') ? fields.objects('derived') : []).map((derivation) =>
      complete(derivation, () => ({
        salt: derivation.bytes('salt'),
        output: derivation.bytes('output'),
      })),
    ),
  };
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

function decodeFullEvent(fields: Fields): ConnectionEvent {
  const type = fields.string('type');
  switch (type) {
    case 'connectionAccepted':
      return { type, nonce: fields.bytes('nonce') };
    case 'bytesReceived':
      return { type, side: fields.oneOf('side', SIDES), bytes: fields.bytes('bytes') };
    case 'keyPairGenerated':
      return { type, x: fields.bytes('x'), y: fields.bytes('y') };
    case 'sharedSecretComputed':
      return { type, ySC: fields.bytes('ySC') };
    default:
      return decodeControlEvent(type, fields);
  }
}

function decodeWireEvent(fields: Fields): WireEvent {
  const type = fields.string('type');
  switch (type) {
    case 'connectionAccepted':
    case 'keyPairGenerated':
    case 'sharedSecretComputed':
      return { type };
    case 'bytesReceived': {
      const side = fields.oneOf('side', SIDES);
      return side === 'cipher'
        ? { type, side, bytes: fields.bytes('bytes') }
        : { type, side, length: fields.count('length') };
    }
    default:
      return decodeControlEvent(type, fields);
  }
}

/** The events that are the same in both contents. */
function decodeControlEvent(type: string, fields: Fields): ConnectionEvent & WireEvent {
  switch (type) {
    case 'targetConnected':
    case 'cancelRequested':
      return { type };
    case 'targetConnectFailed':
      return { type, error: fields.string('error') };
    case 'defectFound':
      return { type, detail: fields.string('detail') };
    case 'timerExpired':
      return { type, timer: fields.oneOf('timer', TIMERS) };
    case 'endReceived':
    case 'endCompleted':
      return { type, side: fields.oneOf('side', SIDES) };
    case 'writeCompleted':
      return { type, side: fields.oneOf('side', SIDES), length: fields.count('length') };
    case 'socketFailed':
      return { type, side: fields.oneOf('side', SIDES), error: fields.string('error') };
    default:
      throw new FormatError(`event.type ${JSON.stringify(type)} is not an event`);
  }
}

function decodeFullEffect(fields: Fields): FullEffect {
  const type = fields.string('type');
  switch (type) {
    case 'sendBytes':
      return { type, side: fields.oneOf('side', SIDES), bytes: fields.bytes('bytes') };
    case 'computeSharedSecret':
      return { type, x: fields.bytes('x'), y: fields.bytes('y') };
    default:
      return decodeControlEffect(type, fields);
  }
}

function decodeWireEffect(fields: Fields): WireEffect {
  const type = fields.string('type');
  switch (type) {
    case 'sendBytes': {
      const side = fields.oneOf('side', SIDES);
      return side === 'cipher'
        ? { type, side, bytes: fields.bytes('bytes') }
        : { type, side, length: fields.count('length') };
    }
    case 'computeSharedSecret':
      return { type };
    default:
      return decodeControlEffect(type, fields);
  }
}

/** The effects that are the same in both contents. */
function decodeControlEffect(type: string, fields: Fields): FullEffect & WireEffect {
  switch (type) {
    case 'connectTarget':
    case 'generateKeyPair':
      return { type };
    case 'startTimer':
      return {
        type,
        timer: fields.oneOf('timer', TIMERS),
        milliseconds: fields.count('milliseconds'),
      };
    case 'cancelTimer':
      return { type, timer: fields.oneOf('timer', TIMERS) };
    case 'startReading':
    case 'stopReading':
    case 'endWriting':
      return { type, side: fields.oneOf('side', SIDES) };
    case 'eraseSecrets':
      return { type, lengths: fields.counts('lengths') };
    case 'closeSide':
      return {
        type,
        side: fields.oneOf('side', SIDES),
        outcome: complete(fields.object('outcome'), decodeOutcome),
      };
    case 'closeConnection':
      return {
        type,
        outcome: complete(fields.object('outcome'), decodeOutcome),
        ...(fields.has('reset') ? { reset: fields.oneOf('reset', SIDES) } : {}),
      };
    default:
      throw new FormatError(`${JSON.stringify(type)} is not an effect`);
  }
}

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
