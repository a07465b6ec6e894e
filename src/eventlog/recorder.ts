/**
 * Records one connection: turns each event, with what came of it, into text at once, and
 * hands the text to the log's file.
 *
 * It never throws and never waits, so that a defect here or a bad disk stops the recording and
 * nothing else (CN-15). How the file and its errors are dealt with is in `log-file.ts`.
 */

import type { ConnectionState } from '../protocol/connection.ts';
import { type CryptoSuite, withDerivation } from '../protocol/suite.ts';
import { asError } from '../protocol/thrown.ts';
import type { ConnectionEffect, ConnectionEvent, Step } from '../protocol/vocabulary.ts';
import { encodeEnd, encodeEntry, encodeHeader } from './encode.ts';
import type { Derivation, Dialled, LogContent, LogHeader } from './format.ts';
import { LogFile, type LogStorage } from './log-file.ts';
import { Tally } from './tally.ts';

/** More than this many bytes waiting for the disk is congestion: 1 MiB for each connection. */
export const CONGESTION_BYTES = 1024 * 1024;

/** What a connection's adapter does to have it recorded. */
export type ConnectionRecorder = Pick<
  Recorder,
  'suite' | 'record' | 'congested' | 'onceDrained' | 'end'
>;

/** What the log passes to the recorder of one connection. */
export interface RecorderOptions {
  readonly header: LogHeader;
  readonly suite: CryptoSuite;
  readonly storage: LogStorage;
  /** The file to create. */
  readonly path: string;
  /** Monotonic time in milliseconds, with fractions. */
  readonly now: () => number;
  /** Something was written, to its end and without an error. */
  readonly written: () => void;
}

/** The log of one connection, from its header to its end. */
export class Recorder {
  /**
   * What the core must be given while it is recorded: in a `full` log the suite notes the keys
   * that it derives from K.
   */
  readonly suite: CryptoSuite;
  /** Settles, never rejects, when the file is closed; with the error that stopped it, if any. */
  readonly done: Promise<Error | undefined>;
  readonly #content: LogContent;
  readonly #file: LogFile;
  readonly #now: () => number;
  readonly #tally = new Tally();
  #derivations: Derivation[] = [];
  #firstEventAt: number | undefined;
  #microseconds = 0;
  #ended = false;
  #defect: Error | undefined;
  #drainWaiters: (() => void)[] = [];

  constructor({ header, suite, storage, path, now, written }: RecorderOptions) {
    this.#content = header.content;
    this.suite = header.content === 'full' ? this.#noting(suite) : suite;
    this.#now = now;
    this.#file = new LogFile(storage, path, () => {
      if (!this.#file.stopped) written();
      this.#drained();
    });
    this.done = this.#file.done.then((error) => this.#defect ?? error);
    this.#guarded(() => this.#file.append(encodeHeader(header)));
  }

  /**
   * More than {@link CONGESTION_BYTES} wait for the log's disk: read no more from the sockets
   * until {@link Recorder.onceDrained} says so. False once recording has stopped.
   */
  get congested(): boolean {
    return this.#file.waiting > CONGESTION_BYTES;
  }

  /**
   * Record an event and the step it led to. Call it directly after the step and before its
   * effects are performed: nothing is kept of the arrays, which may be erased afterwards.
   * `dialled` is what is known of the dialled side's sockets.
   * Never throws. Without effect after {@link Recorder.end}.
   */
  record(
    event: ConnectionEvent,
    step: Step<ConnectionState, ConnectionEffect>,
    dialled?: Dialled,
  ): void {
    const derivations = this.#derivations;
    this.#derivations = [];
    if (this.#ended || this.#file.stopped) return;
    this.#guarded(() => {
      this.#tally.add(event, step.effects);
      const entry = {
        content: this.#content,
        sequence: this.#tally.events,
        microseconds: this.#time(),
        phase: step.state.phase,
        ...(dialled !== undefined && event.type === 'targetConnected' ? { dialled } : {}),
        event,
        effects: step.effects,
        derivations,
      };
      this.#file.append(encodeEntry(entry));
    });
  }

  /** Call back, in a later microtask, as soon as the recorder is not congested. */
  onceDrained(callback: () => void): void {
    if (this.congested) this.#drainWaiters.push(callback);
    else queueMicrotask(callback);
  }

  /** The last event is recorded: write the last line and close the file, behind the back. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#guarded(() => this.#file.append(encodeEnd(this.#tally.end(this.#time()))));
    this.#file.end();
  }

  /** Microseconds since the first event, never less than before. */
  #time(): number {
    const now = this.#now();
    this.#firstEventAt ??= now;
    const elapsed = Math.floor((now - this.#firstEventAt) * 1000);
    this.#microseconds = Math.max(this.#microseconds, elapsed);
    return this.#microseconds;
  }

  /** The suite, noting what it derives: K is the password of every derivation. */
  #noting(suite: CryptoSuite): CryptoSuite {
    return withDerivation(suite, (password, salt, length) => {
      const output = suite.pbkdf2(password, salt, length);
      this.#derivations.push({ salt, output });
      return output;
    });
  }

  /** A defect in recording ends the recording, and is reported like an error of the disk. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#defect ??= asError(error);
      this.#file.stop();
    }
  }

  #drained(): void {
    if (this.congested || this.#drainWaiters.length === 0) return;
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const callback of waiters) queueMicrotask(callback);
  }
}
