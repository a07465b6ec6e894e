/**
 * Starting a daemon that is to be attacked: any timeout, any limit, inside a wrapper such as
 * `prlimit`; and what it looked like before the attack.
 *
 * The daemons of the interop matrix are started by subjects/spiped.ts, which is the simpler one.
 */

import { type Address, newAddress } from '../subjects/addresses.ts';
import { WAIT_LIMIT } from '../subjects/deadline.ts';
import { isListening } from '../subjects/processes.ts';
import { type Exit, Program } from '../subjects/program.ts';
import type { Scope } from '../subjects/scope.ts';
import type { Command, Subject } from '../subjects/subject.ts';
import { descriptors, isIdle, sockets, watch } from './vitals.ts';

export interface DaemonSettings {
  readonly role: '-e' | '-d';
  readonly target: Address;
  /** Path of the key file. */
  readonly key: string;
  /** `-o`, in seconds; a minute where not said, so that nothing depends on the machine's speed. */
  readonly patience?: number;
  /** `-n`; no limit where not said. */
  readonly limit?: number;
  /** Further arguments. */
  readonly more?: readonly string[];
  /** A program that replaces itself by the daemon: `prlimit …`, `unshare …`. */
  readonly inside?: readonly string[];
}

/** A daemon that listens. */
export class Daemon {
  readonly program: Program;
  readonly source: Address;
  readonly role: '-e' | '-d';
  #idleDescriptors = 0;
  #idleSockets = 0;

  private constructor(program: Program, source: Address, role: '-e' | '-d') {
    this.program = program;
    this.source = source;
    this.role = role;
  }

  /** Starts it in the foreground and waits until it listens. */
  static async start(scope: Scope, subject: Subject, settings: DaemonSettings): Promise<Daemon> {
    const { role, target, key, patience = 60, limit = 0, more = [], inside = [] } = settings;
    const [first = subject.spiped[0], ...others] = [...inside, ...subject.spiped];
    const command: Command = [first, ...others];
    for (let attempt = 1; ; attempt += 1) {
      const source = await newAddress('ipv4', scope.directory);
      const program = new Program(scope, `${subject.name} spiped ${role}`, command, [
        ...['-F', role, '-s', source.text, '-t', target.text, '-k', key],
        ...['-o', String(patience), '-n', String(limit), ...more],
      ]);
      program.stdin.end();
      program.stdout.resume();
      const listening = await watch(
        async () => !program.running || (await isListening(program.pid, source)),
        (over) => over,
      );
      if (listening && program.running) return new Daemon(program, source, role);
      // Somebody else may have taken the port since it was picked.
      const taken = /address already in use|EADDRINUSE/i.test(program.complaints);
      if (!taken || attempt === PORT_ATTEMPTS) {
        throw new Error(`no daemon on ${source.text} after ${WAIT_LIMIT} ms: ${program.account()}`);
      }
    }
  }

  get pid(): number {
    return this.program.pid;
  }

  /** Waits until it does nothing, and remembers what it has open then. */
  async noteIdle(): Promise<void> {
    await watch(
      () => isIdle(this.pid),
      (idle) => idle,
    );
    this.#idleDescriptors = await descriptors(this.pid);
    this.#idleSockets = await sockets(this.pid);
  }

  /** How many descriptors it has beyond those it had when it was idle. */
  async extraDescriptors(): Promise<number> {
    return (await descriptors(this.pid)) - this.#idleDescriptors;
  }

  /** As {@link extraDescriptors}, sockets only: two for each open connection. */
  async extraSockets(): Promise<number> {
    return (await sockets(this.pid)) - this.#idleSockets;
  }

  /** Waits until it has no more open than when it was idle; returns how many more are left. */
  async settle(): Promise<number> {
    const extra = await watch(
      () => this.extraDescriptors(),
      (seen) => seen <= 0,
    );
    // Fewer than when it was idle: something of its own, such as a log, was just being closed then.
    return Math.max(0, extra);
  }

  /** Asks it to end, and waits: it ends at once exactly when it knows of no open connection. */
  async end(): Promise<Exit> {
    return await this.program.kill('SIGTERM');
  }
}

const PORT_ATTEMPTS = 10;
