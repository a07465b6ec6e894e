/**
 * Which program is tested: an implementation of spiped, as a parameter of every case.
 *
 * Ours, C spiped, or a third party's (named by the environment's `SPIPED_SUBJECT`) look alike
 * from here: a command for `spiped` and one for `spipe`.
 *
 * Not here: starting them; see spiped.ts and spipe.ts.
 */

import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FoundUpstream } from '../upstream/locate.ts';
import { programsAt, versionLabel } from '../upstream/programs.ts';

/** The beginning of an argument vector: a program, and what comes before its own arguments. */
export type Command = readonly [string, ...string[]];

/** A packet engine of ours, as `SPIPED_ENGINE` names it. */
export type Engine = 'batched' | 'reference';

/** Our engines, the one that runs by itself first. */
export const ENGINES: readonly Engine[] = ['batched', 'reference'];

/** An implementation of spiped under test. */
export interface Subject {
  /** One word for the names of cells: `ours`, `C`, `subject`. */
  readonly name: string;
  /** Set in the environment of its programs, beside what this process has. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The packet engines that it can be made to use; see {@link withEngine}. None where not said. */
  readonly engines?: readonly Engine[];
  /** The engine that it is made to use; its own choice where not said. */
  readonly engine?: Engine;
  readonly spiped: Command;
  readonly spipe: Command;
  /**
   * What it has not: `spipe`, a role (`-e`, `-d`) or an option of C's (`-f`, `-g`, `-n`, `-o`). It is never
   * started so. Nothing where not said.
   */
  readonly lacks?: readonly string[];
  /** What `spiped -v` says after the name, such as `1.6.2`; a label, and nothing more. */
  readonly version: string;
  /** Does its spiped write a line to standard error when a connection fails? C is silent. */
  readonly reportsFailures: boolean;
  /**
   * May its spipe die of SIGPIPE or SIGSEGV, perhaps without a line, where it should exit with 1? C's does
   * when it is just copying standard input as the connection goes: its event loop closes the
   * socket pair under the copying thread.
   */
  readonly spipeMayDieBySignal: boolean;
}

/**
 * The implementation that is tested beside C: `SPIPED_SUBJECT` where it is set (a directory that
 * holds `spiped` and `spipe`, or the path of a spiped with a spipe beside it), else our own. What it
 * lacks is named by `SPIPED_SUBJECT_LACKS`, with spaces between: `spipe -e -g`.
 *
 * @throws Error, naming the value, where what is asked for is not there.
 */
export async function subjectUnderTest(
  named = process.env.SPIPED_SUBJECT,
  lacks = process.env.SPIPED_SUBJECT_LACKS ?? '',
): Promise<Subject> {
  if (named === undefined || named === '') return await ours();
  return await thirdParty(
    named,
    lacks.split(' ').filter((each) => each !== ''),
  );
}

/** Our own commands, as `npm run build` leaves them in `dist/bin`. */
export async function ours(): Promise<Subject> {
  const spiped = builtCommand('spiped');
  const spipe = builtCommand('spipe');
  for (const [script] of [spiped, spipe]) {
    await access(script).catch(() => {
      throw new Error(`our own commands are not built: expected ${script}; run: npm run build`);
    });
  }
  return {
    name: 'ours',
    engines: ENGINES,
    spiped,
    spipe,
    version: await versionLabel(spiped),
    reportsFailures: true,
    spipeMayDieBySignal: false,
  };
}

/** The same subject, made to use this one of its packet engines. */
export function withEngine(subject: Subject, engine: Engine): Subject {
  return {
    ...subject,
    engine,
    environment: { ...subject.environment, SPIPED_ENGINE: engine },
  };
}

/** What a program of the subject is called in messages: `ours spiped -d (batched)`. */
export function titleOf({ name, engine }: Subject, program: string): string {
  return `${name} ${program}${engine === undefined ? '' : ` (${engine})`}`;
}

/** Has it this program, role or option? See {@link Subject.lacks}. */
export function has({ lacks = [] }: Subject, what: string): boolean {
  return !lacks.includes(what);
}

/** C spiped, wherever it was found. */
export function upstreamSubject(upstream: FoundUpstream): Subject {
  return {
    name: 'C',
    spiped: [upstream.spiped],
    spipe: [upstream.spipe],
    version: upstream.version,
    reportsFailures: false,
    spipeMayDieBySignal: true,
  };
}

/** What a subject can lack, as {@link Subject.lacks} has it. */
const LACKABLE: readonly string[] = ['spipe', '-e', '-d', '-f', '-g', '-n', '-o'];

async function thirdParty(named: string, lacks: readonly string[]): Promise<Subject> {
  const unknown = lacks.filter((each) => !LACKABLE.includes(each));
  if (unknown.length > 0) {
    throw new Error(
      `SPIPED_SUBJECT_LACKS=${lacks.join(' ')}: expected some of ${LACKABLE.join(' ')}`,
    );
  }
  const programs = await programsAt(named, { spipe: !lacks.includes('spipe') }).catch(
    (error: Error) => {
      throw new Error(`SPIPED_SUBJECT=${named}: ${error.message}`);
    },
  );
  return {
    name: 'subject',
    ...(lacks.length > 0 && { lacks }),
    spiped: [programs.spiped],
    spipe: [programs.spipe],
    version: await versionLabel([programs.spiped]),
    reportsFailures: false,
    spipeMayDieBySignal: false,
  };
}

function builtCommand(name: string): Command {
  return [fileURLToPath(new URL(`../../dist/bin/${name}.js`, import.meta.url))];
}
