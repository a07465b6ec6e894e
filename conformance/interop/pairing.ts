/**
 * The cells of the matrix: which program is at which end.
 */

import { type Subject, subjectUnderTest, upstreamSubject } from '../subjects/subject.ts';
import { upstreamForTests } from '../upstream/require.ts';

/** How plaintext gets into the pipe: through `spiped -e`, or through `spipe`. */
export type Entry = 'spiped' | 'spipe';

/** Two subjects, one at each end of a pipe. */
export interface Pairing {
  /** As in the names of tests: `ours -e → C -d`. */
  readonly name: string;
  /** Whose spiped or spipe encrypts. */
  readonly client: Subject;
  /** Whose `spiped -d` decrypts. */
  readonly server: Subject;
  readonly entry: Entry;
}

/** The pairings that can be run, and the names of those that cannot, for want of C spiped. */
export interface Pairings {
  /** One line that says which versions stand behind the names. */
  readonly versions: string;
  readonly runnable: readonly Pairing[];
  readonly skipped: readonly string[];
}

/**
 * {the subject under test, C} × {the same}, each through `spiped -e` and through `spipe`. The pair
 * C with C is the control: where it fails, the case is wrong and not the subject.
 *
 * @throws Error where the subject is missing; and where C is, in CI; see upstream/require.ts.
 */
export async function pairings(): Promise<Pairings> {
  const subject = await subjectUnderTest();
  const upstream = await upstreamForTests('every interop cell with C spiped');
  const both: readonly Subject[] =
    upstream === undefined ? [subject] : [subject, upstreamSubject(upstream)];
  const names = [subject.name, 'C'];
  const runnable: Pairing[] = [];
  const skipped: string[] = [];
  for (const entry of ['spiped', 'spipe'] as const) {
    for (const clientName of names) {
      for (const serverName of names) {
        const name = `${clientName} ${entry === 'spiped' ? '-e' : 'spipe'} → ${serverName} -d`;
        const client = both.find((each) => each.name === clientName);
        const server = both.find((each) => each.name === serverName);
        if (client === undefined || server === undefined) skipped.push(name);
        else runnable.push({ name, client, server, entry });
      }
    }
  }
  const versions = both.map(({ name, version }) => `${name} ${version}`).join(', ');
  return { versions, runnable, skipped };
}
