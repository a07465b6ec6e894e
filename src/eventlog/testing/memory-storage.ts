/**
 * A disk for tests, in memory: it can be full, slow, or out of descriptors on command.
 */

import type { LogStorage, LogStorageFile } from '../log-file.ts';

/** A storage whose files can be looked at. */
export class MemoryStorage implements LogStorage {
  /** What is in each file, by path. */
  readonly files = new Map<string, Uint8Array>();
  /** Thrown as a system error by the next calls of this kind, while set. */
  failing: { readonly create?: string; readonly write?: string; readonly close?: string } = {};
  /** Files that are open. */
  open = 0;
  /** The sizes of all writes. */
  readonly writes: number[] = [];
  #held: (() => void)[] | undefined;

  /** Let no write complete until {@link MemoryStorage.release}. */
  hold(): void {
    this.#held ??= [];
  }

  /** Complete the writes that were held, and hold no more. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const complete of held) complete();
  }

  /** The text of the only file. */
  get onlyText(): string {
    const [bytes, ...others] = this.files.values();
    if (bytes === undefined || others.length > 0) {
      throw new Error(`there are ${this.files.size} files`);
    }
    return new TextDecoder().decode(bytes);
  }

  async create(path: string): Promise<LogStorageFile> {
    await this.#maybeFail('create');
    if (this.files.has(path)) throw systemError('EEXIST');
    this.files.set(path, new Uint8Array());
    this.open += 1;
    return {
      write: async (bytes) => {
        this.writes.push(bytes.length);
        if (this.#held !== undefined) {
          await new Promise<void>((resolve) => this.#held?.push(resolve));
        }
        await this.#maybeFail('write');
        // A system may take less than it was given.
        const taken = bytes.subarray(0, Math.ceil(bytes.length / 2));
        const before = this.files.get(path) ?? new Uint8Array();
        const after = new Uint8Array(before.length + taken.length);
        after.set(before);
        after.set(taken, before.length);
        this.files.set(path, after);
        return taken.length;
      },
      close: async () => {
        this.open -= 1;
        await this.#maybeFail('close');
      },
    };
  }

  async remove(path: string): Promise<void> {
    this.files.delete(path);
  }

  async #maybeFail(what: 'create' | 'write' | 'close'): Promise<void> {
    const code = this.failing[what];
    if (code !== undefined) throw systemError(code);
  }
}

/** An error as Node makes them for a failed system call. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: failed on command`), { code });
}
