/**
 * What `spiped-trace` does: reads a log of any size as a stream, and prints what it finds.
 *
 * Findings go to standard output; what kept it from finding goes to standard error, in one line.
 * The work itself is in `src/eventlog`.
 */

import { createSuite } from '../crypto/index.ts';
import {
  describeAmounts,
  EventLogError,
  PairFinder,
  type ReplayResult,
  readEventLogFile,
  redact,
  render,
  replay,
  type VerifyReport,
  verify,
} from '../eventlog/index.ts';
import { systemWords } from '../io/system-error.ts';
import { describeOutcome } from '../protocol/faults.ts';
import type { Role } from '../protocol/parameters.ts';
import { messageOf } from '../protocol/thrown.ts';
import { Output, type Print } from './output.ts';
import { type HtmlTask, performHtml } from './run-html.ts';
import { withSecret, withSecretIfGiven } from './secret.ts';

/** What `spiped-trace` is to do. */
export type TraceTask =
  | { readonly command: 'show'; readonly file: string; readonly hex: boolean }
  /** `keyFile`: `-` is standard input; absent, the keys in the log are used. */
  | { readonly command: 'replay'; readonly file: string; readonly keyFile: string | undefined }
  | { readonly command: 'verify'; readonly file: string; readonly keyFile: string }
  | { readonly command: 'redact'; readonly file: string }
  | HtmlTask;

/** Do what was asked for; resolves to the exit code. */
export async function runTrace(task: TraceTask, print: Print): Promise<number> {
  const output = new Output(print);
  try {
    const code = await perform(task, output);
    output.flush();
    return code;
  } catch (error) {
    // What was found until then comes first; only one line says what went wrong.
    try {
      output.flush();
    } catch {}
    try {
      print('stderr', `spiped-trace: ${explain(error, task.file)}\n`);
    } catch {}
    return 1;
  }
}

async function perform(task: TraceTask, output: Output): Promise<number> {
  switch (task.command) {
    case 'show':
      await performShow(task.file, task.hex, output);
      return 0;
    case 'redact':
      for await (const line of redact(readEventLogFile(task.file))) {
        output.write(line);
        if (!output.wanted) break;
      }
      return 0;
    case 'replay':
      return await withSecretIfGiven(task.keyFile, (secret) =>
        performReplay(task.file, secret, output),
      );
    case 'verify':
      return await withSecret(task.keyFile, (secret) => performVerify(task.file, secret, output));
    case 'html':
      return await performHtml(task, output);
  }
}

/** Each record, and the pair id below the one that completes it. */
async function performShow(file: string, hex: boolean, output: Output): Promise<void> {
  let finder: PairFinder | undefined;
  let role: Role = 'client';
  for await (const record of readEventLogFile(file)) {
    if (record.kind === 'header') {
      ({ role } = record.header);
      finder = new PairFinder(role);
    }
    output.write(render(record, { hex, role }));
    if (!output.wanted) break;
    if (record.kind !== 'entry' || finder === undefined) continue;
    const known = finder.pair !== undefined;
    finder.see(record.entry.event, record.entry.effects);
    if (!known && finder.pair !== undefined) output.write(`pair  ${finder.pair}\n`);
  }
}

async function performReplay(
  file: string,
  secret: Uint8Array | undefined,
  output: Output,
): Promise<number> {
  try {
    const result = await replay(readEventLogFile(file), { suite: createSuite(), secret });
    if (result.kind === 'not replayable') {
      throw new Error(
        `${file}: it is a wire log, which holds neither the private exponent nor the plaintext ` +
          `that a replay needs (try verify, or record with --event-log-content full)`,
      );
    }
    output.write(`${file}: ${describeReplay(result, secret !== undefined)}\n`);
    return result.kind === 'same' ? 0 : 1;
  } catch (error) {
    if (!(error instanceof EventLogError)) throw error;
    const events = `the ${error.lastEvent} before it replay the same`;
    throw new Error(
      `${file}: ${error.message}; ${error.lastEvent === 0 ? 'no event was replayed' : events}`,
    );
  }
}

function describeReplay(
  result: Extract<ReplayResult, { kind: 'same' | 'different' }>,
  withKey: boolean,
): string {
  if (result.kind === 'different') {
    const { line, sequence, event, difference } = result;
    return `line ${line}, event ${sequence} (${event}) replays differently: ${difference}`;
  }
  const { end, header } = result;
  const amounts = describeAmounts(end);
  const outcome =
    end.outcome === null ? 'recorded to before its end' : describeOutcome(end.outcome, header.role);
  const keys = withKey ? 'the given key' : 'the keys in the log (--key checks those too)';
  return (
    `all ${end.events} events replay the same, with ${keys}: ${header.role}, ${outcome}; ` +
    `plain ${amounts.plain}; cipher ${amounts.cipher}`
  );
}

async function performVerify(file: string, secret: Uint8Array, output: Output): Promise<number> {
  const report = await verify(readEventLogFile(file), { suite: createSuite(), secret });
  for (const { verdict, name, requirements, detail } of report.checks) {
    const about = `${name} (${requirements.join(', ')})`;
    output.write(`${verdict.padEnd(11)}  ${about}: ${detail}\n`);
  }
  output.write(`${file}: ${summarize(report)}\n`);
  if (report.truncation !== undefined) throw report.truncation;
  return report.checks.some(({ verdict }) => verdict === 'fails') ? 1 : 0;
}

function summarize({ header, checks }: VerifyReport): string {
  const count = (wanted: string): number =>
    checks.filter(({ verdict }) => verdict === wanted).length;
  return (
    `${header.content} log of a ${header.role}: ${count('holds')} checks hold, ` +
    `${count('fails')} fail, ${count('not checked')} could not be made`
  );
}

/** One line that names what it is about; our own errors do, but for those of the log's reader. */
function explain(error: unknown, file: string): string {
  const words = error instanceof EventLogError ? error.message : systemWords(error);
  return words === undefined ? messageOf(error) : `${file}: ${words}`;
}
