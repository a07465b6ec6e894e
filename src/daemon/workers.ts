/**
 * The connections of a spiped in several processes (`--workers`), so that they use several cores.
 *
 * The daemon accepts every connection and passes the socket on, unread, to the worker that has the
 * fewest. No byte of a connection goes through the daemon. It stays the only one that listens,
 * counts, obeys signals, looks names up and writes the log, and so everything around it is as
 * without workers. Decision 0021 has the reasons; one worker is `workers-process.ts`.
 */

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { chooseEngine, eraseSecrets } from '../crypto/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { startEventLog } from './event-log.ts';
import { type HeapKeeper, keepHeapSmall } from './memory.ts';
import type { Workforce, WorkforceOptions } from './workers-own.ts';
import {
  type Passed,
  startWorkerProcess,
  type WorkerEnd,
  type WorkerProcess,
} from './workers-process.ts';

/** A worker that ends is not started anew before this time has passed since its own start. */
export const RESTART_MILLISECONDS = 1000;

/** Serve in so many processes, at least one. */
export function createWorkers(count: number, options: WorkforceOptions): Workforce {
  return new Workers(count, options);
}

/** The place of a worker, taken again when it is gone. */
interface Place {
  worker?: WorkerProcess;
  ready: boolean;
  restart?: NodeJS.Timeout;
}

class Workers implements Workforce {
  private readonly options: WorkforceOptions;
  private readonly heap: HeapKeeper = keepHeapSmall();
  private readonly places: readonly Place[];
  /** What every worker runs: this program. */
  private readonly program: Uint8Array;
  /** Connections for which there is no worker yet; none, as long as any worker is ready. */
  private waiting: Passed[] = [];
  /** The place that was chosen last: among equals the next one is chosen. */
  private last = 0;
  private eventLog: EventLog | undefined;
  private phase: 'starting' | 'serving' | 'closing' = 'starting';
  /** Why one of the first workers did not start. */
  private failure: string | undefined;
  /** Told of every change of a place. */
  private changed = (): void => {};

  constructor(count: number, options: WorkforceOptions) {
    // Read now: later, the user of `-u` could not, or it would be another version's.
    this.program = readFileSync(process.argv[1] ?? '');
    // What every worker would refuse to start with is said once, and by the daemon.
    chooseEngine();
    this.options = options;
    this.places = Array.from({ length: count }, () => ({ ready: false }));
  }

  launch(): void {
    for (const place of this.places) this.begin(place);
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
        else if (this.places.every(({ ready }) => ready)) resolve();
      };
      for (const { worker } of this.places) worker?.start();
      this.changed();
    });
    this.phase = 'serving';
    this.passWaiting();
  }

  start(): void {}

  abandon(): void {
    this.phase = 'closing';
    for (const { worker } of this.places) worker?.kill();
  }

  serve(socket: Socket, ended: () => void): void {
    this.pass({
      socket,
      ended: () => {
        this.heap.connectionEnded();
        ended();
      },
    });
  }

  cancelAll(): number {
    const waiting = this.waiting;
    this.waiting = [];
    for (const { socket, ended } of waiting) {
      socket.destroy();
      ended();
    }
    return this.places.reduce(
      (sum, { worker }) => sum + (worker?.cancelAll() ?? 0),
      waiting.length,
    );
  }

  async close(): Promise<void> {
    this.phase = 'closing';
    const ended = new Promise<void>((resolve) => {
      this.changed = () => {
        if (this.places.every(({ worker }) => worker === undefined)) resolve();
      };
    });
    for (const { worker, restart } of this.places) {
      clearTimeout(restart);
      worker?.finish();
    }
    this.changed();
    await ended;
    // A worker that had just been started was still being given it.
    eraseSecrets([this.options.secret]);
    await this.eventLog?.close();
  }

  private begin(place: Place): void {
    const { names, secret, target, logger } = this.options;
    const since = performance.now();
    place.worker = startWorkerProcess({
      names,
      program: this.program,
      secret,
      target,
      logger,
      ready: () => {
        place.ready = true;
        this.passWaiting();
        this.changed();
      },
      gone: (end) => {
        delete place.worker;
        place.ready = false;
        if (this.phase === 'serving') this.replace(place, end, since);
        else this.failure ??= end.reason;
        for (const connection of end.unserved) this.pass(connection);
        this.changed();
      },
    });
    if (this.phase === 'serving') place.worker.start();
  }

  /** Not in a tight loop: what ends it at once may go on for hours. */
  private replace(place: Place, { reason, pid, connections }: WorkerEnd, since: number): void {
    const delay = Math.max(0, since + RESTART_MILLISECONDS - performance.now());
    place.restart = setTimeout(() => this.begin(place), delay);
    const lost = connections === 1 ? '1 connection' : `${connections} connections`;
    const message =
      pid === undefined
        ? `a worker could not be started (${reason}); it is tried again every second`
        : `worker ${pid} ended unexpectedly (${reason}), and ${lost} with it; another one takes its place`;
    this.options.logger.log('warn', 'worker-lost', message, {
      ...(pid === undefined ? {} : { pid }),
      reason,
      connections,
    });
  }

  private leastBusy(): WorkerProcess | undefined {
    const { places } = this;
    let best: WorkerProcess | undefined;
    const from = this.last;
    for (let step = 1; step <= places.length; step++) {
      const index = (from + step) % places.length;
      const { worker, ready } = places[index] ?? { ready: false };
      if (worker === undefined || !ready || (best !== undefined && worker.open >= best.open))
        continue;
      best = worker;
      this.last = index;
    }
    return best;
  }

  private pass(connection: Passed): void {
    // What arrives before the start is complete is shared among all of them then.
    const worker = this.phase === 'starting' ? undefined : this.leastBusy();
    if (worker === undefined) this.waiting.push(connection);
    else worker.serve(connection.socket, connection.ended);
  }

  private passWaiting(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const connection of waiting) this.pass(connection);
  }
}
