/**
 * The linter of the vector files: what a schema cannot say.
 *
 * Ids are unique over all files and say which file they are of; flags are explained and used;
 * requirement ids are those of `spec/protocol.md`; hex is lower-case; faults are those of the
 * project's table; a result agrees with its fault. It does not look whether values are right:
 * see `confirm/`.
 */

import { FAULTS } from '../src/protocol/faults.ts';
import type { Family, Vector } from './family.ts';

/** What is known outside the vectors. */
export interface Surroundings {
  /** The ids of all requirements. */
  readonly requirements: ReadonlySet<string>;
}

/** What is wrong with the files: one line each, naming file and vector; empty if nothing is. */
export function lintFamilies(families: readonly Family[], around: Surroundings): string[] {
  const all = families.flatMap(({ vectors }) => vectors.map(({ id }) => id));
  const twice = [...new Set(all.filter((id, i) => all.indexOf(id) !== i))];
  return [
    ...twice.map((id) => `${id}: the id is used twice`),
    ...families.flatMap((family) => lintFamily(family, around)),
  ];
}

function lintFamily(family: Family, around: Surroundings): string[] {
  const used = new Set(family.vectors.flatMap(({ flags }) => flags));
  return [
    ...family.requirements
      .filter((id) => !around.requirements.has(id))
      .map((id) => `${family.family}: there is no requirement ${id}`),
    ...repeated(family.requirements).map((id) => `${family.family}: names ${id} twice`),
    ...Object.keys(family.notes)
      .filter((flag) => !used.has(flag))
      .map((flag) => `${family.family}: no vector has the flag ${flag}`),
    ...family.vectors.flatMap((vector) =>
      lintVector(vector, family).map((problem) => `${vector.id}: ${problem}`),
    ),
  ];
}

function lintVector(vector: Vector, { family, notes }: Family): string[] {
  const faults = faultsOf(vector);
  const invalid = faults.some((fault) => fault !== 'packet-truncated');
  return [
    ...(vector.id.startsWith(`${family}/`) ? [] : ['the id names another family']),
    ...vector.flags.filter((flag) => !(flag in notes)).map((flag) => `no note explains ${flag}`),
    ...repeated(vector.flags).map((flag) => `has the flag ${flag} twice`),
    ...faults.filter((fault) => !(fault in FAULTS)).map((fault) => `there is no fault ${fault}`),
    ...(invalid === (vector.result === 'invalid')
      ? []
      : [`is ${vector.result}, and its faults are: ${faults.join(', ') || 'none'}`]),
    ...upperCase(vector, []).map((path) => `${path}: hex is lower-case here`),
  ];
}

/** The fault codes that a vector expects, wherever its family has them. */
function faultsOf(vector: Vector): readonly string[] {
  const { fault, outcome, client, server } = vector as Vector & {
    readonly fault?: string | null;
    readonly outcome?: string;
    readonly client?: { readonly handshake?: string };
    readonly server?: { readonly handshake?: string };
  };
  return [fault, outcome, client?.handshake, server?.handshake]
    .filter((code) => code !== null && code !== undefined)
    .filter((code) => code !== 'closed' && code !== 'established');
}

/** Where a text is hex with a capital letter in it: long enough to be no word. */
function upperCase(value: unknown, path: readonly (string | number)[]): string[] {
  if (typeof value === 'string') {
    return /^([0-9a-fA-F]{2}){8,}$/.test(value) && /[A-F]/.test(value) ? [path.join('.')] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => upperCase(inner, [...path, name]));
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
}
