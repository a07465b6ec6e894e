/**
 * The columns of the matrix: which program is at which end, and with which packet engine.
 */

import {
  has,
  type Subject,
  subjectUnderTest,
  upstreamSubject,
  withEngine,
} from '../subjects/subject.ts';
import { upstreamForTests } from '../upstream/require.ts';

/** How plaintext gets into the pipe: through `spiped -e`, or through `spipe`. */
export type Entry = 'spiped' | 'spipe';

/**
 * Who says which packet engines run: the subjects themselves (`own`) or we, by name (`named`);
 * `no choice` where no subject of the pairing has several.
 */
export type Engines = 'own' | 'named' | 'no choice';

/** Two subjects, one at each end of a pipe. */
export interface Pairing {
  /** As in the names of tests: `ours -e → C -d`, `ours -e → ours -d (batched → reference)`. */
  readonly name: string;
  /** Whose spiped or spipe encrypts. */
  readonly client: Subject;
  /** Whose `spiped -d` decrypts. */
  readonly server: Subject;
  readonly entry: Entry;
  readonly engines: Engines;
}

/** The pairings that can be run, and the names of those that cannot, for want of a program. */
export interface Pairings {
  /** One line that says which versions stand behind the names. */
  readonly versions: string;
  readonly runnable: readonly Pairing[];
  readonly skipped: readonly string[];
}

/**
 * {the subject under test, C} × {the same}, each through `spiped -e` and through `spipe`; and once
 * more with the subject's engines by name, in {@link pairingsOf}. The pair C with C is the control:
 * where it fails, the case is wrong and not the subject.
 *
 * @throws Error where the subject is missing; and where C is, in CI; see upstream/require.ts.
 */
export async function pairings(): Promise<Pairings> {
  const subject = await subjectUnderTest();
  const upstream = await upstreamForTests('every interop cell with C spiped');
  const both: readonly Subject[] =
    upstream === undefined ? [subject] : [subject, upstreamSubject(upstream)];
  const { runnable, skipped } = pairingsAmong(both, [subject.name, 'C']);
  for (const what of subject.lacks ?? []) {
    process.stderr.write(
      `*** SKIPPED: every interop cell for which ${subject.name} needs ${what} ***\n`,
    );
  }
  const versions = both.map(({ name, version }) => `${name} ${version}`).join(', ');
  return { versions, runnable, skipped };
}

/** What can be run of the pairings of these names with the subjects that there are. */
export function pairingsAmong(
  subjects: readonly Subject[],
  names: readonly string[],
): Pick<Pairings, 'runnable' | 'skipped'> {
  const runnable: Pairing[] = [];
  const skipped: string[] = [];
  for (const entry of ['spiped', 'spipe'] as const) {
    for (const clientName of names) {
      for (const serverName of names) {
        const client = subjects.find((each) => each.name === clientName);
        const server = subjects.find((each) => each.name === serverName);
        const entrance = entry === 'spiped' ? '-e' : 'spipe';
        const canRun = client && server && has(client, entrance) && has(server, '-d');
        if (canRun) runnable.push(...pairingsOf(client, server, entry));
        else skipped.push(nameOf(clientName, serverName, entry));
      }
    }
  }
  return { runnable, skipped };
}

/**
 * The pairings of two subjects: with the engines that they take by themselves, and with engines by
 * name. Of two ends with engines, both have the first; through `-e` also one the first and the
 * other one another. So each engine meets every other program, and the first meets itself.
 */
export function pairingsOf(client: Subject, server: Subject, entry: Entry): readonly Pairing[] {
  const name = nameOf(client.name, server.name, entry);
  const clients = variantsOf(client);
  const servers = variantsOf(server);
  const hasChoice = clients.length > 1 || servers.length > 1;
  const named = !hasChoice
    ? []
    : clients.flatMap((oneClient, i) =>
        servers.flatMap((oneServer, j): Pairing[] => {
          if (i > 0 && j > 0) return [];
          if (entry === 'spipe' && i + j > 0 && clients.length > 1 && servers.length > 1) return [];
          const engines = [oneClient.engine, oneServer.engine].filter((each) => each !== undefined);
          return [
            {
              name: `${name} (${engines.join(' → ')})`,
              client: oneClient,
              server: oneServer,
              entry,
              engines: 'named',
            },
          ];
        }),
      );
  return [{ name, client, server, entry, engines: hasChoice ? 'own' : 'no choice' }, ...named];
}

function variantsOf(subject: Subject): readonly Subject[] {
  const engines = subject.engines ?? [];
  return engines.length === 0 ? [subject] : engines.map((engine) => withEngine(subject, engine));
}

function nameOf(client: string, server: string, entry: Entry): string {
  return `${client} ${entry === 'spiped' ? '-e' : 'spipe'} → ${server} -d`;
}
