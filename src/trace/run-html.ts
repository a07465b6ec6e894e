/**
 * `spiped-trace html`: reads the logs, has them illustrated, and writes the page.
 *
 * The page goes to a file that only its owner can read, or to standard output. Nothing is written
 * before the logs have been read, so that a damaged log leaves no half a page.
 */

import { stat, writeFile } from 'node:fs/promises';
import { createSuite } from '../crypto/index.ts';
import { EventLogError, type LogRecord, readEventLogFile } from '../eventlog/index.ts';
import { systemWords } from '../io/system-error.ts';
import { messageOf } from '../protocol/thrown.ts';
import { illustrate, NotOneConnection } from './illustration/illustrate.ts';
import { illustrationPage } from './illustration/page.ts';
import type { Output } from './output.ts';
import { withSecretIfGiven } from './secret.ts';

/** A page about one connection. */
export interface HtmlTask {
  readonly command: 'html';
  readonly file: string;
  /** The log of the other end of the same connection. */
  readonly peerFile: string | undefined;
  /** `-` is standard input; absent, the keys in a full log are used. */
  readonly keyFile: string | undefined;
  /** Where the page goes; absent, to standard output. */
  readonly output: string | undefined;
  /** Whether plaintext and keys may stand in the page. */
  readonly secrets: boolean;
}

/** Make the page. Resolves to 0; throws with one line that names the file it is about. */
export async function performHtml(task: HtmlTask, output: Output): Promise<number> {
  const files = [task.file, ...(task.peerFile === undefined ? [] : [task.peerFile])];
  const inputs = [...files, ...(task.keyFile === undefined ? [] : [task.keyFile])];
  if (task.output !== undefined) await requireOther(task.output, inputs);
  const { illustration, truncation } = await withSecretIfGiven(task.keyFile, (secret) =>
    illustrate({
      logs: files.map(recordsOf),
      suite: createSuite(),
      secret,
      reveal: task.secrets ? 'connection' : 'wire',
    }),
  ).catch((error: unknown) => {
    if (error instanceof NotOneConnection) throw new Error(`${files.join(', ')}: ${error.message}`);
    throw error;
  });
  const page = illustrationPage(illustration);
  if (task.output === undefined) output.write(page);
  else await write(task.output, page);
  if (truncation !== undefined) {
    throw new Error(`${files[truncation.log] ?? task.file}: ${truncation.message}`);
  }
  return 0;
}

/** The records of a file; an error names it. One that was cut short is for the reader to take. */
async function* recordsOf(file: string): AsyncGenerator<LogRecord, void, void> {
  try {
    yield* readEventLogFile(file);
  } catch (error) {
    // Without even a header there is nothing to show.
    if (error instanceof EventLogError && error.code === 'truncated' && error.line > 1) throw error;
    throw new Error(`${file}: ${systemWords(error) ?? messageOf(error)}`);
  }
}

async function write(file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page, { mode: 0o600 });
  } catch (error) {
    throw new Error(`${file}: ${systemWords(error) ?? messageOf(error)}`);
  }
}

/** The page must not replace what it is made from, by whatever name. */
async function requireOther(output: string, inputs: readonly string[]): Promise<void> {
  const target = await stat(output).catch(() => undefined);
  if (target === undefined || !target.isFile()) return;
  for (const input of inputs) {
    const { dev, ino } = (await stat(input).catch(() => undefined)) ?? {};
    if (dev === target.dev && ino === target.ino) {
      throw new Error(`${output}: the page would replace ${input}, which it is made from`);
    }
  }
}
