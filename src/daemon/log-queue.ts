/**
 * Lines of the log for a descriptor on which a write can wait, and which may not be made one that
 * does not, since it is shared: a thread of Node's writes them, one at a time.
 *
 * What waits is bounded, and lines beyond are lost and counted. Nobody waits for the thread but
 * `flush`, for a second at most. Who ends the process flushes the log before, and so keeps the order;
 * where it exits without that, nothing is lost, and lines of its last turn are in order.
 */

import { write, writeSync } from 'node:fs';
import { concat } from '../protocol/bytes.ts';
import { type LogLine, type LogSink, plainSpelling, type Spelling } from './log-sink.ts';

/** Bytes that may wait; lines beyond are lost. */
const MAXIMUM_WAITING_BYTES = 256 * 1024;

/** How long a write may take before it counts as one that never ends. */
const PATIENCE_MILLISECONDS = 1000;

/** Lines in the order in which they are said. To be called once for a descriptor. */
export function queueSink(descriptor: number, spell = plainSpelling): LogSink {
  const queue = new LineQueue(descriptor, spell);
  process.once('exit', () => queue.exit());
  return queue;
}

class LineQueue implements LogSink {
  private readonly descriptor: number;
  private readonly spell: Spelling;
  /** Of the first one, what is not written yet. */
  private lines: Buffer[] = [];
  private waitingBytes = 0;
  private lost = 0;
  /** Since when a write is under way, by the clock of `performance`. */
  private writingSince: number | undefined;
  /** Whether the write that is under way has outlasted the patience of `flush`. */
  private givenUp = false;
  private idle: () => void = () => {};
  private flushing: Promise<void> | undefined;

  constructor(descriptor: number, spell: Spelling) {
    this.descriptor = descriptor;
    this.spell = spell;
  }

  write(line: LogLine): boolean {
    const bytes = Buffer.from(this.spell(line));
    if (this.waitingBytes + bytes.length > MAXIMUM_WAITING_BYTES) return false;
    this.lines.push(bytes);
    this.waitingBytes += bytes.length;
    // Not at once: where the process ends in the same turn, no thread is at it, and `exit` writes all.
    if (this.lines.length === 1) setImmediate(() => this.writeNext());
    return true;
  }

  takeLost(): number {
    const { lost } = this;
    this.lost = 0;
    return lost;
  }

  async flush(): Promise<void> {
    if (this.lines.length === 0) return;
    this.flushing ??= new Promise<void>((resolve) => {
      const giveUp = setTimeout(() => {
        this.giveUp();
        resolve();
      }, PATIENCE_MILLISECONDS);
      this.idle = () => {
        clearTimeout(giveUp);
        resolve();
      };
    });
    await this.flushing;
    this.flushing = undefined;
  }

  /** The last moment of the process: no callback comes any more. */
  exit(): void {
    const { descriptor, lines, writingSince } = this;
    try {
      if (writingSince === undefined) {
        for (const line of lines) writeSync(descriptor, line);
        return;
      }
      // Node waits for the threads. A write that never ends would keep the process for ever, and
      // nothing else than a signal ends it then.
      const milliseconds = performance.now() - writingSince;
      if (this.givenUp || milliseconds > PATIENCE_MILLISECONDS)
        process.kill(process.pid, 'SIGKILL');
      // The first one may still wait for its thread: these line up behind it.
      write(descriptor, concat(...lines.slice(1)), () => {});
    } catch {
      // Nobody is left to be told.
    }
  }

  private writeNext(): void {
    this.givenUp = false;
    const [line] = this.lines;
    if (line === undefined) {
      this.writingSince = undefined;
      this.idle();
      return;
    }
    this.writingSince = performance.now();
    write(this.descriptor, line, (error, written) => {
      if (error !== null) this.lost += 1;
      this.waitingBytes -= error === null ? written : line.length;
      if (error === null && written < line.length) this.lines[0] = line.subarray(written);
      else this.lines.shift();
      this.writeNext();
    });
  }

  private giveUp(): void {
    this.givenUp = true;
    // The first one is being written.
    this.lost += this.lines.length - 1;
    this.lines = this.lines.slice(0, 1);
    this.waitingBytes = this.lines[0]?.length ?? 0;
  }
}
