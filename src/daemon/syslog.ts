/**
 * Lines of the log through syslog, by the system's own `logger` program: Node has no datagram
 * UNIX sockets to talk to the syslog daemon with (`--syslog`).
 *
 * One long-lived `logger` for each level that is used, fed a line at a time, because the priority
 * is an option of its command line, and what would change it by the line is not portable. The
 * death of a `logger` costs the lines that it had not passed on; the next line starts another
 * one. Where it cannot be started, or dies again and again, lines go to the fallback, which is
 * said once, and it is tried again after a minute.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import type { LogLevel } from '../config/config.ts';
import { codeOf, messageOf } from '../protocol/thrown.ts';
import type { ProgramLogger } from './log.ts';
import { type LogLine, type LogSink, SEVERITIES } from './log-sink.ts';
import { standardErrorSink } from './log-stderr.ts';

/** Bytes that may wait for one `logger`; lines beyond are lost, and counted. */
const MAXIMUM_WAITING_BYTES = 256 * 1024;

/** Lines kept until it is known whether a `logger` runs. */
const MAXIMUM_UNDELIVERED = 1000;

/** So many ends of a `logger` within a minute, and the fallback takes over. */
const MAXIMUM_ENDS = 3;

const MINUTE_MILLISECONDS = 60_000;

/** How long the end of the process waits for `logger` to take its last lines. */
const CLOSE_MILLISECONDS = 1000;

export interface SyslogOptions {
  /** The tag of each line, to which the process id is added. */
  readonly program: string;
  /** Where lines go while `logger` cannot be had. */
  readonly fallback: LogSink;
  /** Called once, when the fallback is used for the first time. */
  failed(reason: string): void;
  /** The program to start; a name is looked for in PATH. */
  readonly command?: string;
  /** Milliseconds of a clock that never goes back. */
  readonly clock?: () => number;
}

/** Let a logger speak through syslog from now on; standard error is its fallback. */
export function logToSyslog(logger: ProgramLogger, program: string): void {
  const failed = (reason: string): void => {
    logger.log('warn', 'syslog-failed', `cannot log through syslog: ${reason}`);
  };
  logger.redirect(syslogSink({ program, fallback: standardErrorSink(), failed }));
}

/** A sink that passes lines to `logger`. The first process starts at once: later may be too late. */
export function syslogSink(options: SyslogOptions): LogSink {
  return new SyslogSink(options);
}

class SyslogSink implements LogSink {
  private readonly options: SyslogOptions;
  private readonly clock: () => number;
  private readonly feeds = new Map<LogLevel, Feed>();
  /** When a `logger` ended, the last few times. */
  private ends: number[] = [];
  private suspendedUntil: number | undefined;
  private closing = false;

  constructor(options: SyslogOptions) {
    this.options = options;
    this.clock = options.clock ?? (() => performance.now());
    // When descriptors have run out, which is worth a line, no process can be started.
    this.start('warn');
  }

  write(line: LogLine): boolean {
    const suspended = this.closing || this.clock() < (this.suspendedUntil ?? 0);
    const feed = suspended ? undefined : (this.feeds.get(line.level) ?? this.start(line.level));
    return (feed ?? this.options.fallback).write(line);
  }

  /** What a `logger` was given is in its pipe, which outlives us. */
  async flush(): Promise<void> {
    await this.options.fallback.flush?.();
  }

  async close(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.feeds.values()].map((feed) => feed.close()));
    await this.flush();
  }

  private start(level: LogLevel): Feed | undefined {
    const { program, command = 'logger' } = this.options;
    try {
      // Not `-i`, which is the process id of `logger`, and not `--id`, which only one `logger` has.
      // What stands between tag and colon is where syslog(3) puts it, whoever writes the line.
      const args = ['-t', `${program}[${process.pid}]`, '-p', `daemon.${SEVERITIES[level][1]}`];
      const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
      const feed = new Feed(child, (words, started) => {
        this.feeds.delete(level);
        this.ended(words, started, feed.undelivered);
      });
      this.feeds.set(level, feed);
      return feed;
    } catch (error) {
      this.ended(wordsOf(error), false);
      return undefined;
    }
  }

  private ended(words: string, started: boolean, undelivered: readonly LogLine[] = []): void {
    if (this.closing) return;
    const now = this.clock();
    this.ends = [...this.ends.filter((time) => now - time < MINUTE_MILLISECONDS), now];
    if (!started || this.ends.length >= MAXIMUM_ENDS) {
      const before = this.suspendedUntil;
      this.suspendedUntil = now + MINUTE_MILLISECONDS;
      if (before === undefined) this.options.failed(words);
    }
    for (const line of undelivered) this.write(line);
  }
}

/** One `logger` and what it is fed. */
class Feed {
  private readonly child: ChildProcess;
  /** Lines that did not, or perhaps did not, reach it; undefined while it runs and takes them. */
  undelivered: LogLine[] | undefined = [];
  private over = false;

  /** `ended` is told why, in words, and whether it had been started. */
  constructor(child: ChildProcess, ended: (words: string, started: boolean) => void) {
    this.child = child;
    const finish = (words: string, started: boolean): void => {
      if (this.over) return;
      this.over = true;
      child.stdin?.destroy();
      ended(words, started);
    };
    child.once('spawn', () => {
      this.undelivered = undefined;
    });
    child.once('error', (error) => finish(wordsOf(error), false));
    child.once('exit', (code, signal) => {
      finish(`logger ended with ${signal ?? `exit status ${code}`}`, true);
    });
    // A broken pipe is the death of the program, of which `exit` tells.
    child.stdin?.on('error', () => {});
    // It never keeps the daemon alive: it ends when its standard input does.
    child.unref();
  }

  write(line: LogLine): boolean {
    const { stdin } = this.child;
    // There is none where no pipe could be made, whatever the types say.
    if (stdin === null || stdin === undefined || stdin.destroyed) this.undelivered ??= [];
    else if (stdin.writableLength > MAXIMUM_WAITING_BYTES) return false;
    else stdin.write(`${line.text}\n`);
    if (this.undelivered === undefined) return true;
    return this.undelivered.length < MAXIMUM_UNDELIVERED && this.undelivered.push(line) > 0;
  }

  /** End its input and wait until it has taken it; when its time is up, end it. */
  close(): Promise<void> {
    const { child } = this;
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => {
        child.stdin?.destroy();
        // It may take no heed of another signal, and nobody waits for it any more.
        child.kill('SIGKILL');
        resolve();
      }, CLOSE_MILLISECONDS);
      child.once('close', () => {
        clearTimeout(giveUp);
        resolve();
      });
      child.stdin?.end();
    });
  }
}

function wordsOf(error: unknown): string {
  return codeOf(error) === 'ENOENT' ? 'there is no program named logger' : messageOf(error);
}
