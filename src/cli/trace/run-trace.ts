/**
 * What `spiped-trace` does: reads a log of any size as a stream, and prints what it finds.
 *
 * Findings go to standard output; what kept it from finding goes to standard error, in one line.
 * The work itself is in `src/eventlog`.
 */

import type { Writable } from 'node:stream';
import { createSuite, KeyFileError, readSharedSecret } from '../../crypto/index.ts';
import {
  EventLogError,
  PairFinder,
  type ReplayResult,
  readEventLogFile,
  redact,
  render,
  replay,
  type VerifyReport,
  verify,
} from '../../eventlog/index.ts';
import { describeOutcome } from '../../protocol/faults.ts';
import type { Role } from '../../protocol/parameters.ts';
import { Output, OutputError, standardStream } from './output.ts';
import { performHtml } from './run-html.ts';
import { systemReason } from './system-reason.ts';
import type { TraceConfig } from './trace-options.ts';

/** Where output goes; the process's own streams unless a test brings others. */
export interface TraceStreams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Do what was asked for; resolves to the exit code. */
export async function runTrace(
  config: TraceConfig,
  streams: TraceStreams = {
    stdout: standardStream('stdout'),
    stderr: standardStream('stderr'),
  },
): Promise<number> {
  const output = new Output(streams.stdout);
  const complain = new Output(streams.stderr);
  let code: number;
  try {
    code = await perform(config, output);
    await output.flush();
  } catch (error) {
    code = 1;
    await output.flush().catch(() => undefined);
    await complain.write(`spiped-trace: ${explain(error, config.file)}\n`);
  }
  await complain.flush().catch(() => undefined);
  return code;
}

async function perform(config: TraceConfig, output: Output): Promise<number> {
  switch (config.command) {
    case 'show':
      await performShow(config.file, config.hex, output);
      return 0;
    case 'redact':
      for await (const line of redact(readEventLogFile(config.file))) {
        await output.write(line);
        if (!output.wanted) break;
      }
      return 0;
    case 'replay':
      return await performReplay(config.file, config.keyFile, output);
    case 'verify':
      return await performVerify(config.file, config.keyFile, output);
    case 'html':
      return await performHtml(config, output);
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
    await output.write(render(record, { hex, role }));
    if (!output.wanted) break;
    if (record.kind !== 'entry' || finder === undefined) continue;
    const known = finder.pair !== undefined;
    finder.see(record.entry.event, record.entry.effects);
    if (!known && finder.pair !== undefined) await output.write(`pair  ${finder.pair}\n`);
  }
}

async function performReplay(
  file: string,
  keyFile: string | undefined,
  output: Output,
): Promise<number> {
  const suite = createSuite();
  const secret = keyFile === undefined ? undefined : await readSharedSecret(keyFile);
  try {
    const result = await replay(
      readEventLogFile(file),
      secret === undefined ? { suite } : { suite, secret },
    );
    if (result.kind === 'not replayable') {
      throw new Error(
        `${file}: it is a wire log, which holds neither the private exponent nor the plaintext ` +
          `that a replay needs (try verify, or record with --event-log-content full)`,
      );
    }
    await output.write(`${file}: ${describeReplay(result, secret !== undefined)}\n`);
    return result.kind === 'same' ? 0 : 1;
  } catch (error) {
    if (!(error instanceof EventLogError)) throw error;
    const events = `the ${error.lastEvent} before it replay the same`;
    throw new Error(
      `${file}: ${error.message}; ${error.lastEvent === 0 ? 'no event was replayed' : events}`,
    );
  } finally {
    secret?.fill(0);
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
  const { bytes } = end;
  const outcome =
    end.outcome === null ? 'recorded to before its end' : describeOutcome(end.outcome, header.role);
  const keys = withKey ? 'the given key' : 'the keys in the log (--key checks those too)';
  return (
    `all ${end.events} events replay the same, with ${keys}: ${header.role}, ${outcome}; ` +
    `plain ${bytes.plainReceived} bytes in, ${bytes.plainSent} out; ` +
    `cipher ${bytes.cipherReceived} bytes in, ${bytes.cipherSent} out`
  );
}

async function performVerify(file: string, keyFile: string, output: Output): Promise<number> {
  const secret = await readSharedSecret(keyFile);
  try {
    const report = await verify(readEventLogFile(file), { suite: createSuite(), secret });
    for (const { verdict, name, requirements, detail } of report.checks) {
      const about = `${name} (${requirements.join(', ')})`;
      await output.write(`${verdict.padEnd(11)}  ${about}: ${detail}\n`);
    }
    await output.write(`${file}: ${summarize(report)}\n`);
    if (report.truncation !== undefined) throw report.truncation;
    return report.checks.some(({ verdict }) => verdict === 'fails') ? 1 : 0;
  } finally {
    secret.fill(0);
  }
}

function summarize({ header, checks }: VerifyReport): string {
  const count = (wanted: string): number =>
    checks.filter(({ verdict }) => verdict === wanted).length;
  return (
    `${header.content} log of a ${header.role}: ${count('holds')} checks hold, ` +
    `${count('fails')} fail, ${count('not checked')} could not be made`
  );
}

/** One line that names what it is about. */
function explain(error: unknown, file: string): string {
  if (error instanceof EventLogError) return `${file}: ${error.message}`;
  if (error instanceof KeyFileError || error instanceof OutputError) return error.message;
  const reason = systemReason(error);
  if (reason !== undefined) return `${file}: ${reason}`;
  return error instanceof Error ? error.message : String(error);
}
