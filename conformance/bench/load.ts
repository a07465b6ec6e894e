/**
 * The load as two processes of its own, one at each end of what is measured, so that neither waits
 * for the other's work, and the daemons' accounts hold nothing of the load's.
 *
 * Not here: what they do; see load/.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { within } from '../subjects/deadline.ts';
import { SCOPE_MARK, type Scope } from '../subjects/scope.ts';
import type { Place } from './load/connection.ts';
import type { Answer, Numbered, Reply, Request } from './load/requests.ts';

/** A job that takes longer hangs, in milliseconds. */
const JOB_LIMIT = 300_000;

export class Load {
  /** Where the load's target listens: what the exit of a pipe dials. */
  readonly target: Place;
  /** The process ids of both ends. */
  readonly pids: readonly number[];
  readonly #source: ChildProcess;
  #requests = 0;

  private constructor(source: ChildProcess, target: ChildProcess, place: Place) {
    this.#source = source;
    this.target = place;
    this.pids = [source, target].map(({ pid = 0 }) => pid);
  }

  /** Starts both processes; they end with the scope. */
  static async start(scope: Scope): Promise<Load> {
    const target = start(scope, 'target');
    const source = start(scope, 'source');
    const port = await within(
      'the load’s target listens',
      new Promise<number>((resolve, reject) => {
        target.once('message', (message) => resolve(Number(message)));
        target.once('exit', () => reject(new Error('the load’s target ended')));
      }),
    );
    return new Load(source, target, { host: '127.0.0.1', port });
  }

  /**
   * Has a job done.
   *
   * @throws Error when a connection failed or brought other bytes than it should have.
   */
  async perform(request: Request): Promise<Answer> {
    this.#requests += 1;
    const id = this.#requests;
    const source = this.#source;
    const reply = new Promise<Reply>((resolve, reject) => {
      const heard = (message: unknown) => {
        if ((message as Reply).id === id) settle(() => resolve(message as Reply));
      };
      const ended = () => settle(() => reject(new Error('the load’s source ended')));
      const settle = (settled: () => void) => {
        source.off('message', heard).off('exit', ended);
        settled();
      };
      source.on('message', heard).on('exit', ended);
      source.send({ ...request, id } satisfies Numbered);
    });
    const what = await within(`the load’s job "${request.do}"`, reply, undefined, JOB_LIMIT);
    if ('failure' in what) throw new Error(`the load's job "${request.do}": ${what.failure}`);
    return what.answer;
  }
}

function start(scope: Scope, name: string): ChildProcess {
  const script = fileURLToPath(new URL(`./load/${name}.ts`, import.meta.url));
  const child = fork(script, [], {
    env: { ...process.env, [SCOPE_MARK]: scope.mark },
    // Other than the caller's, such as an inspector's port, but the loader of our sources.
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  scope.onClose(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await within(`the end of the load's ${name}`, ended);
    }
  });
  return child;
}
