/**
 * What each content keeps of an event or effect: the one place where secrets are left out.
 *
 * A `full` log drops the bytes of erased secrets; a `wire` log drops besides everything that
 * did not cross the cipher socket (KF-8). What each field is stands in the vocabulary. Recorder,
 * `redact` and reader come through here, so that a redacted log holds exactly what a `wire`
 * recording would have held.
 */

import { type ConnectionEffect, type Field, VOCABULARY } from '../protocol/vocabulary.ts';
import type { FullEffect, LogContent, LoggedValues, LogView } from './format.ts';

/** Any event or effect, as it was or as a log has it. */
export type AnyTerm = { readonly type: string } & Readonly<Record<string, unknown>>;

/** One field of an event or effect as a log has it. */
export interface LoggedField {
  readonly name: string;
  readonly kind: keyof LoggedValues;
  readonly optional: boolean;
  /** Its value in the event or effect as it was, or as a log of no less content has it. */
  readonly valueIn: (term: AnyTerm) => unknown;
  /** What stands before and after the value in a line. */
  readonly before: string;
  readonly after: string;
}

/** The fields that a log of this content keeps of an event or effect, in their order. */
export function keptFields(
  content: LogContent,
  type: string,
  side: unknown,
): readonly LoggedField[] {
  const forms = FORMS.get(type);
  if (forms === undefined) throw new Error(`invariant: ${type} is not in the vocabulary`);
  return forms[content === 'full' ? 'full' : side === 'plain' ? 'plain' : 'cipher'];
}

/** The effect as a `full` log keeps it. */
export function withoutErasedSecrets(effect: ConnectionEffect): FullEffect {
  const kept = keptFields('full', effect.type, undefined).map(({ name, valueIn }) => [
    name,
    valueIn(effect),
  ]);
  return Object.fromEntries([['type', effect.type], ...kept]);
}

/** Each event and effect as every view has it. */
const FORMS: ReadonlyMap<string, Readonly<Record<LogView, readonly LoggedField[]>>> = new Map(
  Object.entries(VOCABULARY).map(([type, { fields }]) => {
    const as = (view: LogView): readonly LoggedField[] =>
      Object.entries(fields).flatMap(([name, field]) => shown(name, field, view));
    return [type, { full: as('full'), cipher: as('cipher'), plain: as('plain') }];
  }),
);

/** One field in a view, or nothing. `Told` in `format.ts` says the same in types. */
//= KF-8
//# K MUST NOT appear in a log, an error message or a process title.
//= KF-9
//# What is derived from K MUST NOT appear in a log, an error message or a process title, unless the
//# operator asks for a record that holds it (`--event-log-content full`).
function shown(name: string, field: Field, view: LogView): readonly LoggedField[] {
  if (field.kind === 'secrets') return [lengthsOf(name)];
  if (field.kind === 'bytes' && view !== 'full') {
    // A nonce or a y that was sent is on the wire: in the `sendBytes` that sent it.
    if (field.disclosure !== 'wire-if-cipher') return [];
    if (view === 'plain') return [lengthOf(name)];
  }
  return [loggedField(name, field.kind, (term) => term[name], 'optional' in field)];
}

/** Of an array, how long it is. */
function lengthOf(name: string): LoggedField {
  const lengthIn = (term: AnyTerm): unknown => term.length ?? (term[name] as Uint8Array).length;
  return loggedField('length', 'length', lengthIn);
}

/** Of several arrays, how long they are. */
function lengthsOf(name: string): LoggedField {
  return loggedField(
    'lengths',
    'lengths',
    (term) => term.lengths ?? (term[name] as readonly Uint8Array[]).map(({ length }) => length),
  );
}

function loggedField(
  name: string,
  kind: LoggedField['kind'],
  valueIn: LoggedField['valueIn'],
  optional = false,
): LoggedField {
  // Base64 and our own words need no escaping.
  const quote = kind === 'bytes' || kind === 'side' || kind === 'timer' ? '"' : '';
  return { name, kind, optional, valueIn, before: `,"${name}":${quote}`, after: quote };
}
