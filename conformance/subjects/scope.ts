/**
 * Everything that one test starts and creates, and its end: processes, servers, files.
 *
 * Closing a scope undoes all of it in reverse order, whatever failed before, and then looks for
 * what was left behind all the same: a process that outlives its test is an error.
 */

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processesMarked } from './processes.ts';

/** The environment variable that marks every process of a scope, and all their descendants. */
export const SCOPE_MARK = 'SPIPED_CONFORMANCE_SCOPE';

/** How long a process may take to disappear after it was killed, in milliseconds. */
const DISAPPEARANCE_LIMIT = 5_000;

export class Scope {
  /** A new directory, only this user's, removed at the end. Short, for UNIX sockets' sake. */
  readonly directory: string;
  readonly #mark: string = randomUUID();
  readonly #cleanups: (() => unknown)[] = [];
  readonly #accounts: (() => string)[] = [];
  #mayHaveProcesses = false;
  #closed: Promise<void> | undefined;

  readonly #patience: number;

  private constructor(directory: string, patience: number) {
    this.directory = directory;
    this.#patience = patience;
  }

  /** `patience`: milliseconds that a killed process may take until it counts as left behind. */
  static async open(patience: number = DISAPPEARANCE_LIMIT): Promise<Scope> {
    return new Scope(await mkdtemp(join(tmpdir(), 'spiped-')), patience);
  }

  /** The value of {@link SCOPE_MARK} in this scope's processes. */
  get mark(): string {
    // Who starts a process has to ask. Where nobody has, there is nobody to look for.
    this.#mayHaveProcesses = true;
    return this.#mark;
  }

  /** Registers what undoes something just done. Undone in reverse order, each awaited. */
  onClose(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  /** Registers who can tell, when a test fails, what a part of it did. */
  onAccount(account: () => string): void {
    this.#accounts.push(account);
  }

  /** What the parts of this scope have to say so far; for the message of a failed test. */
  account(): string {
    return this.#accounts.map((account) => account()).join('\n');
  }

  /**
   * Undoes everything. Safe to call twice; the second call awaits the first.
   *
   * @throws AggregateError when something could not be undone or a process was left behind.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const failures: unknown[] = [];
    for (let cleanup = this.#cleanups.pop(); cleanup; cleanup = this.#cleanups.pop()) {
      try {
        await cleanup();
      } catch (error) {
        failures.push(error);
      }
    }
    await rm(this.directory, { recursive: true, force: true }).catch((e) => failures.push(e));
    const left = await this.#leftProcesses();
    if (left.length > 0) failures.push(new Error(`processes left behind: ${left.join('; ')}`));
    if (failures.length > 0) {
      throw new AggregateError(failures, `the test's scope did not close: ${failures.join('; ')}`);
    }
  }

  async #leftProcesses(): Promise<readonly string[]> {
    if (!this.#mayHaveProcesses) return [];
    const deadline = Date.now() + this.#patience;
    for (;;) {
      const left = await processesMarked(`${SCOPE_MARK}=${this.#mark}`);
      if (left.length === 0) return [];
      if (Date.now() > deadline) {
        for (const { pid } of left) killIfThere(pid);
        return left.map(({ pid, command }) => `${pid} ${command}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself between the look and the kill.
  }
}
