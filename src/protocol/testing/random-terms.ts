/**
 * Random events and effects, made from the vocabulary: a new row is among them without a word here.
 */

import fc from 'fast-check';
import { FAULTS, type FaultCode, type Outcome } from '../faults.ts';
import { SIDES } from '../parameters.ts';
import {
  type ConnectionEffect,
  type ConnectionEvent,
  EFFECTS,
  EVENTS,
  type Field,
  type Row,
  TIMERS,
  type Values,
} from '../vocabulary.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const count = fc.nat(Number.MAX_SAFE_INTEGER);
const bytes = fc.uint8Array({ maxLength: 40 });

/** Every kind of end. */
export const randomOutcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constantFrom<Outcome>({ code: 'closed' }, { code: 'cancelled' }),
  fc.record(
    { code: fc.constantFrom(...(Object.keys(FAULTS) as FaultCode[])), detail: text },
    { requiredKeys: ['code'] },
  ),
);

const RANDOM: { readonly [Kind in Exclude<keyof Values, 'bytes'>]: fc.Arbitrary<Values[Kind]> } = {
  side: fc.constantFrom(...SIDES),
  timer: fc.constantFrom(...TIMERS),
  text,
  count,
  milliseconds: count,
  outcome: randomOutcome,
  secrets: fc.array(bytes),
};

/** Random events, by their type; bytes have the length of their row, where it names one. */
export const randomEvents = randomTerms(EVENTS) as {
  readonly [Type in ConnectionEvent['type']]: fc.Arbitrary<
    Extract<ConnectionEvent, { type: Type }>
  >;
};

/** Random effects, likewise. */
export const randomEffects = randomTerms(EFFECTS) as {
  readonly [Type in ConnectionEffect['type']]: fc.Arbitrary<
    Extract<ConnectionEffect, { type: Type }>
  >;
};

function randomTerms(rows: Readonly<Record<string, Row>>): object {
  return Object.fromEntries(
    Object.entries(rows).map(([type, { fields }]) => [type, randomTerm(type, fields)]),
  );
}

function randomTerm(type: string, fields: Row['fields']): fc.Arbitrary<unknown> {
  const model: Record<string, fc.Arbitrary<unknown>> = { type: fc.constant(type) };
  const requiredKeys = ['type'];
  for (const [name, field] of Object.entries(fields)) {
    model[name] = randomValue(field);
    if (!('optional' in field)) requiredKeys.push(name);
  }
  return fc.record(model, { requiredKeys, noNullPrototype: true });
}

function randomValue(field: Field): fc.Arbitrary<unknown> {
  if (field.kind !== 'bytes') return RANDOM[field.kind];
  const { length } = field;
  return length === undefined ? bytes : fc.uint8Array({ minLength: length, maxLength: length });
}
