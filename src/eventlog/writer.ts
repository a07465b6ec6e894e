/**
 * A directory of event logs: one file for each connection that is begun.
 *
 * It names the files, knows which are still being written, and says once for each kind of
 * trouble that a recording had to stop. The connections never notice. What a line holds is
 * decided in `content.ts`.
 */

import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CryptoSuite } from '../protocol/suite.ts';
import type { ConnectionDescription, LogContent, Software } from './format.ts';
import { fileSystem, type LogStorage } from './log-file.ts';
import { type ConnectionRecorder, createRecorder, type OwnedRecorder } from './recorder.ts';

export type { ConnectionRecorder } from './recorder.ts';

/** Where to record, how much, and who does. */
export interface EventLogOptions {
  /** An existing directory. */
  readonly directory: string;
  readonly content: LogContent;
  readonly software: Software;
  /**
   * Told that a recording has stopped, in one line for a person: once for each error code, not
   * once for each connection.
   */
  readonly onFailure?: (message: string) => void;
  /** Where the files are made; the file system unless a test brings its own. */
  readonly storage?: LogStorage;
  /** Monotonic time in milliseconds, with fractions. */
  readonly now?: () => number;
  /** The wall clock. */
  readonly wallClock?: () => Date;
}

/** What is known of a connection when its recording begins. */
export interface BeginOptions extends ConnectionDescription {
  /** The suite that the connection would use if it were not recorded. */
  readonly suite: CryptoSuite;
}

/** The logs of one process. */
export interface EventLog {
  /** Begin to record a connection. Never throws: trouble with the file stops only the recording. */
  begin(options: BeginOptions): ConnectionRecorder;

  /**
   * End every recording that has not ended (its log says that the connection had not either),
   * and settle when all files are closed. Never rejects. For the end of a process.
   */
  close(): Promise<void>;
}

/**
 * Record into `directory`. Throws an Error with a one-line message if it is not a directory in
 * which this process can make files.
 */
export function openEventLog(options: EventLogOptions): EventLog {
  checkDirectory(options.directory);
  return new DirectoryOfLogs(options);
}

class DirectoryOfLogs implements EventLog {
  readonly #options: EventLogOptions;
  readonly #open = new Set<OwnedRecorder>();
  readonly #reported = new Set<string>();

  constructor(options: EventLogOptions) {
    this.#options = options;
  }

  begin(options: BeginOptions): ConnectionRecorder {
    const { suite, role, policy, timeoutMilliseconds, dial, connection, peer, target } = options;
    const { directory, content, software } = this.#options;
    const started = (this.#options.wallClock?.() ?? new Date()).toISOString();
    const recorder = createRecorder({
      header: {
        ...{ content, connection, role, policy, timeoutMilliseconds, dial, software, started },
        ...(peer === undefined ? {} : { peer }),
        ...(target === undefined ? {} : { target }),
      },
      suite,
      storage: this.#options.storage ?? fileSystem,
      path: join(directory, fileName(started, role, connection)),
      now: this.#options.now ?? (() => performance.now()),
    });
    this.#open.add(recorder);
    void recorder.done.then((error) => {
      this.#open.delete(recorder);
      if (error !== undefined) this.#report(error);
    });
    return recorder;
  }

  async close(): Promise<void> {
    const recorders = [...this.#open];
    for (const recorder of recorders) recorder.end();
    await Promise.all(recorders.map((recorder) => recorder.done));
  }

  #report(error: Error): void {
    const code = errorCode(error) ?? error.name;
    if (this.#reported.has(code)) return;
    this.#reported.add(code);
    this.#options.onFailure?.(
      `event log: recording stopped, the connection goes on: ${error.message}` +
        ` (${this.#options.directory}; said once)`,
    );
  }
}

/** Sorts by time, and ends in the connection's name: `20240131T235959.123Z-server-k3x9ab-42.ndjson`. */
function fileName(started: string, role: string, connection: string): string {
  return `${started.replaceAll(/[-:]/g, '')}-${role}-${connection}.ndjson`;
}

function checkDirectory(directory: string): void {
  let problem: string | undefined;
  try {
    if (!statSync(directory).isDirectory()) problem = 'not a directory';
    else accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = errorCode(error);
    problem = code === 'ENOENT' ? 'no such directory' : (code ?? String(error));
  }
  if (problem !== undefined) throw new Error(`event log directory ${directory}: ${problem}`);
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
