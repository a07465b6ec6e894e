/**
 * The connections of a spiped in several processes (`--workers`), so that they use several cores.
 *
 * The daemon accepts every connection and passes the socket on, unread, to the worker that has the
 * fewest. No byte of a connection goes through the daemon. It stays the only one that listens,
 * counts, obeys signals, looks names up and writes the log, and so everything around it is as
 * without workers. Decision 0021 has the reasons; one worker is `worker-process.ts`.
 */

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { chooseEngine, eraseSecrets } from '../crypto/index.ts';
import { counted, type EventLog } from '../eventlog/index.ts';
import { startEventLog } from './event-log.ts';
import { type HeapKeeper, keepHeapSmall } from './memory.ts';
import type { Pool, PoolOptions } from './pool.ts';
import { type AcceptedConnection, type WorkerEnd, WorkerProcess } from './worker-process.ts';

/** A worker that ends is not started anew before this time has passed since its own start. */
export const RESTART_MILLISECONDS = 1000;

/** What there is of one of the workers: when it is lost, another one takes its slot. */
interface Slot {
  worker?: WorkerProcess;
  restart?: NodeJS.Timeout;
}

/** Serves in so many processes, at least one. */
export class Dispatcher implements Pool {
  private readonly options: PoolOptions;
  private readonly heap: HeapKeeper = keepHeapSmall();
  private readonly slots: readonly Slot[];
  /** What every worker runs: this program. */
  private readonly program: Uint8Array;
  /** Connections for which there is no worker yet; none, as long as any worker is ready. */
  private waiting: AcceptedConnection[] = [];
  /** The slot that was chosen last. */
  private last = 0;
  private eventLog: EventLog | undefined;
  private phase: 'starting' | 'serving' | 'closing' = 'starting';
  /** Why one of the first workers did not start. */
  private failure: string | undefined;
  /** Told of every change of a slot. */
  private changed = (): void => {};

  constructor(workers: number, options: PoolOptions) {
    // Read now: later, the user of `-u` could not, or it would be another version's.
    this.program = readFileSync(process.argv[1] ?? '');
    // What every worker would refuse to start with is said once, and by the daemon.
    chooseEngine();
    this.options = options;
    this.slots = Array.from({ length: workers }, () => ({}));
  }

  launch(): void {
    for (const slot of this.slots) this.fill(slot);
  }

  async prepare(): Promise<void> {
    const { config, logger } = this.options;
    // Nothing is recorded here; but a directory that will not do is found out, and what there is
    // to say of it is said once.
    this.eventLog = startEventLog(config, logger);
    await new Promise<void>((resolve, reject) => {
      this.changed = () => {
        const { failure } = this;
        if (failure !== undefined) reject(new Error(`a worker process did not start: ${failure}`));
        else if (this.slots.every(({ worker }) => worker?.ready)) resolve();
      };
      for (const { worker } of this.slots) worker?.start();
      this.changed();
    });
    this.phase = 'serving';
    this.dispatchWaiting();
  }

  start(): void {}

  abandon(): void {
    this.phase = 'closing';
    for (const { worker } of this.slots) worker?.kill();
  }

  serve(socket: Socket, ended: () => void): void {
    this.dispatch({
      socket,
      ended: () => {
        this.heap.connectionEnded();
        ended();
      },
    });
  }

  cancelAll(): number {
    const waiting = this.waiting.splice(0);
    for (const { socket, ended } of waiting) {
      socket.destroy();
      ended();
    }
    const open = this.slots.map(({ worker }) => worker?.cancelAll() ?? 0);
    return open.reduce((sum, count) => sum + count, waiting.length);
  }

  async close(): Promise<void> {
    this.phase = 'closing';
    const ended = new Promise<void>((resolve) => {
      this.changed = () => {
        if (this.slots.every(({ worker }) => worker === undefined)) resolve();
      };
    });
    for (const { worker, restart } of this.slots) {
      clearTimeout(restart);
      worker?.finish();
    }
    this.changed();
    await ended;
    // A worker that had just been started was still being given it.
    eraseSecrets([this.options.secret]);
    await this.eventLog?.close();
  }

  private fill(slot: Slot): void {
    const since = performance.now();
    slot.worker = new WorkerProcess({
      ...this.options,
      program: this.program,
      ready: () => {
        this.dispatchWaiting();
        this.changed();
      },
      gone: (end) => {
        delete slot.worker;
        if (this.phase === 'serving') this.replace(slot, end, since);
        else this.failure ??= end.reason;
        for (const connection of end.unserved) this.dispatch(connection);
        this.changed();
      },
    });
    if (this.phase === 'serving') slot.worker.start();
  }

  /** Not in a tight loop: what ends it at once may go on for hours. */
  private replace(slot: Slot, { reason, pid, connections }: WorkerEnd, since: number): void {
    const delay = Math.max(0, since + RESTART_MILLISECONDS - performance.now());
    slot.restart = setTimeout(() => this.fill(slot), delay);
    const message =
      pid === undefined
        ? `a worker could not be started (${reason}); it is tried again every second`
        : `worker ${pid} ended unexpectedly (${reason}), and ${counted(connections, 'connection')} with it; another one takes its place`;
    this.options.logger.log('warn', 'worker-lost', message, {
      ...(pid === undefined ? {} : { pid }),
      reason,
      connections,
    });
  }

  private dispatch(connection: AcceptedConnection): void {
    // What arrives before the start is complete is shared among all of them then.
    const workers = this.phase === 'starting' ? [] : this.slots.map(({ worker }) => worker);
    const chosen = leastBusy(workers, this.last);
    if (chosen === undefined) this.waiting.push(connection);
    else {
      this.last = chosen;
      workers[chosen]?.serve(connection);
    }
  }

  private dispatchWaiting(): void {
    for (const connection of this.waiting.splice(0)) this.dispatch(connection);
  }
}

/**
 * Which of these workers, by its index, is to have the next connection: one that is ready and has
 * the fewest. Among equals it is the next one after `last`, so that each has its turn.
 */
export function leastBusy(
  workers: readonly (Pick<WorkerProcess, 'ready' | 'open'> | undefined)[],
  last: number,
): number | undefined {
  const inTurn = [...workers.keys()].map((step) => (last + 1 + step) % workers.length);
  let best: number | undefined;
  for (const index of inTurn) {
    const worker = workers[index];
    if (!worker?.ready) continue;
    if (best === undefined || worker.open < (workers[best]?.open ?? 0)) best = index;
  }
  return best;
}
