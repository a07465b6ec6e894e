/**
 * One JSON object of a log, read strictly: every field is asked for by name and type, and an
 * object with a field that nobody asked for is refused. What is wrong is thrown as a
 * {@link FormatError}, which the reader turns into an error that names the line.
 */

import { decodeBase64 } from './base64.ts';

/** What is wrong with a record, as half a sentence about its line. */
export class FormatError extends Error {}

/** Reads the fields of one JSON object. Call {@link Fields.done} after the last one. */
export class Fields {
  readonly #object: ReadonlyMap<string, unknown>;
  readonly #path: string;
  readonly #asked = new Set<string>();

  /** `path` says where the object stands in its line, for messages; '' for the line itself. */
  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new FormatError(`${path === '' ? 'the line' : path} is not a JSON object`);
    }
    this.#object = new Map(Object.entries(value));
    this.#path = path;
  }

  has(name: string): boolean {
    return this.#object.has(name);
  }

  string(name: string): string {
    const value = this.#take(name);
    if (typeof value !== 'string') throw this.#wrong(name, 'a string');
    return value;
  }

  boolean(name: string): boolean {
    const value = this.#take(name);
    if (typeof value !== 'boolean') throw this.#wrong(name, 'true or false');
    return value;
  }

  /** A whole number that is not negative. */
  count(name: string): number {
    const value = this.#take(name);
    if (!isCount(value)) throw this.#wrong(name, 'a whole number');
    return value;
  }

  counts(name: string): readonly number[] {
    return this.#array(name).map((value) => {
      if (!isCount(value)) throw this.#wrong(name, 'a list of whole numbers');
      return value;
    });
  }

  bytes(name: string): Uint8Array {
    const bytes = decodeBase64(this.string(name));
    if (bytes === undefined) throw this.#wrong(name, 'bytes in base64');
    return bytes;
  }

  oneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.#take(name);
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw this.#wrong(name, choices.join(' or '));
    return choice;
  }

  object(name: string): Fields {
    return new Fields(this.#take(name), this.#at(name));
  }

  /** As {@link Fields.object}, or `null` where the field is null. */
  objectOrNull(name: string): Fields | null {
    if (this.#object.get(name) !== null) return this.object(name);
    this.#asked.add(name);
    return null;
  }

  objects(name: string): readonly Fields[] {
    return this.#array(name).map((value, i) => new Fields(value, `${this.#at(name)}[${i}]`));
  }

  /** Refuses the object if it has a field that was not asked for. */
  done(): void {
    for (const name of this.#object.keys()) {
      if (!this.#asked.has(name)) throw new FormatError(`${this.#at(name)} does not belong there`);
    }
  }

  #take(name: string): unknown {
    if (!this.#object.has(name)) throw new FormatError(`${this.#at(name)} is missing`);
    this.#asked.add(name);
    return this.#object.get(name);
  }

  #array(name: string): readonly unknown[] {
    const value = this.#take(name);
    if (!Array.isArray(value)) throw this.#wrong(name, 'a list');
    return value;
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #wrong(name: string, expected: string): FormatError {
    return new FormatError(`${this.#at(name)} is not ${expected}`);
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
