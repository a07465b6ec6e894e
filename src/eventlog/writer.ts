/**
 * A directory of event logs: one file for each connection that is begun.
 *
 * It names the files, knows which are still being written, and says when recordings have to stop,
 * once in each outage for each kind of trouble, and when the outage is over. The connections never
 * notice. What a line holds is decided in `content.ts`.
 */

import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CryptoSuite } from '../protocol/suite.ts';
import { failureCode } from '../protocol/thrown.ts';
import type { ConnectionDescription, LogContent, Software } from './format.ts';
import { fileSystem, type LogStorage } from './log-file.ts';
import { type ConnectionRecorder, Recorder } from './recorder.ts';

export type { ConnectionRecorder } from './recorder.ts';

/** Where to record, how much, and who does. */
export interface EventLogOptions {
  /** An existing directory. */
  readonly directory: string;
  readonly content: LogContent;
  readonly software: Software;
  /**
   * Told that a recording has stopped, in one line for a person: once in an outage for each error
   * code, not once for each connection.
   */
  readonly onFailure?: (message: string) => void;
  /** Told, in one line for a person, that an outage is over. */
  readonly onRecovery?: (message: string) => void;
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
export type EventLog = Pick<DirectoryOfLogs, 'begin' | 'close'>;

/**
 * Record into `directory`. Throws an Error with a one-line message if it is not a directory in
 * which this process can make files.
 */
export function openEventLog(options: EventLogOptions): EventLog {
  checkDirectory(options.directory);
  return new DirectoryOfLogs(options);
}

/**
 * Writing goes well for so long, in milliseconds, and an outage is over, although no connection has
 * ended since. It keeps a disk that takes a little of each file from being told again and again.
 */
const OUTAGE_MILLISECONDS = 10_000;

/** A time in which recordings stop. */
interface Outage {
  /** What was said of it. */
  readonly codes: Set<string>;
  /** How many recordings it has stopped. */
  stopped: number;
  /** The last one that had begun when the last of these stopped, and when that was. */
  begunBefore: number;
  lastAt: number;
}

class DirectoryOfLogs {
  readonly #options: EventLogOptions;
  readonly #now: () => number;
  readonly #open = new Set<Recorder>();
  #outage: Outage | undefined;
  /** How many recordings have begun. */
  #begun = 0;

  constructor(options: EventLogOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Begin to record a connection. Never throws: trouble with the file stops only the recording. */
  begin(options: BeginOptions): ConnectionRecorder {
    const { suite, ...about } = options;
    const { directory, content, software } = this.#options;
    this.#begun += 1;
    const number = this.#begun;
    const started = (this.#options.wallClock?.() ?? new Date()).toISOString();
    const recorder = new Recorder({
      header: { ...about, content, software, started },
      suite,
      storage: this.#options.storage ?? fileSystem,
      path: join(directory, fileName(started, about.role, about.connection)),
      now: this.#now,
      written: () => this.#goesWell(number, OUTAGE_MILLISECONDS),
    });
    this.#open.add(recorder);
    void recorder.done.then((error) => {
      this.#open.delete(recorder);
      if (error === undefined) this.#goesWell(number, 0);
      else this.#failed(error);
    });
    return recorder;
  }

  /**
   * End every recording that has not ended (its log says that the connection had not either),
   * and settle when all files are closed. Never rejects. For the end of a process.
   */
  async close(): Promise<void> {
    const recorders = [...this.#open];
    for (const recorder of recorders) recorder.end();
    await Promise.all(recorders.map((recorder) => recorder.done));
  }

  #failed(error: Error): void {
    this.#outage ??= { codes: new Set(), stopped: 0, begunBefore: 0, lastAt: 0 };
    this.#outage.stopped += 1;
    this.#outage.begunBefore = this.#begun;
    this.#outage.lastAt = this.#now();
    const code = failureCode(error);
    if (this.#outage.codes.has(code)) return;
    this.#outage.codes.add(code);
    this.#options.onFailure?.(
      `event log: recording stopped, the connection goes on: ${error.message}` +
        ` (${this.#options.directory}; said once until it goes well again)`,
    );
  }

  /** This recording goes well: a sign that an outage is over, if it is younger than that. */
  #goesWell(number: number, milliseconds: number): void {
    const outage = this.#outage;
    if (outage === undefined || number <= outage.begunBefore) return;
    if (this.#now() - outage.lastAt < milliseconds) return;
    this.#outage = undefined;
    const stopped = outage.stopped === 1 ? '1 recording' : `${outage.stopped} recordings`;
    this.#options.onRecovery?.(
      `event log: recording again, after ${stopped} had stopped (${this.#options.directory})`,
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
    const code = failureCode(error);
    problem = code === 'ENOENT' ? 'no such directory' : code;
  }
  if (problem !== undefined) throw new Error(`event log directory ${directory}: ${problem}`);
}
