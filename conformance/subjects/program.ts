/**
 * A program of a subject while it runs: its streams, what it complained about, its end.
 *
 * Not here: the arguments; see spiped.ts and spipe.ts.
 */

import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import { within } from './deadline.ts';
import { SCOPE_MARK, type Scope } from './scope.ts';
import type { Command } from './subject.ts';

/** How a process ended: exactly one of the two is null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running, or ended, process of the scope that started it. */
export class Program {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Settles when the process has ended; never rejects. */
  readonly exited: Promise<Exit>;
  readonly #said: Promise<unknown>;
  readonly #title: string;
  readonly #kill: (signal: NodeJS.Signals) => unknown;
  readonly #waiting = new Set<() => void>();
  #complaints = '';
  #exit: Exit | undefined;

  /**
   * Starts `command` with `args`, and with `environment` beside that of this process. It ends with
   * the scope at the latest.
   */
  constructor(
    scope: Scope,
    title: string,
    command: Command,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ) {
    const [file, ...before] = command;
    const child = execa(file, [...before, ...args], {
      reject: false,
      buffer: false,
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'pipe',
      encoding: 'buffer',
      env: { ...environment, [SCOPE_MARK]: scope.mark },
    });
    if (child.pid === undefined) throw new Error(`${file} could not be started`);
    this.pid = child.pid;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    this.#title = title;
    this.#kill = (signal) => child.kill(signal);

    // A program that ends before it has read everything is no error of the one who writes to it;
    // what it means, the test says.
    child.stdin.on('error', () => {});
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      this.#complaints += text;
      for (const wake of this.#waiting) wake();
    });
    this.#said = once(child.stderr, 'close');
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exit = { code, signal };
        resolve(this.#exit);
        for (const wake of this.#waiting) wake();
      });
    });
    scope.onClose(async () => {
      await this.kill('SIGKILL');
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
    });
    scope.onAccount(() => this.account());
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  /** Everything written to standard error so far. */
  get complaints(): string {
    return this.#complaints;
  }

  /**
   * Waits for a whole line on standard error that matches; where `after` is given, behind so many
   * characters of {@link complaints}, so that lines about earlier connections do not count.
   *
   * @throws Error when none has come within the deadline, with what has come instead.
   */
  async complaint(pattern: RegExp = /./, after = 0): Promise<string> {
    const find = () => {
      const whole = this.#complaints.slice(after, this.#complaints.lastIndexOf('\n') + 1);
      return whole.split('\n').find((line) => pattern.test(line));
    };
    const found = new Promise<string>((resolve) => {
      const look = () => {
        const line = find();
        if (line === undefined) return;
        this.#waiting.delete(look);
        resolve(line);
      };
      this.#waiting.add(look);
      look();
    });
    return await within(`${this.#title} writes a line like ${pattern} to standard error`, found);
  }

  /** Waits for its end; then everything that it has written to standard error. */
  async said(): Promise<string> {
    await within(`${this.#title} ends`, Promise.all([this.exited, this.#said]));
    return this.#complaints;
  }

  /** Sends the signal, unless the process has ended already, and waits for its end. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    if (this.running) this.#kill(signal);
    return await within(`${this.#title} ends on ${signal}`, this.exited);
  }

  /** One paragraph about this process, for the message of a failed test. */
  account(): string {
    const end =
      this.#exit === undefined ? 'running' : `ended: ${this.#exit.code ?? this.#exit.signal}`;
    return `${this.#title} (pid ${this.pid}, ${end})\n${this.#complaints.replace(/^/gm, '  | ')}`;
  }
}
