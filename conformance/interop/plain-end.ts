/**
 * The client's plaintext end of a pipe: a connection to a `spiped -e`, or a spipe's standard
 * input and output. Cases use one without knowing which.
 */

import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Address } from '../subjects/addresses.ts';
import { within } from '../subjects/deadline.ts';
import type { Program } from '../subjects/program.ts';
import type { Scope } from '../subjects/scope.ts';
import { Receiver, writeForever } from './receiver.ts';

/** How the client's end ended: in order, or the reason why not. */
export type Ending = 'in order' | string;

export class PlainEnd {
  /** What comes out of the pipe. */
  readonly received: Receiver;
  readonly #title: string;
  readonly #input: Writable;
  readonly #ending: Promise<Ending>;

  private constructor(title: string, input: Writable, output: Readable, ending: Promise<Ending>) {
    this.received = new Receiver(title, output);
    this.#title = title;
    this.#input = input;
    this.#ending = ending;
  }

  /** Connects to the source of a `spiped -e`. */
  static ofSocket(scope: Scope, title: string, source: Address): PlainEnd {
    const socket = connect({ ...source.net, allowHalfOpen: true });
    let failure: string | undefined;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      failure = error.code ?? error.message;
    });
    const ending = new Promise<Ending>((resolve) => {
      socket.once('close', () => resolve(failure ?? 'in order'));
    });
    scope.onClose(() => socket.destroy());
    const end = new PlainEnd(title, socket, socket, ending);
    scope.onAccount(() => end.received.account());
    return end;
  }

  /** Takes the standard streams of a running spipe. Exit 0 is an end in order. */
  static ofSpipe(scope: Scope, title: string, spipe: Program): PlainEnd {
    const ending = spipe.exited.then(({ code, signal }) =>
      code === 0 ? 'in order' : `exit ${code ?? signal}`,
    );
    const end = new PlainEnd(title, spipe.stdin, spipe.stdout, ending);
    scope.onAccount(() => end.received.account());
    return end;
  }

  /** Sends bytes into the pipe. */
  send(bytes: Uint8Array): void {
    this.#input.write(bytes);
  }

  /** Ends what is sent into the pipe, after the bytes. What comes out may go on. */
  end(bytes: Uint8Array = new Uint8Array()): void {
    this.#input.end(bytes);
  }

  /** Sends without end, until this end is over. */
  stream(): void {
    void writeForever(this.#input);
  }

  /** Waits until both directions are over and, for a spipe, the process has ended. */
  async over(): Promise<Ending> {
    await this.received.over();
    return await within(`${this.#title} is over`, this.#ending);
  }
}
