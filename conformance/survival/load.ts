/**
 * Starting a load as a process of its own, and hearing what it says.
 */

import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { WAIT_LIMIT, within } from '../subjects/deadline.ts';
import { Program } from '../subjects/program.ts';
import type { Scope } from '../subjects/scope.ts';

export class Load {
  readonly #program: Program;
  readonly #lines: AsyncIterator<string>;

  /** Starts `loads/NAME.ts` with these arguments; it ends with the scope at the latest. */
  constructor(scope: Scope, name: string, args: readonly string[]) {
    const path = fileURLToPath(new URL(`./loads/${name}.ts`, import.meta.url));
    const command = [process.execPath, '--import', import.meta.resolve('tsx'), path] as const;
    this.#program = new Program(scope, name, command, args);
    this.#lines = createInterface(this.#program.stdout)[Symbol.asyncIterator]();
  }

  /** The next line that it prints, within so many milliseconds. Throws when it ends instead. */
  async line(limit: number = WAIT_LIMIT): Promise<string> {
    const { value, done } = await within(
      'a load prints a line',
      this.#lines.next(),
      () => 0,
      limit,
    );
    if (done === true) throw new Error(`a load ended too early: ${this.#program.account()}`);
    return value;
  }

  /** Ends it at once; the kernel closes its connections. */
  async kill(): Promise<void> {
    await this.#program.kill('SIGKILL');
  }
}
