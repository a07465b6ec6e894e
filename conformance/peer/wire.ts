/**
 * A socket as a straight line: read so many bytes, write these, end, reset. Everything waits at
 * most as long as it was told to, and says then what it waited for.
 *
 * It serves for the cipher connection and for the plain one behind the subject.
 */

import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';

/** How the other side's stream ended: in order (FIN), or the connection was lost (RST). */
export type Ending = 'end' | 'reset';

/** The stream ended before the bytes that were waited for were there. */
export class WireOver extends Error {
  override readonly name = 'WireOver';
  readonly ending: Ending;

  constructor(what: string, ending: Ending) {
    super(`the subject's ${ending} came instead of ${what}`);
    this.ending = ending;
  }
}

/** What was waited for did not come. */
export class Overdue extends Error {
  override readonly name = 'Overdue';

  constructor(what: string, limit: number) {
    super(`waited ${limit} ms in vain for ${what}`);
  }
}

/** Milliseconds between two looks at a condition that others bring about. */
const LOOK = 1;

/** Looks in vain before a limit can be over: time in which this process did not run is no wait. */
const FEWEST_LOOKS = 40;

/**
 * Waits until the condition holds; at most `limit` milliseconds, or longer on a machine that leaves
 * no time for {@link FEWEST_LOOKS}.
 *
 * @throws Overdue naming `what`.
 */
export async function until(what: string, limit: number, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + limit;
  for (let looks = 0; !holds(); looks += 1) {
    if (looks >= FEWEST_LOOKS && performance.now() > deadline) throw new Overdue(what, limit);
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

/** Lets so many milliseconds go by, or fewer when the condition holds: for what is about time. */
export async function wait(milliseconds: number, over: () => boolean): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!over() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

export class Wire {
  /** When the other side ended, in milliseconds of `performance.now()`. */
  overAt: number | undefined;
  readonly #socket: Socket;
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #read = 0;
  #length = 0;
  #ending: Ending | undefined;
  #closed = false;

  /** `limit`: milliseconds that any wait may take. The socket must allow half-open. */
  constructor(socket: Socket, limit: number) {
    this.#socket = socket;
    this.#limit = limit;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
    });
    socket.on('end', () => this.#over('end'));
    socket.on('error', () => this.#over('reset'));
    socket.on('close', () => {
      this.#closed = true;
      this.#over('reset');
    });
  }

  /** @throws the system's error where nobody listens. */
  static async connect(where: NetConnectOpts, limit: number): Promise<Wire> {
    const socket = connect({ ...where, allowHalfOpen: true });
    await once(socket, 'connect');
    return new Wire(socket, limit);
  }

  /** How many bytes have come in all. */
  get length(): number {
    return this.#length;
  }

  /** How the other side has ended; undefined while it has not. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Is nothing left of it in either direction? */
  get closed(): boolean {
    return this.#closed;
  }

  /** Everything that has come. */
  bytes(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks.splice(0, this.#chunks.length, all);
    return all;
  }

  /** How many bytes have come and were not read. */
  get unread(): number {
    return this.#length - this.#read;
  }

  /**
   * The next `count` bytes.
   *
   * @throws WireOver when the stream ends before, Overdue when they do not come.
   */
  async read(count: number, what = `${count} bytes`): Promise<Buffer> {
    await until(what, this.#limit, () => this.unread >= count || this.#ending !== undefined);
    if (this.unread < count) throw new WireOver(what, this.#ending ?? 'end');
    const start = this.#read;
    this.#read += count;
    const all = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    return (all ?? this.bytes()).subarray(start, start + count);
  }

  /**
   * Writes; returns when the system has taken the bytes, or the connection is gone.
   *
   * @throws Overdue when the other side leaves them unread.
   */
  async write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0 || !this.#socket.writable) return;
    await new Promise<void>((resolve, reject) => {
      const overdue = () => reject(new Overdue('room for what is written', this.#limit));
      const timer = setTimeout(overdue, this.#limit);
      this.#socket.write(bytes, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** FIN, after all that was written. */
  end(): void {
    if (this.#socket.writable) this.#socket.end();
  }

  /** RST, at once. */
  reset(): void {
    if (!this.#socket.destroyed) this.#socket.resetAndDestroy();
  }

  /** Takes it away, for the end of a test. */
  destroy(): void {
    this.#socket.destroy();
  }

  #over(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.overAt = performance.now();
  }
}
