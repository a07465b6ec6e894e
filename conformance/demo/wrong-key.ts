/**
 * The other half of the promise: who has another key gets nothing. One connection from a `-e` end
 * with a key of its own is refused; the one line that the `-d` end says about it, and the record it
 * kept, shown and replayed by `spiped-trace` as people run it.
 *
 * It does and says nothing: main.ts tells the story.
 */

import { readdir } from 'node:fs/promises';
import { execa } from 'execa';
import type { Command } from '../subjects/subject.ts';
import { fetchPage } from './http-client.ts';
import type { Program } from './pipe-process.ts';
import { withTwoEnds } from './two-ends.ts';

/** How long each step may take, in milliseconds. Generous: they are reached when all is lost. */
const PATIENCE = 30_000;

/** What came of it; all of it as printed. */
export interface Refusal {
  /** What the `-d` end said of the connection on standard error. */
  readonly said: string;
  /** Its event log's name. */
  readonly file: string;
  /** `spiped-trace show` of it. */
  readonly shown: string;
  /** `spiped-trace replay` of it. */
  readonly replayed: string;
}

/**
 * Try it with `program` at both ends, and read its event log with `trace`.
 *
 * @throws Error with one line that names the cause: the page came through, there is not one event
 * log, or it does not replay to the same bytes.
 */
export function refuseWrongKey(
  program: Program,
  trace: Command,
  signal: AbortSignal,
): Promise<Refusal> {
  const ends = {
    encrypting: program,
    decrypting: program,
    signal,
    keysDiffer: true,
    recorded: true,
  };
  return withTwoEnds(ends, async ({ open, step, stop, eventLogs }) => {
    // However the connection ends, by an end or a reset: what counts is what came through.
    const fetched = fetchPage(await open()).catch(() => '');
    const page = await step(PATIENCE, 'waiting for the refusal', fetched);
    if (page !== '') throw new Error('who had another key got an answer');
    const [, everything] = await stop();
    // Not the warning that event logs like this one hold secrets, of which the story tells.
    const lines = everything.split('\n').filter((line) => !line.startsWith('spiped: warning: '));
    const said = lines.join('\n');

    const files = await readdir(eventLogs);
    const [file] = files;
    if (file === undefined || files.length > 1) {
      throw new Error(`expected one event log of one connection, found ${files.length}`);
    }
    const [program, ...before] = trace;
    const run = async (command: string): Promise<string> => {
      const { all, exitCode } = await execa(program, [...before, command, file], {
        cwd: eventLogs,
        all: true,
        reject: false,
        cancelSignal: signal,
      });
      if (exitCode !== 0) throw new Error(`spiped-trace ${command} failed: ${all}`);
      return all;
    };
    return { said, file, shown: await run('show'), replayed: await run('replay') };
  });
}
