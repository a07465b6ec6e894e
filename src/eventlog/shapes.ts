/**
 * Values of a JSON text, read strictly: each is asked for by its type, and an object with a field
 * that nobody asked for is refused. What is wrong is thrown as a {@link FormatError}, which the
 * reader turns into an error that names the line.
 */

import { decodeBase64 } from './base64.ts';

/** What is wrong with a record, as half a sentence about its line. */
export class FormatError extends Error {}

/** Takes a value as it should be. `path` says where it stands in its line; '' is the line itself. */
export interface Shape<Value> {
  (value: unknown, path: string): Value;
  readonly optional?: true;
}

export const text: Shape<string> = shape('a string', (value) => typeof value === 'string');

export const flag: Shape<boolean> = shape('true or false', (value) => typeof value === 'boolean');

/** A whole number that is not negative. */
export const count: Shape<number> = shape('a whole number', isCount);

export const counts: Shape<readonly number[]> = (value, path) => {
  const numbers = list((number) => number)(value, path);
  if (!numbers.every(isCount)) throw new FormatError(`${path} is not a list of whole numbers`);
  return numbers;
};

export const bytes: Shape<Uint8Array> = (value, path) => {
  const decoded = decodeBase64(text(value, path));
  if (decoded === undefined) throw new FormatError(`${path} is not bytes in base64`);
  return decoded;
};

export function oneOf<Choice extends string>(choices: readonly Choice[]): Shape<Choice> {
  return shape(choices.join(' or '), (value): value is Choice =>
    choices.some((one) => one === value),
  );
}

export function list<Value>(of: Shape<Value>): Shape<readonly Value[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new FormatError(`${path} is not a list`);
    return value.map((item, i) => of(item, `${path}[${i}]`));
  };
}

/** A field that may be absent. */
export function optional<Value>(of: Shape<Value>): Shape<Value> {
  return Object.assign((value: unknown, path: string) => of(value, path), {
    optional: true as const,
  });
}

export function nullable<Value>(of: Shape<Value>): Shape<Value | null> {
  return (value, path) => (value === null ? null : of(value, path));
}

/** An object with exactly these fields. */
export function object<Value extends object>(
  fields: {
    readonly [Name in keyof Value]-?: Shape<Required<Value>[Name]>;
  },
): Shape<Value> {
  const shapes: readonly [string, Shape<unknown>][] = Object.entries(fields);
  return (value, path) => {
    const given = anyObject(value, path);
    const result: Record<string, unknown> = {};
    for (const [name, of] of shapes) {
      if (of.optional !== true || Object.hasOwn(given, name)) {
        result[name] = field(given, path, name, of);
      }
    }
    for (const name of Object.keys(given)) {
      if (Object.hasOwn(fields, name)) continue;
      throw new FormatError(`${pathOf(path, name)} does not belong there`);
    }
    return result as Value;
  };
}

/** One field of the object at `path`: by itself where the shape of the others depends on it. */
export function field<Value>(
  given: Readonly<Record<string, unknown>>,
  path: string,
  name: string,
  of: Shape<Value>,
): Value {
  if (!Object.hasOwn(given, name)) throw new FormatError(`${pathOf(path, name)} is missing`);
  return of(given[name], pathOf(path, name));
}

/** An object with any fields. */
export function anyObject(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new FormatError(`${path === '' ? 'the line' : path} is not a JSON object`);
}

function pathOf(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function shape<Value>(what: string, is: (value: unknown) => value is Value): Shape<Value> {
  return (value, path) => {
    if (!is(value)) throw new FormatError(`${path} is not ${what}`);
    return value;
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
