/**
 * What every showing stands on: a web server, a wire that is listened to, and a spiped at each end
 * of it, as real processes in a directory of their own.
 *
 * Whatever happens, nothing that was started is left, and no key: not when the showing returns or
 * throws, and not when this process is ended in the middle of it.
 */

import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newAddress } from '../subjects/addresses.ts';
import { connectWhenListening } from './connecting.ts';
import { within } from './deadline.ts';
import { type HttpTarget, startHttpTarget } from './http-target.ts';
import {
  type Pipe,
  PipeEndedError,
  type PipeProcess,
  type Program,
  startPipe,
} from './pipe-process.ts';
import { type Relay, startRelay } from './relay.ts';

/** For the first connection to be taken, in milliseconds. Generous: reached when all is lost. */
const START_PATIENCE = 20_000;

/** How many bytes of each direction of a connection are kept: the page's two packets, and more. */
const KEEP = 8192;

/** Between free port and listening anybody may take the port; then the showing starts over. */
const ATTEMPTS = 3;

/** What stands at the two ends. */
export interface Ends {
  /** The program at the `-e` end. */
  readonly encrypting: Program;
  /** The program at the `-d` end. */
  readonly decrypting: Program;
  /** Aborted when the showing is to end at once. */
  readonly signal: AbortSignal;
  /** The `-e` end has a key of its own, so that the other refuses it. */
  readonly keysDiffer?: boolean;
  /** The `-d` end, which is ours, keeps a full event log of each connection. */
  readonly recorded?: boolean;
  /** Called when both ends are about to start, with what they are told, `-e` end first. */
  readonly starting?: (pipes: readonly [Pipe, Pipe]) => void;
}

/** Both ends, started, and what is around them. */
export interface TwoEnds {
  readonly target: HttpTarget;
  readonly relay: Relay;
  /** The directory of the event logs. */
  readonly eventLogs: string;
  /** A new connection to the `-e` end, once that listens. */
  open(): Promise<Socket>;
  /** Wait for `work` as {@link within} does; also until an end is gone that should be there. */
  step<T>(milliseconds: number, what: string, work: Promise<T>): Promise<T>;
  /** End both, let what is open end first; resolves with what each said on standard error. */
  stop(): Promise<readonly [string, string]>;
}

/**
 * Start both ends, `use` them, and undo everything.
 *
 * @throws what `use` throws; Error with one line that names the cause when an end does not start,
 * or does not end well.
 */
export async function withTwoEnds<T>(ends: Ends, use: (ends: TwoEnds) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(ends, use);
    } catch (error) {
      const again = error instanceof PipeEndedError && error.portTaken && attempt < ATTEMPTS;
      if (!again) throw error;
    }
  }
}

async function once<T>(ends: Ends, use: (ends: TwoEnds) => Promise<T>): Promise<T> {
  // What has been started, to be undone in reverse order.
  const undo: (() => unknown)[] = [];
  const over = new AbortController();
  const signal = AbortSignal.any([ends.signal, over.signal]);
  try {
    const processes: PipeProcess[] = [];
    const directory = ownDirectory(processes, undo);
    const eventLogs = join(directory, 'logs');
    mkdirSync(eventLogs, { mode: 0o700 });

    const target = await startHttpTarget();
    undo.push(() => target.close());
    const [portE, portD] = [await freePort(directory), await freePort(directory)];
    const relay = await startRelay({ targetPort: portD, keep: KEEP, signal });
    undo.push(() => relay.close());

    const keyFile = newKey(directory, 'keyfile');
    const keyFileE = ends.keysDiffer === true ? newKey(directory, 'other-keyfile') : keyFile;
    const pipeE: Pipe = {
      end: 'e',
      sourcePort: portE,
      targetPort: relay.port,
      keyFile: keyFileE,
    };
    const pipeD: Pipe = { end: 'd', sourcePort: portD, targetPort: target.port, keyFile };
    signal.throwIfAborted();
    ends.starting?.([pipeE, pipeD]);
    const atE = startPipe(ends.encrypting, pipeE);
    const recorded = ends.recorded === true;
    const atD = startPipe(ends.decrypting, recorded ? { ...pipeD, eventLogs } : pipeD);
    processes.push(atE, atD);
    const stop = async (): Promise<readonly [string, string]> => {
      const both = [atE.stop(), atD.stop()] as const;
      await Promise.allSettled(both);
      return Promise.all(both);
    };
    // How they end no longer matters here: either all is well already, or something else is not.
    undo.push(() => stop().catch(() => {}));

    const step: TwoEnds['step'] = (milliseconds, what, work) =>
      within(milliseconds, what, signal, Promise.race([work, atE.failed, atD.failed]));
    const open = async (): Promise<Socket> => {
      const socket = await step(
        START_PATIENCE,
        'waiting for the -e end to listen',
        connectWhenListening(() => connect({ port: portE, host: '127.0.0.1' }), signal),
      );
      // Who uses it sees an error as its end; one that comes when nobody does is of no interest.
      socket.on('error', () => {});
      // A spiped serves what is open before it ends, so on failure this has to go first.
      undo.push(() => socket.destroy());
      return socket;
    };

    return await use({ target, relay, eventLogs, open, step, stop });
  } finally {
    over.abort(new Error('the showing is over'));
    for (const undoOne of undo.reverse()) await undoOne();
  }
}

/**
 * A new directory, this user's alone, for the time of the showing. Where this process ends before
 * that, it goes nevertheless, and first the processes that may still write to it.
 */
function ownDirectory(processes: readonly PipeProcess[], undo: (() => unknown)[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'spiped-demo-'));
  const remove = (): void => {
    for (const process of processes) process.kill();
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  process.once('exit', remove);
  undo.push(() => {
    process.off('exit', remove);
    remove();
  });
  return directory;
}

function newKey(directory: string, name: string): string {
  const keyFile = join(directory, name);
  writeFileSync(keyFile, randomBytes(32), { mode: 0o600 });
  return keyFile;
}

/** A port of 127.0.0.1 on which nobody listens now. */
async function freePort(directory: string): Promise<number> {
  const { net } = await newAddress('ipv4', directory);
  if (!('port' in net)) throw new Error('invariant: an IPv4 address has a port');
  return net.port;
}
