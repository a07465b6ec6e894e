/**
 * The place in which one program gets one vector: a new directory, ports, a target, obstacles.
 *
 * The same kind of place is made for each program, so that neither sees the other's traces.
 */

import { chmodSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Behaviour, sink, Target } from '../interop/targets.ts';
import { newAddress, unixAddress } from '../subjects/addresses.ts';
import { within } from '../subjects/deadline.ts';
import type { Scope } from '../subjects/scope.ts';
import type { Listening } from './processes.ts';
import type { Obstacle, Vector } from './vector.ts';

/** A process id that no system gives: beyond the largest that Linux can be set to. */
const UNUSED_PID = '4194305';

/** The key of every vector that has one. Its length is no multiple of anything. */
const KEY = 'a key for comparing command lines\n';

const POLL_INTERVAL = 10;

export class Surroundings {
  /** The working directory. */
  readonly directory: string;
  readonly #target: Target | undefined;
  /** What placeholders stand for; those that hold others first. */
  readonly #values: ReadonlyMap<string, string>;
  readonly #connections: Socket[] = [];

  private constructor(
    directory: string,
    target: Target | undefined,
    values: ReadonlyMap<string, string>,
  ) {
    this.directory = directory;
    this.#target = target;
    this.#values = values;
  }

  /**
   * Makes the place of a vector in this directory, which is new; everything in it ends with the
   * scope. Only what the vector names is made.
   */
  static async make(scope: Scope, directory: string, vector: Vector): Promise<Surroundings> {
    const obstacles = new Set<Obstacle>(vector.obstacles);
    const text = vector.args.join(' ');
    furnish(directory);
    const values = new Map([['dir', directory]]);
    if (/\{(source|port)\}/.test(text)) {
      const port = await freePort(directory);
      values.set('source', `[127.0.0.1]:${port}`).set('port', port);
    }
    let target: Target | undefined;
    if (/\{t(arget|port)\}/.test(text)) {
      target = await targetFor(scope, obstacles);
      const port = target === undefined ? await freePort(directory) : portIn(target);
      values.set('target', `[127.0.0.1]:${port}`).set('tport', port);
    }
    for (const obstacle of obstacles) await put(obstacle, scope, directory, values);
    const made = new Surroundings(directory, target, values);
    scope.onClose(() => made.disconnect());
    return made;
  }

  /** A word with its placeholders filled in. */
  fill(word: string): string {
    return word.replace(/\{(\w+)\}/g, (whole, name: string) => this.#values.get(name) ?? whole);
  }

  /** A text of the program with the placeholders put back. */
  restore(text: string): string {
    let restored = text;
    for (const [name, value] of this.#values) {
      const whole = /^\d+$/.test(value) ? new RegExp(`(?<!\\d)${value}(?!\\d)`, 'g') : value;
      restored = restored.replaceAll(whole, `{${name}}`);
    }
    return restored;
  }

  /**
   * Connects to where a process listens. True when that connection arrives at the target, false
   * when it is closed first, or when `gone` is true first. The connection stays open, so that
   * nobody has a reason to report its end. Undefined where the vector has no target.
   */
  async reachesTarget(listening: Listening, gone: () => boolean): Promise<boolean | undefined> {
    const target = this.#target;
    if (target === undefined) return undefined;
    const before = target.visits.length;
    const socket = connect('path' in listening ? listening : reachable(listening));
    this.#connections.push(socket);
    let decided = false;
    const closed = new Promise((resolve) => {
      // Why it closed does not matter.
      socket.on('error', () => {});
      socket.once('close', resolve);
    });
    try {
      return await within(
        'a connection arrives at the target, or is closed',
        Promise.race([
          target.visit(before + 1).then(() => true),
          closed.then(() => false),
          until(() => decided || gone()).then(() => false),
        ]),
      );
    } finally {
      decided = true;
    }
  }

  /** Ends the connections that were made to see who serves, at both ends. */
  disconnect(): void {
    for (const socket of this.#connections) socket.destroy();
    for (const { socket } of this.#target?.visits ?? []) socket.destroy();
  }
}

/** Waits until `condition` is true. No deadline of its own. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
}

/** Writes a key into the fifo as soon as somebody reads it; gives up when `ended` is true. */
export async function feedFifo(directory: string, ended: () => boolean): Promise<void> {
  // Opening fails until there is a reader: fifo(7).
  const flags = constants.O_WRONLY | constants.O_NONBLOCK;
  await until(async () => {
    if (ended()) return true;
    const pipe = await open(join(directory, 'fifo'), flags).catch(() => undefined);
    if (pipe === undefined) return false;
    await pipe.write(KEY);
    await pipe.close();
    return true;
  });
}

function furnish(directory: string): void {
  mkdirSync(join(directory, 'directory'), { recursive: true });
  writeFileSync(join(directory, 'key'), KEY, { mode: 0o600 });
  writeFileSync(join(directory, 'empty'), '', { mode: 0o600 });
  writeFileSync(join(directory, 'secret'), KEY);
  chmodSync(join(directory, 'secret'), 0);
}

/** Puts one obstacle in the way. What stands for the target is in `targetFor`. */
async function put(
  obstacle: Obstacle,
  scope: Scope,
  directory: string,
  values: Map<string, string>,
): Promise<void> {
  switch (obstacle) {
    case 'taken port': {
      const holder = await Target.start(scope, sink);
      values.set('taken', holder.address.text);
      return;
    }
    case 'live socket':
      await Target.start(scope, sink, unixAddress(join(directory, 'live')));
      return;
    case 'dead socket':
      return await leaveSocket(join(directory, 'dead'));
    case 'stale pid file':
      for (const name of ['pid', `${values.get('source')}.pid`]) {
        writeFileSync(join(directory, name), UNUSED_PID);
      }
      return;
    case 'fifo':
      await execa('mkfifo', [join(directory, 'fifo')]);
      return;
    case 'target refuses':
    case 'target hangs up':
      return;
  }
}

async function freePort(directory: string): Promise<string> {
  const { net } = await newAddress('ipv4', directory);
  return 'port' in net ? String(net.port) : '';
}

function portIn({ address }: Target): string {
  return 'port' in address.net ? String(address.net.port) : '';
}

async function targetFor(
  scope: Scope,
  obstacles: ReadonlySet<Obstacle>,
): Promise<Target | undefined> {
  if (obstacles.has('target refuses')) return undefined;
  return await Target.start(scope, obstacles.has('target hangs up') ? hangUp : sink);
}

const hangUp: Behaviour = ({ socket }) => {
  socket.end();
};

/** Leaves a UNIX socket as a crashed process does: a name that leads to nobody. */
async function leaveSocket(path: string): Promise<void> {
  // Node removes the name that it has bound when it closes; so it is bound by another process,
  // which ends without closing.
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await execa(process.execPath, ['-e', script], { reject: false });
}

/** Where a server that listens on all addresses can be reached. */
function reachable({ host, port }: { host: string; port: number }): { host: string; port: number } {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return { host: host === '::' ? '::1' : host, port };
}
