/**
 * Gives one vector to one program, and sees what happens.
 *
 * A program that stays is asked by a connection whether it serves; then it is ended. Whatever it
 * has left running is found by the mark in its environment, however far it detached.
 */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { within } from '../subjects/deadline.ts';
import { SCOPE_MARK, type Scope } from '../subjects/scope.ts';
import type { Command, Subject } from '../subjects/subject.ts';
import type { Left, Observation, Serving } from './observation.ts';
import { factsOf, hasEnded, type Listening, listeningOf, processesWith } from './processes.ts';
import { feedFifo, Surroundings, until } from './surroundings.ts';
import type { Vector } from './vector.ts';

/** How often to try again when somebody else took the port that was chosen. */
const ATTEMPTS = 5;

/** Marks the processes of one run, in their environment. */
const RUN_MARK = 'SPIPED_COMPAT_RUN';

/** What the subject does with the vector, in a place of its own within the scope. */
export async function observe(
  scope: Scope,
  subject: Subject,
  vector: Vector,
): Promise<Observation> {
  for (let attempt = 1; ; attempt += 1) {
    const observation = await new Run(scope, subject, vector).observe();
    const portLost = /address already in use/i.test(observation.stderr);
    if (!portLost || vector.obstacles !== undefined || attempt === ATTEMPTS) return observation;
  }
}

/** One run of one program. */
class Run {
  readonly #scope: Scope;
  readonly #subject: Subject;
  readonly #vector: Vector;
  readonly #id: string = randomUUID();
  readonly #directory: string;
  /** How the program ended; undefined while it runs. */
  #outcome: string | undefined;

  constructor(scope: Scope, subject: Subject, vector: Vector) {
    this.#scope = scope;
    this.#subject = subject;
    this.#vector = vector;
    this.#directory = mkdtempSync(join(scope.directory, 'run-'));
  }

  async observe(): Promise<Observation> {
    const place = join(this.#directory, 'w');
    const surroundings = await Surroundings.make(this.#scope, place, this.#vector);
    const { pid, ended } = await this.#start(surroundings);
    const gone = () => this.#outcome !== undefined;
    if (this.#vector.obstacles?.includes('fifo')) {
      void feedFifo(surroundings.directory, () => this.#outcome !== undefined);
    }

    // Without -F what listens is the daemon, also while it has not left its parent yet.
    const stays = this.#vector.args.some((word) => /^-[A-Za-z]*F/.test(word));
    const foreground = stays ? await this.#serving(pid, surroundings, gone) : undefined;
    const outcome =
      foreground === undefined ? await within(`${this.#title} ends`, ended) : 'serves';
    const left = await this.#left(pid, surroundings);
    const afterSignal = await this.#signal(surroundings, foreground && pid, left, ended);
    const pids = left.map((each) => each.pid);
    const files = filesIn(surroundings, [pid, ...pids]);
    kill([...pids, ...(gone() ? [] : [pid])]);
    await ended;
    surroundings.disconnect();
    return {
      outcome,
      foreground,
      left: left.map(({ facts }) => facts),
      afterSignal,
      files,
      stdout: surroundings.restore(this.#text('stdout')),
      stderr: surroundings.restore(this.#text('stderr')),
    };
  }

  get #title(): string {
    return `${this.#subject.name} ${this.#vector.program}, vector ${this.#vector.id},`;
  }

  async #start(surroundings: Surroundings): Promise<{ pid: number; ended: Promise<string> }> {
    const command = powers(this.#subject[this.#vector.program], this.#vector);
    const [file, ...before] = command;
    const args = this.#vector.args.map((word) => surroundings.fill(word));
    const streams: number[] = [];
    try {
      for (const name of ['stdin', 'stdout', 'stderr']) {
        const path = join(this.#directory, name);
        if (name === 'stdin') writeFileSync(path, this.#vector.stdin ?? '');
        streams.push(openSync(path, name === 'stdin' ? 'r' : 'a'));
      }
      const child = spawn(file, [...before, ...args], {
        cwd: surroundings.directory,
        stdio: streams,
        env: { ...process.env, LC_ALL: 'C', [SCOPE_MARK]: this.#scope.mark, [RUN_MARK]: this.#id },
      });
      const ended = new Promise<string>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code, signal) => {
          this.#outcome = signal ?? `exit ${code}`;
          resolve(this.#outcome);
        });
      });
      if (child.pid === undefined) await ended;
      this.#scope.onClose(() => kill(this.#running()));
      return { pid: child.pid ?? 0, ended };
    } finally {
      for (const descriptor of streams) closeSync(descriptor);
    }
  }

  /** Who belongs to this run and has not ended. */
  #running(): readonly number[] {
    return processesWith(`${RUN_MARK}=${this.#id}`);
  }

  /** Who was left running, each once it serves; without those that end before they do. */
  async #left(
    self: number,
    surroundings: Surroundings,
  ): Promise<readonly { readonly pid: number; readonly facts: Left }[]> {
    const others = this.#running().filter((pid) => pid !== self);
    const atOnce = others.map((pid) => listeningOf(pid).length > 0);
    const left: { pid: number; facts: Left }[] = [];
    for (const [n, pid] of others.entries()) {
      const gone = () => hasEnded(pid);
      const waits = this.#vector.mayNeverListen === true && !isHelper(pid);
      if (waits) await this.#untilItSays(pid, gone);
      const facts =
        waits || isHelper(pid)
          ? await this.#look(pid, surroundings, gone)
          : await this.#serving(pid, surroundings, gone);
      const listenedAtOnce = atOnce[n] === true;
      if (facts !== undefined) left.push({ pid, facts: { ...facts, listenedAtOnce } });
    }
    return left;
  }

  /** Why it waits comes after its parent has returned, and after a look-up. */
  async #untilItSays(pid: number, gone: () => boolean): Promise<void> {
    const settled = () =>
      gone() || listeningOf(pid).length > 0 || this.#text('stderr').endsWith('\n');
    await within(`what ${this.#title} started says why it waits`, until(settled));
  }

  /** The facts of a process, once it serves; undefined where it ends before it does. */
  async #serving(
    pid: number,
    surroundings: Surroundings,
    gone: () => boolean,
  ): Promise<Serving | undefined> {
    const settled = () => gone() || listeningOf(pid).length > 0;
    await within(`what ${this.#title} started listens or ends`, until(settled));
    const seen = await this.#look(pid, surroundings, gone);
    if (seen === undefined || (seen.listens.length > 0 && seen.reachesTarget !== false))
      return seen;
    // It listened, but does not serve: it is about to end, for want of a right or a user.
    await within(`what ${this.#title} started ends, as it does not serve`, until(gone));
    return undefined;
  }

  /** The facts of a process as it is now; undefined where it has ended. */
  async #look(
    pid: number,
    surroundings: Surroundings,
    gone: () => boolean,
  ): Promise<Serving | undefined> {
    const listening = listeningOf(pid);
    const [first] = listening;
    const reachesTarget = first && (await surroundings.reachesTarget(first, gone));
    if (gone()) return undefined;
    const facts = factsOf(pid);
    if (facts === undefined) return undefined;
    const own = `${this.#directory}/`;
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

  #text(stream: 'stdout' | 'stderr'): string {
    return readFileSync(join(this.#directory, stream), 'utf8');
  }
}

function kill(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
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
function filesIn(surroundings: Surroundings, pids: readonly number[]): readonly string[] {
  const lines = readdirSync(surroundings.directory).map((name) => {
    const path = join(surroundings.directory, name);
    const entry = lstatSync(path);
    const shown = surroundings.restore(name);
    if (entry.isSocket()) return `${shown}: socket`;
    if (!entry.isFile()) return `${shown}: ${entry.isDirectory() ? 'directory' : 'special'}`;
    const mode = (entry.mode & 0o7777).toString(8);
    if (mode === '0') return `${shown}: file 0`;
    const form = readFileSync(path, 'utf8').replace(/\d+/g, (number) =>
      pids.includes(Number(number)) ? '{pid}' : '{other pid}',
    );
    return `${shown}: file ${mode} ${JSON.stringify(form)}`;
  });
  return lines.sort();
}
