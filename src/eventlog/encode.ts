/**
 * Records to JSON text, by hand: base64 needs no escaping, and leaving that search out makes
 * this several times as fast as JSON.stringify on the data path. `decode.ts` reads it back.
 */

import { encodeBase64 } from './base64.ts';
import { type AnyTerm, keptFields } from './content.ts';
import {
  type Derivation,
  FORMAT_NAME,
  FORMAT_VERSION,
  type LogContent,
  type LogEnd,
  type LoggedValues,
  type LogHeader,
  type StepEntry,
  type WireEntry,
} from './format.ts';

/** The header as a JSON object; what is not there is left out. */
export function encodeHeader(header: LogHeader): string {
  const { content, connection, peer, target, role, policy, dial, software, started } = header;
  const { timeoutMilliseconds } = header;
  const { weak, requireForwardSecrecy } = policy;
  const { name, version } = software;
  return JSON.stringify({
    format: FORMAT_NAME,
    version: FORMAT_VERSION,
    content,
    connection,
    peer,
    target,
    role,
    policy: { weak, requireForwardSecrecy },
    timeoutMilliseconds,
    dial,
    software: { name, version },
    started,
  });
}

/**
 * An entry as a JSON object, without what its content does not keep. `dialled` and `derived` are
 * left out when there is nothing in them.
 */
export function encodeEntry(entry: StepEntry | WireEntry): string {
  const { content, event, dialled } = entry;
  const effects = entry.effects.map((effect) => encodeTerm(effect, content)).join(',');
  const derivations = 'derivations' in entry && content === 'full' ? entry.derivations : [];
  const derived =
    derivations.length > 0 ? `,"derived":[${derivations.map(encodeDerivation).join(',')}]` : '';
  const answered =
    dialled === undefined
      ? ''
      : `,"dialled":${JSON.stringify({ to: dialled.to, from: dialled.from })}`;
  return (
    `{"seq":${entry.sequence},"us":${entry.microseconds},"event":${encodeTerm(event, content)}` +
    `,"effects":[${effects}],"phase":${JSON.stringify(entry.phase)}${answered}${derived}}`
  );
}

/** The end as a JSON object. */
export function encodeEnd({ microseconds: us, outcome, events, bytes }: LogEnd): string {
  const { plainReceived, plainSent, cipherReceived, cipherSent } = bytes;
  return JSON.stringify({
    end: {
      outcome: outcome === null ? null : ordered(outcome),
      events,
      bytes: { plainReceived, plainSent, cipherReceived, cipherSent },
    },
    us,
  });
}

/** Only the fields of the format, in its order, whatever else the object may carry. */
function ordered({ code, detail }: { readonly code: string; readonly detail?: string }): object {
  return { code, detail };
}

/** An event or effect: its type, and what this content keeps of it. */
function encodeTerm(term: AnyTerm, content: LogContent): string {
  let text = `{"type":"${term.type}"`;
  for (const { kind, valueIn, before, after } of keptFields(content, term.type, term.side)) {
    const value = valueIn(term);
    // The value is of its kind: the types of events and effects are made of the same rows.
    if (value !== undefined) text += before + ENCODE[kind](value as never) + after;
  }
  return `${text}}`;
}

/** How the value of each kind of field is written, between the quotes of those that have them. */
const ENCODE: { readonly [Kind in keyof LoggedValues]: (value: LoggedValues[Kind]) => string } = {
  bytes: encodeBase64,
  side: String,
  timer: String,
  text: JSON.stringify,
  count: String,
  length: String,
  milliseconds: String,
  lengths: JSON.stringify,
  outcome: (outcome) => JSON.stringify(ordered(outcome)),
};

function encodeDerivation(derivation: Derivation): string {
  return `{"salt":${encodeBytes(derivation.salt)},"output":${encodeBytes(derivation.output)}}`;
}

function encodeBytes(bytes: Uint8Array): string {
  return `"${encodeBase64(bytes)}"`;
}
