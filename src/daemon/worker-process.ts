/**
 * One worker as the daemon sees it: a process, the connections that it was given, and its end.
 *
 * It runs the same program with the same command line, and finds a mark in its environment. The
 * program reaches it on standard input, and Node by the system's name for what runs here: a worker
 * that takes the place of a lost one is started by the user of `-u`, to whom the folders of both
 * may be closed. How many there are, who gets which connection and what follows an end is
 * `dispatcher.ts`; what happens inside is `worker.ts`.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import type { Target } from '../io/target.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { PoolOptions } from './pool.ts';
import { START_MARKS } from './start-mark.ts';
import type { MessageFromWorker, MessageToWorker } from './worker-messages.ts';
import { leaveRemovedDirectory } from './working-directory.ts';

/** What runs here, on Linux, however its path is closed to us (proc(5)). */
const NODE = process.platform === 'linux' ? '/proc/self/exe' : process.execPath;

/** The descriptor from which a worker reads K; the one after it is Node's channel. */
const KEY_DESCRIPTOR = 3;

/** How a worker ended, or why it never began. */
export interface WorkerEnd {
  /** `SIGKILL`, `exit status 1`, `spawn EAGAIN`. */
  readonly reason: string;
  /** Undefined when there never was a process. */
  readonly pid: number | undefined;
  /** How many of its connections ended with it. */
  readonly connections: number;
  /** Connections that had not reached it. Nothing was read from them or written to them. */
  readonly unserved: readonly AcceptedConnection[];
}

/** A connection to be served. */
export interface AcceptedConnection {
  readonly socket: Socket;
  readonly ended: () => void;
}

/** What a worker is given. K is read until the worker has it, and not written to. */
export interface WorkerOptions extends Pick<PoolOptions, 'names' | 'secret' | 'target' | 'logger'> {
  /** What it runs: a module of JavaScript. */
  readonly program: Uint8Array;
  /** It serves. */
  ready(): void;
  /** It is gone. Called once, and before the `ended` of the connections that it had. */
  gone(end: WorkerEnd): void;
}

/** A worker. What goes wrong, also with its start, is an end. */
export class WorkerProcess {
  /** Whether it serves. */
  ready = false;
  private readonly options: WorkerOptions;
  private readonly child: ChildProcess | undefined;
  private readonly connections = new Map<number, AcceptedConnection>();
  /** Those of them that have not reached it. */
  private readonly inFlight = new Set<number>();
  private lastNumber = 0;
  private endpoints: Target['endpoints'] = [];
  private over = false;

  constructor(options: WorkerOptions) {
    this.options = options;
    try {
      this.child = this.spawn();
    } catch (error) {
      setImmediate(() => this.end(messageOf(error)));
    }
  }

  /** How many connections it has. */
  get open(): number {
    return this.connections.size;
  }

  /** Let it take the identity of `-u`, and make ready. Once. */
  start(): void {
    const { names, target } = this.options;
    this.endpoints = target.endpoints;
    this.send({ kind: 'start', names: { ...names, target: this.endpoints } });
  }

  /** Let it serve this connection, whose `ended` is called once, when that is over. */
  serve(connection: AcceptedConnection): void {
    const { target } = this.options;
    const { socket } = connection;
    if (target.endpoints !== this.endpoints) {
      this.endpoints = target.endpoints;
      this.send({ kind: 'target', endpoints: this.endpoints });
    }
    this.lastNumber += 1;
    const number = this.lastNumber;
    this.connections.set(number, connection);
    this.inFlight.add(number);
    let sent = true;
    const message: MessageToWorker = { kind: 'serve', number };
    // Kept open here: Node would leak it if the worker died before it had it.
    this.child?.send(message, socket, { keepOpen: true }, (error) => {
      sent = !error;
    });
    // Node sends nothing after a socket before that has arrived, or was lost.
    this.send({ kind: 'served', number }, () => {
      if (!sent) return;
      this.inFlight.delete(number);
      socket.destroy();
    });
  }

  /** Let it give up its connections. Returns how many there were. */
  cancelAll(): number {
    this.send({ kind: 'cancel' });
    return this.open;
  }

  /** Let it end: it has no connections. */
  finish(): void {
    this.send({ kind: 'finish' });
  }

  /** End it now. */
  kill(): void {
    this.child?.kill('SIGKILL');
  }

  private spawn(): ChildProcess {
    leaveRemovedDirectory();
    // Of `argv`, the first two are Node and the program.
    const { execPath, execArgv, argv, env } = process;
    const args = [...execArgv, '--input-type=module', '-', ...argv.slice(2)];
    const child = spawn(NODE, args, {
      argv0: execPath,
      // Standard error, for what Node itself has to say when it cannot go on.
      stdio: ['pipe', 'ignore', 'inherit', 'pipe', 'ipc'],
      env: { ...env, [START_MARKS.worker]: String(KEY_DESCRIPTOR) },
    });
    child.once('error', (error) => this.end(messageOf(error)));
    // Not `exit`: what it reported before is heard first.
    child.once('close', (code, signal) => this.end(signal ?? `exit status ${code}`));
    if (child.pid === undefined) return child;
    child.on('message', (message: MessageFromWorker) => this.receive(message));
    give(child.stdin, this.options.program);
    give(child.stdio[KEY_DESCRIPTOR], this.options.secret);
    return child;
  }

  private receive(message: MessageFromWorker): void {
    const { logger, ready } = this.options;
    switch (message.kind) {
      case 'ready':
        this.ready = true;
        ready();
        break;
      case 'ended':
        this.connectionEnded(message.number);
        break;
      case 'missed': {
        // Nothing but a want of descriptors keeps a socket from arriving (unix(7), SCM_RIGHTS).
        const text = `could not accept a connection: EMFILE (worker ${this.child?.pid})`;
        logger.log('error', 'accept-failed', text, { code: 'EMFILE' });
        this.connectionEnded(message.number);
        break;
      }
      case 'log':
        logger.log(message.level, message.event, message.message, message.fields);
        break;
    }
  }

  private connectionEnded(number: number): void {
    const connection = this.connections.get(number);
    this.connections.delete(number);
    this.inFlight.delete(number);
    connection?.ended();
  }

  private end(reason: string): void {
    if (this.over) return;
    this.over = true;
    const all = [...this.connections];
    this.connections.clear();
    const unserved = all.filter(([number]) => this.inFlight.has(number)).map(([, one]) => one);
    const connections = all.length - unserved.length;
    this.options.gone({ reason, pid: this.child?.pid, connections, unserved });
    for (const [number, { ended }] of all) if (!this.inFlight.has(number)) ended();
  }

  /** What does not arrive was for a worker whose end is about to be told. */
  private send(message: MessageToWorker, sent: () => void = ignore): void {
    if (this.child?.connected) this.child.send(message, sent);
  }
}

/** Write all of it. It is closed when the worker has read it, or has ended, whichever is first. */
function give(stream: unknown, bytes: Uint8Array): void {
  if (!(stream instanceof Writable)) return;
  stream.on('error', ignore);
  stream.end(bytes);
}

function ignore(): void {}
