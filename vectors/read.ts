/** Reads a file of this folder. What its content is, is said by `family.ts` and `format.ts`. */

import { readFileSync } from 'node:fs';

/** The parsed content of a file in this folder; `name` may contain a subfolder. */
export function readVectors(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
}
