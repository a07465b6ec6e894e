/**
 * One worker as the daemon sees it: a process, the connections that it was given, and its end.
 *
 * It runs the same program with the same command line, and finds a mark in its environment. The
 * program reaches it on standard input, and Node by the system's name for what runs here: a worker
 * that takes the place of a lost one is started by the user of `-u`, to whom the folders of both
 * may be closed. How many there are, who gets which connection and what follows an end is `workers.ts`; what happens
 * inside is `workers-main.ts`.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import type { Target } from '../io/target.ts';
import { messageOf } from '../protocol/thrown.ts';
import type { Logger } from './log.ts';
import type { LogFields } from './log-format.ts';
import type { ResolvedNames } from './names.ts';
import { WORKER_MARK } from './workers-mark.ts';
import type { OrderToWorker, ReportFromWorker } from './workers-messages.ts';
import { leaveRemovedDirectory } from './working-directory.ts';

/** What runs here, on Linux, however its path is closed to us (proc(5)). */
const NODE = process.platform === 'linux' ? '/proc/self/exe' : process.execPath;

/** The descriptor from which a worker reads K; the one after it is Node's channel. */
const KEY_DESCRIPTOR = 3;

/** How a worker ended, or why it never began. */
export interface WorkerEnd {
  /** `SIGKILL`, `exit status 1`, `spawn EAGAIN`. */
  readonly reason: string;
  /** Absent when there never was a process. */
  readonly pid?: number;
  /** How many of its connections ended with it. */
  readonly connections: number;
  /** Connections that had not reached it. Nothing was read from them or written to them. */
  readonly unserved: readonly Passed[];
}

/** A connection to be served. */
export interface Passed {
  readonly socket: Socket;
  readonly ended: () => void;
}

/** What a worker is given. */
export interface WorkerProcessOptions {
  readonly names: ResolvedNames;
  /** What it runs: a module of JavaScript. */
  readonly program: Uint8Array;
  /** K, 32 bytes. It is read until the worker has it, and not written to. */
  readonly secret: Uint8Array;
  readonly target: Target;
  readonly logger: Logger;
  /** It serves. */
  ready(): void;
  /** It is gone. Called once, and before the `ended` of the connections that it had. */
  gone(end: WorkerEnd): void;
}

/** A worker. */
export interface WorkerProcess {
  /** Let it take the identity of `-u`, and make ready. Once. */
  start(): void;
  /** How many connections it has. */
  readonly open: number;
  /** Let it serve this connection; `ended` is called once, when that is over. */
  serve(socket: Socket, ended: () => void): void;
  /** Let it give up its connections. Returns how many there were. */
  cancelAll(): number;
  /** Let it end: it has no connections. */
  finish(): void;
  /** End it now. */
  kill(): void;
}

/** Start a worker. What goes wrong, also with the start, is an end. */
export function startWorkerProcess(options: WorkerProcessOptions): WorkerProcess {
  return new RunningWorker(options);
}

class RunningWorker implements WorkerProcess {
  private readonly options: WorkerProcessOptions;
  private readonly child: ChildProcess | undefined;
  private readonly connections = new Map<number, Passed>();
  /** Those of them that are still on their way. */
  private readonly onTheWay = new Set<number>();
  private passed = 0;
  private endpoints: Target['endpoints'] = [];
  private over = false;

  constructor(options: WorkerProcessOptions) {
    this.options = options;
    try {
      this.child = this.spawn();
    } catch (error) {
      setImmediate(() => this.end(messageOf(error)));
    }
  }

  get open(): number {
    return this.connections.size;
  }

  start(): void {
    const { names, target } = this.options;
    this.endpoints = target.endpoints;
    this.tell({ kind: 'start', names: { ...names, target: this.endpoints } });
  }

  serve(socket: Socket, ended: () => void): void {
    const { target } = this.options;
    if (target.endpoints !== this.endpoints) {
      this.endpoints = target.endpoints;
      this.tell({ kind: 'target', endpoints: this.endpoints });
    }
    this.passed += 1;
    const number = this.passed;
    this.connections.set(number, { socket, ended });
    this.onTheWay.add(number);
    let sent = true;
    const order: OrderToWorker = { kind: 'serve', number };
    // Kept open here: Node would leak it if the worker died before it had it.
    this.child?.send(order, socket, KEEP_OPEN, (error) => {
      sent = !error;
    });
    // Node sends nothing after a socket before that has arrived, or was lost.
    this.tell({ kind: 'served', number }, () => {
      if (!sent) return;
      this.onTheWay.delete(number);
      socket.destroy();
    });
  }

  cancelAll(): number {
    this.tell({ kind: 'cancel' });
    return this.open;
  }

  finish(): void {
    this.tell({ kind: 'finish' });
  }

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
      env: { ...env, [WORKER_MARK]: String(KEY_DESCRIPTOR) },
    });
    child.once('error', (error) => this.end(messageOf(error)));
    // Not `exit`: what it reported before is heard first.
    child.once('close', (code, signal) => this.end(signal ?? `exit status ${code}`));
    if (child.pid === undefined) return child;
    child.on('message', (report: ReportFromWorker) => this.hear(report));
    give(child.stdin, this.options.program);
    give(child.stdio[KEY_DESCRIPTOR], this.options.secret);
    return child;
  }

  private hear(report: ReportFromWorker): void {
    const { logger, ready } = this.options;
    switch (report.kind) {
      case 'ready':
        ready();
        break;
      case 'ended':
        this.connectionEnded(report.number);
        break;
      case 'missed': {
        // Nothing but a want of descriptors keeps a socket from arriving (unix(7), SCM_RIGHTS).
        const fields: LogFields = { code: 'EMFILE' };
        const message = `could not accept a connection: EMFILE (worker ${this.child?.pid})`;
        logger.log('error', 'accept-failed', message, fields);
        this.connectionEnded(report.number);
        break;
      }
      case 'log':
        logger.log(report.level, report.event, report.message, report.fields);
        break;
    }
  }

  private connectionEnded(number: number): void {
    const connection = this.connections.get(number);
    this.connections.delete(number);
    this.onTheWay.delete(number);
    connection?.ended();
  }

  private end(reason: string): void {
    if (this.over) return;
    this.over = true;
    const all = [...this.connections];
    this.connections.clear();
    const unserved = all.filter(([number]) => this.onTheWay.has(number)).map(([, one]) => one);
    const pid = this.child?.pid;
    const who = pid === undefined ? {} : { pid };
    const connections = all.length - unserved.length;
    this.options.gone({ reason, ...who, connections, unserved });
    for (const [number, { ended }] of all) if (!this.onTheWay.has(number)) ended();
  }

  private tell(order: OrderToWorker, sent: () => void = ignore): void {
    if (this.child !== undefined) this.send(this.child, order, sent);
  }

  /** An order that does not arrive is that of a worker whose end is about to be told. */
  private send(child: ChildProcess, order: OrderToWorker, sent: () => void = ignore): void {
    if (child.connected) child.send(order, sent);
  }
}

/** Write all of it. Then it is destroyed, because the `close` of a child waits for it. */
function give(stream: unknown, bytes: Uint8Array): void {
  if (!(stream instanceof Writable)) return;
  stream.on('error', ignore);
  stream.end(bytes, () => stream.destroy());
}

const KEEP_OPEN = { keepOpen: true } as const;

function ignore(): void {}
