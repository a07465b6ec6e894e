/**
 * What a situation is set up with: the two programs at their ends, key files, plain clients, plain
 * targets, and a wire between the ends that can be harmed. Everything ends with the scope.
 */

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Receiver } from '../interop/receiver.ts';
import { type Behaviour, Target } from '../interop/targets.ts';
import type { Address, Spelling } from '../subjects/addresses.ts';
import { within } from '../subjects/deadline.ts';
import { Program } from '../subjects/program.ts';
import type { Scope } from '../subjects/scope.ts';
import type { Subject } from '../subjects/subject.ts';
import { Daemon, type DaemonSettings } from '../survival/daemon.ts';
import { type Harm, startWire } from './wire.ts';

/** A program under test, at one of the ends. */
export interface End {
  /** `-e`, `-d`, `spipe`; with a word before it where there are two. */
  readonly name: string;
  readonly subject: Subject;
  readonly program: Program;
}

/** A connection of a program that knows nothing of spiped. */
export interface Client {
  readonly socket: Socket;
  readonly received: Receiver;
}

type Settings = Partial<Omit<DaemonSettings, 'role' | 'target'>> & {
  /** What this end is called; its role where not said. */
  readonly name?: string;
};

export class Stage {
  readonly scope: Scope;
  readonly ends: End[] = [];
  /** The key file of both ends, where a situation says nothing else. */
  readonly key: string;
  readonly #subjects: Readonly<Record<'client' | 'server', Subject>>;

  constructor(scope: Scope, subjects: Readonly<Record<'client' | 'server', Subject>>) {
    this.scope = scope;
    this.#subjects = subjects;
    this.key = this.keyFile('key', randomBytes(32));
  }

  /** A key file of the scope. */
  keyFile(name: string, content: Uint8Array): string {
    const path = join(this.scope.directory, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  /** Starts a daemon, which then listens. */
  async daemon(role: '-e' | '-d', target: Address, settings: Settings = {}): Promise<Daemon> {
    const { name = role, key = this.key, ...others } = settings;
    const subject = this.#subjects[role === '-e' ? 'client' : 'server'];
    const daemon = await Daemon.start(this.scope, subject, { role, target, key, ...others });
    this.ends.push({ name, subject, program: daemon.program });
    return daemon;
  }

  /** Runs spiped with these arguments, and waits for its end: it is not going to listen. */
  async refused(role: '-e' | '-d', args: readonly string[]): Promise<void> {
    const subject = this.#subjects[role === '-e' ? 'client' : 'server'];
    const program = new Program(this.scope, `${subject.name} spiped`, subject.spiped, [
      ...['-F', role, ...args],
    ]);
    program.stdin.end();
    program.stdout.resume();
    this.ends.push({ name: role, subject, program });
    const { code } = await within('a start that is refused ends', program.exited);
    if (code !== 1) throw new Error(`expected exit status 1: ${program.account()}`);
  }

  /** Runs spipe to its end; its standard input stays open until then. */
  async spipe(target: Address, more: readonly string[] = []): Promise<void> {
    const subject = this.#subjects.client;
    const program = new Program(this.scope, `${subject.name} spipe`, subject.spipe, [
      ...['-t', target.text, '-k', this.key, ...more],
    ]);
    program.stdout.resume();
    this.ends.push({ name: 'spipe', subject, program });
    await within('spipe ends', program.exited);
  }

  /** A plain target. */
  async target(behaviour: Behaviour, where: Spelling | Address = 'ipv4'): Promise<Target> {
    return await Target.start(this.scope, behaviour, where);
  }

  /** A plain client that has connected, and says this. */
  async client(to: Address, says: Uint8Array | string = ''): Promise<Client> {
    const socket = connect({ ...to.net, allowHalfOpen: true });
    this.scope.onClose(() => socket.destroy());
    const received = new Receiver('the client', socket);
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.on('error', () => {});
    if (says.length > 0) socket.write(says);
    return { socket, received };
  }

  /** A wire to this address; what happens on it is decided by `harm`. */
  async wire(to: Address, harm: Harm): Promise<Address> {
    return await startWire(this.scope, to, harm);
  }
}
