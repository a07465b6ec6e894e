/**
 * Reads an event log, line by line and never the whole file: checks each line's digest, form,
 * place and the counts of the last one, and yields its records.
 *
 * What is wrong is thrown as an {@link EventLogError} that names the line. Everything yielded
 * before is as it was written. What the records mean is for replay, verify and render.
 */

import { createReadStream } from 'node:fs';
import { concat } from '../protocol/bytes.ts';
import { DigestChain } from './chain.ts';
import { decodeHeader, decodeLine } from './decode.ts';
import { encodeEnd } from './encode.ts';
import type { LogContent, LogEnd, LogEntry, LogHeader, LogRecord } from './format.ts';
import { FormatError } from './shapes.ts';
import { Tally } from './tally.ts';

/** The longest line that is read, in bytes: far above what one event of a connection takes. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * Why a log could not be read on, in one line that names the line of the log and its event.
 * `damaged`: a line is not what was written. `truncated`: the log ends before its last line;
 * everything before is intact.
 */
export class EventLogError extends Error {
  readonly code: 'damaged' | 'truncated';
  /** The line it is about; 1 is the header. */
  readonly line: number;

  constructor(code: 'damaged' | 'truncated', line: number, problem: string) {
    const event = line > 1 ? ` (event ${line - 1})` : '';
    super(`line ${line}${event} ${problem}`);
    this.code = code;
    this.line = line;
  }

  /** The last event that was read intact; 0 if none was. */
  get lastEvent(): number {
    return Math.max(0, this.line - 2);
  }
}

/** The records of the file `path`. Throws the system's error if it cannot be opened or read. */
export function readEventLogFile(path: string): AsyncGenerator<LogRecord, void, void> {
  return readEventLog(createReadStream(path, { highWaterMark: 1 << 18 }));
}

/** What came of following a log. */
export interface FollowedLog<Follower> {
  readonly follower: Follower;
  /** Absent when the log was cut short. */
  readonly end: LogEnd | undefined;
  /** The reader's error when the log was cut short. */
  readonly truncation: EventLogError | undefined;
}

/**
 * Give each entry of a log to the follower that `begin` makes for its header. Rejects with the
 * reader's error if the log is damaged; one that is only cut short is followed as far as it goes.
 */
export async function followLog<Follower extends { observe(entry: LogEntry): void }>(
  records: AsyncIterable<LogRecord>,
  begin: (header: LogHeader) => Follower,
): Promise<FollowedLog<Follower>> {
  let follower: Follower | undefined;
  let end: LogEnd | undefined;
  let truncation: EventLogError | undefined;
  try {
    for await (const record of records) {
      if (record.kind === 'header') follower = begin(record.header);
      else if (record.kind === 'entry') follower?.observe(record.entry);
      else end = record.end;
    }
  } catch (error) {
    const isCut = error instanceof EventLogError && error.code === 'truncated';
    // Without a header there is nothing.
    if (!isCut || follower === undefined) throw error;
    truncation = error;
  }
  if (follower === undefined) throw new Error('invariant: a log has a header, or is damaged');
  return { follower, end, truncation };
}

/** The records of a log that arrives in pieces of any size: header, entries, end. */
export async function* readEventLog(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<LogRecord, void, void> {
  const reader = new RecordReader();
  let held: Uint8Array[] = [];
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, start)) {
      yield reader.read([...held, piece.subarray(start, end)]);
      held = [];
      start = end + 1;
    }
    if (start < piece.length) held.push(piece.subarray(start));
    reader.checkLength(held);
  }
  reader.finish(held.length > 0);
}

/** What stands between the lines of one log: their digests, order and counts. */
class RecordReader {
  readonly #chain = new DigestChain();
  readonly #tally = new Tally();
  #line = 1;
  #content: LogContent | undefined;
  #microseconds = 0;
  #ended = false;

  /** The next line, without its newline, in the pieces in which it arrived. */
  read(pieces: readonly Uint8Array[]): LogRecord {
    if (this.#ended) throw this.#damaged('follows the line that ends the log');
    this.checkLength(pieces);
    try {
      const record = this.#decode(this.#chain.open(decodeText(concat(...pieces))));
      this.#line += 1;
      return record;
    } catch (error) {
      throw error instanceof FormatError ? this.#damaged(error.message) : error;
    }
  }

  /** Refuses a line that is too long, whether it is complete or not. */
  checkLength(pieces: readonly Uint8Array[]): void {
    if (pieces.reduce((sum, { length }) => sum + length, 0) > MAX_LINE_BYTES) {
      throw this.#damaged(`is longer than ${MAX_LINE_BYTES} bytes`);
    }
  }

  /** The log has no more lines, and perhaps the beginning of one. */
  finish(begun: boolean): void {
    if (this.#ended && !begun) return;
    if (this.#ended) throw this.#damaged('follows the line that ends the log');
    const problem = `is ${begun ? 'incomplete' : 'missing'}: the log was cut short, or is still being written`;
    throw new EventLogError('truncated', this.#line, problem);
  }

  #decode(object: string): LogRecord {
    if (this.#content === undefined) {
      const header = decodeHeader(object);
      this.#content = header.content;
      return { kind: 'header', line: this.#line, header };
    }
    const decoded = decodeLine(object, this.#content);
    if ('entry' in decoded) {
      this.#checkEntry(decoded.entry);
      return { kind: 'entry', line: this.#line, entry: decoded.entry };
    }
    this.#checkEnd(decoded.end);
    this.#ended = true;
    return { kind: 'end', line: this.#line, end: decoded.end };
  }

  #checkEntry(entry: LogEntry): void {
    this.#tally.add(entry.event, entry.effects);
    if (entry.sequence !== this.#tally.events) {
      throw new FormatError(
        `has sequence number ${entry.sequence} where ${this.#tally.events} follows`,
      );
    }
    this.#checkTime(entry.microseconds);
  }

  #checkEnd(end: LogEnd): void {
    this.#checkTime(end.microseconds);
    const counted = encodeEnd(this.#tally.end(end.microseconds));
    if (encodeEnd(end) !== counted) {
      throw new FormatError(`ends the log with counts or an outcome that its events do not have`);
    }
  }

  #checkTime(microseconds: number): void {
    if (microseconds < this.#microseconds) throw new FormatError('is earlier than the one before');
    this.#microseconds = microseconds;
  }

  #damaged(problem: string): EventLogError {
    return new EventLogError('damaged', this.#line, problem);
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError('is not UTF-8');
  }
}
