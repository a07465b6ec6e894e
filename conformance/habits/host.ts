/**
 * A person's machine, for one test: commands on PATH, a home, a place for keys and sockets.
 *
 * The program under test is started from here as people start it: by its name or its path, through
 * a shell or as systemd does, and never as `node some/file.js`.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { within } from '../subjects/deadline.ts';
import type { Exit } from '../subjects/program.ts';
import { SCOPE_MARK, type Scope } from '../subjects/scope.ts';
import type { Command, Subject } from '../subjects/subject.ts';

/** What a started line can be given beside its words. */
export interface Setting {
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard input is a pipe to write to; `/dev/null` where absent. */
  readonly input?: true;
}

export class Host {
  /** The home directory, and where lines are run. Short, for UNIX sockets' sake. */
  readonly home: string;
  /** Holds `spiped` and `spipe`, and is the first on PATH. */
  readonly bin: string;
  /** A key file in the home directory. */
  readonly key: string;
  readonly #scope: Scope;

  private constructor(scope: Scope) {
    this.#scope = scope;
    this.home = scope.directory;
    this.bin = join(scope.directory, 'bin');
    this.key = join(scope.directory, 'keyfile');
  }

  /** A machine on which this implementation is installed, with a new key. */
  static async make(scope: Scope, subject: Subject): Promise<Host> {
    const host = new Host(scope);
    await mkdir(host.bin);
    await install(subject.spiped, join(host.bin, 'spiped'));
    await install(subject.spipe, join(host.bin, 'spipe'));
    await writeFile(host.key, randomBytes(32), { mode: 0o600 });
    return host;
  }

  /** Types a line into a shell. */
  shell(line: string, setting: Setting = {}): Started {
    return this.start(['/bin/sh', '-c', line], setting);
  }

  /**
   * Does what systemd does with an `ExecStart=`: no shell, the root directory, a bare environment.
   * `/usr/bin/spiped` in it is the program under test.
   */
  unit(execStart: string): Started {
    const [program = '', ...args] = unitWords(execStart);
    const path = program.replace(/^\/usr\/bin(?=\/)/, this.bin);
    return this.start([path, ...args], { directory: '/' });
  }

  /** Starts a program with these words. It ends with the scope at the latest. */
  start([file, ...args]: Command, setting: Setting = {}): Started {
    const child = spawn(file, args, {
      cwd: setting.directory ?? this.home,
      stdio: [setting.input === true ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      env: {
        // Commands are scripts that begin with a shell, which starts `node`.
        PATH: `${this.bin}:${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
        HOME: this.home,
        LANG: 'C.UTF-8',
        [SCOPE_MARK]: this.#scope.mark,
        ...setting.environment,
      },
    });
    return new Started(this.#scope, [file, ...args].join(' '), child);
  }
}

/** A line that was started. */
export class Started {
  readonly child: ChildProcess;
  /** Settles when the process that was started has ended; a daemon that it left may go on. */
  readonly exited: Promise<Exit>;
  readonly #line: string;
  #exit: Exit | undefined;
  #errors = '';

  constructor(scope: Scope, line: string, child: ChildProcess) {
    this.#line = line;
    this.child = child;
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
    // Whoever waits for the end sees the failure; where nobody does, it shows in what is missing.
    this.exited.catch(() => {});
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    scope.onClose(async () => {
      await this.kill('SIGKILL');
      for (const stream of child.stdio) stream?.destroy();
    });
    scope.onAccount(() => this.account());
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`could not be started: ${this.#line}`);
    return this.child.pid;
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  /** Waits until standard error holds this text. */
  async says(text: string): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      const look = () => {
        if (!this.#errors.includes(text)) return;
        this.child.stderr?.off('data', look);
        resolve();
      };
      this.child.stderr?.on('data', look);
      look();
    });
    await within(`this says ${JSON.stringify(text)}: ${this.#line}`, heard);
  }

  /** Waits for the end of the process that was started. */
  async ended(): Promise<Exit> {
    return await within(`this ends: ${this.#line}`, this.exited);
  }

  /** Sends a signal to the process that was started, and waits for its end. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    if (this.running) this.child.kill(signal);
    return await this.ended();
  }

  /** One paragraph for the message of a failed test. */
  account(): string {
    const end = this.#exit === undefined ? 'running' : (this.#exit.code ?? this.#exit.signal);
    return `${this.#line}\n(${end})\n${this.#errors.replace(/^/gm, '  | ')}`;
  }
}

/** The words of an `ExecStart=`: split at blanks, kept together by quotes. See systemd.service(5). */
export function unitWords(execStart: string): readonly string[] {
  const words = execStart.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g);
  return [...words].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

/** A command of the subject under its name: the script itself where it is run by Node. */
async function install(command: Command, name: string): Promise<void> {
  await symlink(command.at(-1) ?? '', name);
}
