/**
 * Gives one vector to one program, and sees what happens.
 *
 * A program that stays is asked by a connection whether it serves; then it is ended. Whatever it
 * has left running is found by the mark in its environment, however far it detached.
 */

import { spawn } from 'node:child_process';
import { type FileHandle, lstat, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { within } from '../subjects/deadline.ts';
import { processesMarked } from '../subjects/processes.ts';
import { SCOPE_MARK, Scope } from '../subjects/scope.ts';
import type { Command, Subject } from '../subjects/subject.ts';
import type { Left, Observation, Serving } from './observation.ts';
import { factsOf, hasEnded, type Listening, listeningOf } from './processes.ts';
import { feedFifo, Surroundings, until } from './surroundings.ts';
import type { Vector } from './vector.ts';

/** How often to try again when somebody else took the port that was chosen. */
const ATTEMPTS = 5;

/** What the subject does with the vector, in a place of its own. */
export async function observe(subject: Subject, vector: Vector): Promise<Observation> {
  for (let attempt = 1; ; attempt += 1) {
    const scope = await Scope.open();
    try {
      const observation = await new Run(scope, subject, vector).observe();
      const portLost = /address already in use/i.test(observation.stderr);
      if (!portLost || vector.obstacles !== undefined || attempt === ATTEMPTS) return observation;
    } finally {
      await scope.close();
    }
  }
}

/** One run of one program. */
class Run {
  readonly #scope: Scope;
  readonly #subject: Subject;
  readonly #vector: Vector;
  /** How the program ended; undefined while it runs. */
  #outcome: string | undefined;

  constructor(scope: Scope, subject: Subject, vector: Vector) {
    this.#scope = scope;
    this.#subject = subject;
    this.#vector = vector;
  }

  async observe(): Promise<Observation> {
    const surroundings = await Surroundings.make(this.#scope, this.#vector);
    const { pid, ended } = await this.#start(surroundings);
    const gone = () => this.#outcome !== undefined;
    if (this.#vector.obstacles?.includes('fifo')) {
      void feedFifo(surroundings.directory, () => this.#outcome !== undefined);
    }

    const runs = () => gone() || listeningOf(pid).length > 0;
    await within(`${this.#title} ends or listens`, until(runs));
    const foreground = await this.#look(pid, surroundings, gone);
    const outcome = foreground === undefined ? await ended : 'serves';
    const left = await this.#left(pid, surroundings);
    const afterSignal = await this.#signal(surroundings, foreground && pid, left, ended);
    const files = await filesIn(surroundings, [pid, ...left.map((each) => each.pid)]);
    await this.#endAll();
    await ended;
    return {
      outcome,
      foreground,
      left: left.map(({ facts }) => facts),
      afterSignal,
      files,
      stdout: surroundings.restore(await this.#text('stdout')),
      stderr: surroundings.restore(await this.#text('stderr')),
    };
  }

  get #title(): string {
    return `${this.#subject.name} ${this.#vector.program}, vector ${this.#vector.id},`;
  }

  async #start(surroundings: Surroundings): Promise<{ pid: number; ended: Promise<string> }> {
    const command = powers(this.#subject[this.#vector.program], this.#vector);
    const [file, ...before] = command;
    const args = this.#vector.args.map((word) => surroundings.fill(word));
    const streams: FileHandle[] = [];
    try {
      for (const name of ['stdin', 'stdout', 'stderr']) {
        const path = join(this.#scope.directory, name);
        const handle = await open(path, 'w+', 0o600);
        streams.push(handle);
        if (name === 'stdin') await handle.write(this.#vector.stdin ?? '', 0);
      }
      const child = spawn(file, [...before, ...args], {
        cwd: surroundings.directory,
        stdio: streams.map(({ fd }) => fd),
        env: { ...process.env, LC_ALL: 'C', [SCOPE_MARK]: this.#scope.mark },
      });
      const ended = new Promise<string>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code, signal) => {
          this.#outcome = signal ?? `exit ${code}`;
          resolve(this.#outcome);
        });
      });
      if (child.pid === undefined) await ended;
      this.#scope.onClose(() => this.#endAll());
      return { pid: child.pid ?? 0, ended };
    } finally {
      for (const handle of streams) await handle.close();
    }
  }

  /** Who belongs to this run and has not ended. */
  async #marked(): Promise<readonly { readonly pid: number }[]> {
    return await processesMarked(`${SCOPE_MARK}=${this.#scope.mark}`);
  }

  /** Who was left running, each once it serves; without those that end before they do. */
  async #left(
    self: number,
    surroundings: Surroundings,
  ): Promise<readonly { readonly pid: number; readonly facts: Left }[]> {
    const others = (await this.#marked()).filter(({ pid }) => pid !== self);
    const atOnce = others.map(({ pid }) => listeningOf(pid));
    const left: { pid: number; facts: Left }[] = [];
    for (const [n, { pid }] of others.entries()) {
      const gone = () => hasEnded(pid);
      const settled = () => gone() || listeningOf(pid).length > 0;
      if (this.#vector.mayNeverListen !== true && !isHelper(pid)) {
        await within(`what ${this.#title} left listens or ends`, until(settled));
      }
      const facts = await this.#look(pid, surroundings, gone);
      const listenedAtOnce = (atOnce[n] ?? []).length > 0;
      if (facts !== undefined) left.push({ pid, facts: { ...facts, listenedAtOnce } });
    }
    return left;
  }

  /** The facts of a process, once it serves; undefined where it ends before it does. */
  async #look(
    pid: number,
    surroundings: Surroundings,
    gone: () => boolean,
  ): Promise<Serving | undefined> {
    if (gone()) return undefined;
    const listening = listeningOf(pid);
    const [first] = listening;
    const reachesTarget = first && (await surroundings.reachesTarget(first, gone));
    // Taken only now: a process that listens may still be about to drop its privileges, or to end.
    const facts = factsOf(pid);
    if (facts === undefined) return undefined;
    const own = `${this.#scope.directory}/`;
    return {
      ...facts,
      listens: listening.map((each) => surroundings.restore(spelled(each))).sort(),
      reachesTarget,
      streams: facts.streams.map((path) =>
        path.startsWith(`${own}std`) ? path.slice(own.length) : path,
      ),
      arguments: surroundings.restore(facts.arguments),
      workingDirectory: surroundings.restore(facts.workingDirectory),
    };
  }

  /** Sends the vector's signal to who serves, and waits for what it does. */
  async #signal(
    surroundings: Surroundings,
    foreground: number | undefined,
    left: readonly { readonly pid: number }[],
    ended: Promise<string>,
  ): Promise<string | undefined> {
    const { signal } = this.#vector;
    const pid = foreground ?? left[0]?.pid;
    if (signal === undefined || pid === undefined) return undefined;
    const what = `what ${this.#title} started ends on ${signal}`;
    if (signal === 'SIGTERM') surroundings.disconnect();
    process.kill(pid, signal);
    if (foreground !== undefined) return await within(what, ended);
    const gone = () => hasEnded(pid);
    const [listening] = listeningOf(pid);
    if (signal === 'SIGHUP' && listening !== undefined) {
      // Whoever serves one more connection was not ended by it.
      if (await surroundings.reachesTarget(listening, gone)) return 'serves';
    }
    await within(what, until(gone));
    return 'gone';
  }

  async #endAll(): Promise<void> {
    for (const { pid } of await this.#marked()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  }

  async #text(stream: 'stdout' | 'stderr'): Promise<string> {
    return await readFile(join(this.#scope.directory, stream), 'utf8');
  }
}

/** Is it another program, which the one that serves started? Such a one never listens. */
function isHelper(pid: number): boolean {
  return factsOf(pid)?.name === 'logger';
}

/** Root keeps its id, and so owns its files, but nothing lets it read what modes forbid. */
function powers(command: Command, vector: Vector): Command {
  if (vector.powerless !== true || process.geteuid?.() !== 0) return command;
  return ['setpriv', '--inh-caps=-all', '--bounding-set=-all', '--', ...command];
}

function spelled(listening: Listening): string {
  if ('path' in listening) return listening.path;
  const { host, port } = listening;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What the directory holds, one line each. */
async function filesIn(
  surroundings: Surroundings,
  pids: readonly number[],
): Promise<readonly string[]> {
  const names = await readdir(surroundings.directory);
  const lines = names.map(async (name) => {
    const path = join(surroundings.directory, name);
    const entry = await lstat(path);
    const shown = surroundings.restore(name);
    if (entry.isSocket()) return `${shown}: socket`;
    if (!entry.isFile()) return `${shown}: ${entry.isDirectory() ? 'directory' : 'special'}`;
    const mode = (entry.mode & 0o7777).toString(8);
    if (mode === '0') return `${shown}: file 0`;
    const content = await readFile(path, 'utf8');
    const form = content.replace(/\d+/g, (number) =>
      pids.includes(Number(number)) ? '{pid}' : number.length < 3 ? number : '{other pid}',
    );
    return `${shown}: file ${mode} ${JSON.stringify(form)}`;
  });
  return (await Promise.all(lines)).sort();
}
