/**
 * What a daemon says of its own life, at `info`: that it begins to wait for names, that it listens,
 * that it drains, and how it ends. `spec/logging.md` has the names.
 *
 * A start that fails is an error, and said by who sees it.
 */

import type { SpipedConfig } from '../config/config.ts';
import { VERSION } from '../config/version.ts';
import { counted } from '../eventlog/index.ts';
import type { Listener } from '../io/listener.ts';
import type { Logger } from './log.ts';
import type { LogFields } from './log-format.ts';

/** What ends a daemon from outside. */
export type EndingSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** The life of one daemon. Its methods say something, or note what will have to be said. */
export class Life {
  readonly #config: SpipedConfig;
  readonly #logger: Logger;
  #listener: Listener | undefined;
  #dropped = 0;
  #endsAtOnce = false;

  constructor(config: SpipedConfig, logger: Logger) {
    this.#config = config;
    this.#logger = logger;
  }

  /** With `-D`: it runs, and looks names up for as long as it takes. */
  starting(): void {
    const { source } = this.#config;
    const message = `starting, and waiting for names if need be (-D): source ${source.text}`;
    this.#logger.log('info', 'starting', `${message}, ${this.#about()}`, this.#fields());
  }

  /** This is what listens. Nothing is served yet. */
  listensWith(listener: Listener): void {
    this.#listener = listener;
  }

  /** Connections are served from now on. */
  listening(): void {
    const message = `listening on ${this.#config.source.text}: ${this.#about()}`;
    this.#logger.log('info', 'listening', message, this.#fields());
  }

  /** It was told to end when its last connection has. */
  draining(): void {
    const { drainTimeoutMilliseconds: timeout } = this.#config;
    const open = this.#listener?.open ?? 0;
    const limit = timeout === undefined ? '' : ` for ${timeout / 1000} s at most`;
    const message = `draining${limit} after SIGTERM: ${counted(open, 'connection')} open, and no new ones taken`;
    this.#logger.log('info', 'draining', message, { signal: 'SIGTERM', connections: open });
  }

  /** The time of `--drain-timeout` is over, and so many connections were dropped. */
  //= CL-46
  //# A daemon MAY offer an option, off by default, to drop the connections that are still open some
  //# time after SIGTERM.
  dropped(connections: number): void {
    this.#dropped = connections;
    if (connections === 0) return;
    const seconds = (this.#config.drainTimeoutMilliseconds ?? 0) / 1000;
    const message = `dropped ${counted(connections, 'connection')}, still open ${seconds} s after SIGTERM (--drain-timeout)`;
    this.#logger.log('warn', 'drain-timeout', message, { connections, seconds });
  }

  /** It has drained, and ends with status 0. */
  stopped(): void {
    const served = this.#listener?.served ?? 0;
    const fields = { status: 0, connections: served, cut: this.#dropped };
    const message = `stopped with status 0: ${describe(served, this.#dropped)}`;
    this.#logger.log('info', 'stopped', message, fields);
  }

  /** Whether it was told to end at once. */
  get endsAtOnce(): boolean {
    return this.#endsAtOnce;
  }

  /** It ends at once by this signal. */
  endsBy(signal: EndingSignal): void {
    this.#endsAtOnce = true;
    const { served = 0, open = 0 } = this.#listener ?? {};
    const message =
      this.#listener === undefined
        ? `stopped by ${signal} before it listened`
        : `stopped at once by ${signal}: ${describe(served, open)}`;
    this.#logger.log('info', 'stopped', message, { signal, connections: served, cut: open });
  }

  #about(): string {
    const { role, target } = this.#config;
    const option = role === 'client' ? '-e' : '-d';
    return `role ${role} (${option}), target ${target.text}, version ${VERSION}, pid ${process.pid}`;
  }

  #fields(): LogFields {
    const { role, source, target } = this.#config;
    const common = { role, source: source.text, target: target.text };
    return { ...common, version: VERSION, pid: process.pid };
  }
}

function describe(served: number, cut: number): string {
  return `${counted(served, 'connection')} served${cut === 0 ? '' : `, of which ${cut} were cut off`}`;
}
