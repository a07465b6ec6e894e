/**
 * What a program says while it runs, by level: the interface, and the logger behind it.
 *
 * Lines below the level are dropped. Repeats of warnings and errors are limited and counted
 * (`log-repeats.ts`); `info` and `debug` were asked for, and are complete. What the words mean is
 * in `spec/logging.md`. Nothing secret may be given to a logger at any level: it hides nothing.
 */

import { LOG_LEVELS, type LogConfig, type LogLevel } from '../config/config.ts';
import { counted } from '../eventlog/index.ts';
import { formatMessage, type LogFields } from './log-format.ts';
import { type HeldBack, MAXIMUM_PEERS, RepeatLimit, type RepeatTime } from './log-repeats.ts';
import type { LogSink } from './log-sink.ts';
import { standardErrorSink } from './log-stderr.ts';

/** Says one thing. `event` is a stable word (`handshake-mac-mismatch`), `message` is for a person. */
export interface Logger {
  log(level: LogLevel, event: string, message: string, fields?: LogFields): void;
}

/** The logger of a whole program. */
export interface ProgramLogger extends Logger {
  /** From now on, lines go there; where they went before is closed. */
  redirect(sink: LogSink): void;
  /** Say what was held back. Resolves when the operating system has all, within a second. */
  flush(): Promise<void>;
  /** At the end of the process: the same, and let the sink finish, within another second. */
  close(): Promise<void>;
}

/** Time as a logger needs it. */
export interface LogTime extends RepeatTime {
  now(): Date;
}

export interface LoggerOptions extends LogConfig {
  /** The name in front of each line. */
  readonly program: string;
  /** Standard error when absent. */
  readonly sink?: LogSink;
  /** For tests. */
  readonly time?: LogTime;
}

const SYSTEM_TIME: LogTime = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  after: (milliseconds, callback) => void setTimeout(callback, milliseconds).unref(),
};

/** A logger. Logging never throws and never waits, whatever becomes of the sink. */
export function createLogger(options: LoggerOptions): ProgramLogger {
  return new LevelLogger(options);
}

class LevelLogger implements ProgramLogger {
  private readonly options: LoggerOptions;
  private readonly time: LogTime;
  private readonly repeats: RepeatLimit;
  private sink: LogSink;
  private lost = 0;

  constructor(options: LoggerOptions) {
    this.options = options;
    this.time = options.time ?? SYSTEM_TIME;
    this.sink = options.sink ?? standardErrorSink();
    this.repeats = new RepeatLimit(this.time, (heldBack) => this.count(heldBack));
  }

  log(level: LogLevel, event: string, message: string, fields: LogFields = {}): void {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(this.options.level)) return;
    const limited = level === 'error' || level === 'warn';
    const peer = typeof fields.peer === 'string' ? hostOf(fields.peer) : undefined;
    if (limited && !this.repeats.admit(event, level, peer)) return;
    this.say(level, event, message, fields);
  }

  redirect(sink: LogSink): void {
    void this.sink.close?.();
    this.sink = sink;
  }

  async flush(): Promise<void> {
    this.repeats.flush();
    await this.sink.flush?.();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.sink.close?.();
  }

  /** As `… and 311 more in 10 s from 3 peers (handshake-mac-mismatch)`. */
  private count({ kind, level, count, seconds, peers }: HeldBack): void {
    const many = peers === MAXIMUM_PEERS ? ' or more' : '';
    const from = peers === 0 ? '' : ` from ${peers}${many} ${peers === 1 ? 'peer' : 'peers'}`;
    const message = `… and ${count} more in ${seconds} s${from} (${kind})`;
    const fields = { repeated: kind, count, seconds, peers: peers === 0 ? undefined : peers };
    this.say(level, 'repeats', message, fields);
  }

  private say(level: LogLevel, event: string, message: string, fields: LogFields): void {
    this.lost += this.sink.takeLost?.() ?? 0;
    // Lines that were lost are the first thing said when something can be said again.
    const told = `${counted(this.lost, 'line')} of the log could not be written`;
    if (this.lost > 0 && this.write('warn', 'lines-lost', told, { count: this.lost }))
      this.lost = 0;
    if (this.lost > 0 || !this.write(level, event, message, fields)) this.lost += 1;
  }

  private write(level: LogLevel, event: string, message: string, fields: LogFields): boolean {
    const { program, format } = this.options;
    const time = this.time.now();
    return this.sink.write(formatMessage(format, { time, level, program, event, message, fields }));
  }
}

/** Of `[192.0.2.1]:4711` the address: each connection of a peer has a port of its own. */
function hostOf(peer: string): string {
  return peer.replace(/\]:\d+$/, ']');
}
