/**
 * Sets a situation up with the programs of one pairing, ends them, and compares what each has said
 * with what it should.
 *
 * No clock decides that an end stays silent: it is asked to end by SIGTERM, which it does when its
 * connections are over, and then all that it ever wrote is there.
 */

import { Scope } from '../subjects/scope.ts';
import type { Subject } from '../subjects/subject.ts';
import { BLAMES_KEY, type Expectation, NEVER, type Situation, TooSlow } from './situation.ts';
import { type End, Stage } from './stage.ts';

/** A situation, and which program is at which end. */
export interface Cell {
  readonly situation: Situation;
  readonly client: Subject;
  readonly server: Subject;
}

/** What one end said, and what is wrong with it. */
export interface Saying {
  readonly end: string;
  readonly subject: string;
  readonly lines: readonly string[];
  /** Of an end that is judged, ours: empty where all is as it should be. Else, undefined. */
  readonly untrue?: readonly string[];
}

/** The name of a cell: `wrong key (C -e → ours -d)`. */
export function titleOf({ situation, client, server }: Cell): string {
  if (situation.ends === 'client') return `${situation.id} (${client.name})`;
  if (situation.ends === 'server') return `${situation.id} (${server.name})`;
  return `${situation.id} (${client.name} → ${server.name})`;
}

/** Which cells a situation has, with ours and, where there is one, C. */
export function cellsOf(
  situation: Situation,
  subject: Subject,
  upstream: Subject | undefined,
): readonly Cell[] {
  const alone = { situation, client: subject, server: subject };
  if (situation.ends !== 'both' || upstream === undefined) return [alone];
  const others = [
    { ...alone, server: upstream },
    { ...alone, client: upstream },
  ];
  return [alone, ...(situation.onlyOurs === 'server' ? others.slice(1) : others)];
}

const ATTEMPTS = 10;

/** Runs one cell. Throws when the situation could not be set up. */
export async function judge(cell: Cell): Promise<readonly Saying[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const sayings = await attemptOf(cell);
    if (sayings !== undefined) return sayings;
  }
  throw new Error(`in ${ATTEMPTS} attempts the machine was too slow for: ${titleOf(cell)}`);
}

/** What was said; undefined where it was too slow. */
async function attemptOf({
  situation,
  client,
  server,
}: Cell): Promise<readonly Saying[] | undefined> {
  const scope = await Scope.open();
  try {
    const stage = new Stage(scope, { client, server });
    try {
      await situation.run(stage);
    } catch (error) {
      if (error instanceof TooSlow) return undefined;
      throw new Error(`${error}\n${scope.account()}`, { cause: error });
    }
    // C goes last: it would only be one more peer that leaves.
    const isJudged = ({ subject }: End) => subject.reportsFailures;
    const judged = stage.ends.filter(isJudged);
    await Promise.all(judged.map(({ program }) => program.running && program.kill('SIGTERM')));
    for (const { program } of stage.ends) await program.kill('SIGKILL');
    return await Promise.all(
      stage.ends.map(async ({ name, subject, program }): Promise<Saying> => {
        const said = await program.said();
        const lines = said.split('\n').filter((line) => line !== '');
        const saying = { end: name, subject: subject.name, lines };
        if (!subject.reportsFailures) return saying;
        return { ...saying, untrue: compare(lines, situation.expected[name]) };
      }),
    );
  } finally {
    await scope.close();
  }
}

/** What is wrong with these lines; empty where nothing is. */
export function compare(
  lines: readonly string[],
  expectation: Expectation | undefined,
): readonly string[] {
  if (expectation === undefined) return ['the situation does not say what this end must say'];
  const { says, maySay = [], never = [], keyPossible } = expectation;
  const forbidden = [...NEVER, ...never, ...(keyPossible === true ? [] : [BLAMES_KEY])];
  const wrong: string[] = [];
  for (const pattern of says) {
    if (!lines.some((line) => pattern.test(line))) wrong.push(`no line matches ${pattern}`);
  }
  for (const line of lines) {
    if (![...says, ...maySay].some((pattern) => pattern.test(line)))
      wrong.push(`not expected: ${line}`);
    for (const pattern of forbidden) {
      if (pattern.test(line)) wrong.push(`must not match ${pattern}: ${line}`);
    }
  }
  return wrong;
}
