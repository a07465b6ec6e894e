/**
 * What is secret of a state or an event: the one list of what is to be erased (HS-23).
 *
 * A state is any of the core's: of a connection, or of a machine in it. Its bytes are known by the
 * names of their fields, wherever they stand, and a state with a byte field that is in no list does
 * not compile here, so that a new secret cannot be forgotten.
 */

import { NO_BYTES } from './bytes.ts';
import { type ConnectionEvent, EVENTS, type Fields, type Row } from './vocabulary.ts';

/** The byte fields that only states have; those of events are in the vocabulary. */
const BYTES_OF_STATES = {
  dhmacC: 'secret',
  dhmacS: 'secret',
  // The packet keys.
  e: 'secret',
  h: 'secret',
  nonceC: 'open',
  nonceS: 'open',
  yPeer: 'open',
  // What arrived on the cipher side and is not used yet.
  received: 'open',
  partial: 'open',
} as const satisfies { readonly [Name in BytesOf<ConnectionEvent>]?: never } & Readonly<
  Record<string, 'secret' | 'open'>
>;

const SECRETS: readonly string[] = [
  ...Object.entries(BYTES_OF_STATES).flatMap(([name, is]) => (is === 'secret' ? [name] : [])),
  ...Object.values<Row>(EVENTS).flatMap(({ fields }) => secretNames(fields)),
];

/**
 * The secrets that a state or an event holds, each array once, in the order of its fields. In place
 * of one that the state has room for and does not hold stands an empty array.
 */
export function secretsOf<Value extends object>(
  value: [Unlisted<Value>] extends [never] ? Value : NotListed<Unlisted<Value>>,
): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  collect(value, found);
  return found;
}

/** Add the secrets of an object to `found`. This runs several times in each handshake. */
function collect(value: object, found: Uint8Array[]): void {
  for (const name in value) {
    const field: unknown = value[name as keyof typeof value];
    if (typeof field !== 'object' && field !== undefined) continue;
    if (!SECRETS.includes(name)) {
      if (isRecord(field)) collect(field, found);
      continue;
    }
    // A field may also hold a list of arrays.
    for (const array of Array.isArray(field) ? field : [field ?? NO_BYTES]) {
      if (!found.includes(array)) found.push(array);
    }
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

function secretNames(fields: Fields): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    field.kind === 'bytes' && field.disclosure === 'secret' ? [name] : [],
  );
}

/** The names of the byte fields of a type, however deep. */
type BytesOf<Type> = Type extends Uint8Array
  ? never
  : Type extends object
    ? {
        [Name in keyof Type]-?: Extract<
          Type[Name],
          Uint8Array | readonly Uint8Array[]
        > extends never
          ? BytesOf<Type[Name]>
          : Name;
      }[keyof Type]
    : never;

type Unlisted<Type> = Exclude<
  BytesOf<Type>,
  keyof typeof BYTES_OF_STATES | BytesOf<ConnectionEvent>
>;

/** What the compiler says of a field that is in no list. */
interface NotListed<Name> {
  readonly 'these byte fields are in no list of secret or open ones': Name;
}
