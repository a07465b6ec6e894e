/**
 * One showing: a fresh key, two spipeds as real processes, a web server behind them, a page and
 * an upload through them, and what crossed the wire in between.
 *
 * It does and measures and says nothing: main.ts tells the story. Whatever happens, nothing it
 * started is left when it returns or throws.
 */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newAddress } from '../subjects/addresses.ts';
import { connectWhenListening } from './connecting.ts';
import { within } from './deadline.ts';
import { fetchPage, type Upload, upload } from './http-client.ts';
import { pageResponse, SECRET_SENTENCE, startHttpTarget } from './http-target.ts';
import { packetCount } from './packet-view.ts';
import { type Pipe, PipeEndedError, type Program, startPipe } from './pipe-process.ts';
import { startRelay, type WireConnection } from './relay.ts';

/** How long each step may take, in milliseconds. Generous: they are reached when all is lost. */
const PATIENCE = { start: 20_000, page: 30_000, upload: 90_000, close: 20_000 } as const;

/** How many bytes of each direction of a connection are kept: the page's two packets, and more. */
const KEEP = 8192;

/** Between free port and listening anybody may take the port; then the showing starts over. */
const ATTEMPTS = 3;

/** What is shown. */
export interface Showing {
  /** The program at the `-e` end. */
  readonly encrypting: Program;
  /** The program at the `-d` end. */
  readonly decrypting: Program;
  /** How much is uploaded, in bytes. */
  readonly uploadBytes: number;
  /** Aborted when the showing is to end at once. */
  readonly signal: AbortSignal;
}

/** Called as the showing goes on, so that its story can be told while it happens. */
export interface Listener {
  /** Both ends are about to start; `pipes` is what they are told, `-e` end first. */
  starting(pipes: readonly [Pipe, Pipe]): void;
  /** The page came through as it was served. `wire` is its connection between the two ends. */
  pageFetched(wire: WireConnection): void;
  /** The upload begins; `received` tells, at any time, how many bytes have arrived behind it. */
  uploading(received: () => number): void;
  /** The upload is over, well or not. */
  uploadEnded(): void;
}

/** What came of it. */
export interface Result {
  /** SHA-256 of the upload, in hexadecimal: of what was sent, and found equal on arrival. */
  readonly sha256: string;
  /** Bytes of plaintext uploaded. */
  readonly bytes: number;
  /** Seconds from opening the upload's connection to its receipt, handshake included. */
  readonly seconds: number;
  /** Packets across the wire, both connections and both directions. */
  readonly packets: number;
  /** Bytes across the wire, both connections and both directions. */
  readonly wireBytes: number;
  /** See {@link WireConnection.handshakeMilliseconds}: the quicker of the two connections'. */
  readonly handshakeMilliseconds: number;
}

/**
 * Do one showing.
 *
 * @throws Error with one line that names the cause: a program that ended or did not start, a wait
 * that took too long, content that did not arrive as it was sent, plaintext found on the wire.
 */
export async function show(showing: Showing, listener: Listener): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await showOnce(showing, listener);
    } catch (error) {
      const again = error instanceof PipeEndedError && error.portTaken && attempt < ATTEMPTS;
      if (!again) throw error;
    }
  }
}

async function showOnce(showing: Showing, listener: Listener): Promise<Result> {
  const { encrypting, decrypting, uploadBytes } = showing;
  // What has been started, to be undone in reverse order.
  const undo: (() => Promise<unknown>)[] = [];
  const over = new AbortController();
  const signal = AbortSignal.any([showing.signal, over.signal]);
  try {
    const directory = await mkdtemp(join(tmpdir(), 'spiped-demo-'));
    undo.push(() => rm(directory, { recursive: true, force: true }));
    const keyFile = join(directory, 'keyfile');
    await writeFile(keyFile, randomBytes(32), { mode: 0o600 });

    const target = await startHttpTarget();
    undo.push(() => target.close());
    const [portE, portD] = [await freePort(directory), await freePort(directory)];
    const relay = await startRelay({ targetPort: portD, keep: KEEP, signal });
    undo.push(() => relay.close());

    const pipeE: Pipe = { end: 'e', sourcePort: portE, targetPort: relay.port, keyFile };
    const pipeD: Pipe = { end: 'd', sourcePort: portD, targetPort: target.port, keyFile };
    listener.starting([pipeE, pipeD]);
    const processes = [startPipe(encrypting, pipeE), startPipe(decrypting, pipeD)];
    let stopped = false;
    const stop = async (): Promise<readonly (string | undefined)[]> => {
      stopped = true;
      return Promise.all(processes.map((process) => process.stop()));
    };
    undo.push(async () => (stopped ? undefined : stop()));

    const step = <T>(milliseconds: number, what: string, work: Promise<T>): Promise<T> => {
      const outcome = Promise.race([work, ...processes.map((process) => process.failed)]);
      return within(milliseconds, what, signal, outcome);
    };
    const open = async (): Promise<Socket> => {
      const socket = await step(
        PATIENCE.start,
        'waiting for the -e end to listen',
        connectWhenListening(() => connect({ port: portE, host: '127.0.0.1' }), signal),
      );
      // A spiped serves what is open before it ends, so on failure this has to go first.
      undo.push(async () => socket.destroy());
      return socket;
    };

    const pageSocket = await open();
    const page = await step(PATIENCE.page, 'fetching the page', fetchPage(pageSocket));
    if (page !== pageResponse()) {
      throw new Error(
        `the page did not arrive as it was served: ${page.length} of ${pageResponse().length} bytes`,
      );
    }
    const pageWire = wireOf(relay.connections, 0);
    await step(PATIENCE.close, "waiting for the page's connection to close", pageWire.closed);
    refusePlaintext(pageWire);
    listener.pageFetched(pageWire);

    const begun = performance.now();
    listener.uploading(target.received);
    let done: Upload;
    try {
      const uploadSocket = await open();
      done = await step(PATIENCE.upload, 'uploading', upload(uploadSocket, uploadBytes));
    } finally {
      listener.uploadEnded();
    }
    const seconds = (performance.now() - begun) / 1000;
    const { sent, arrived } = done;
    if (arrived.bytes !== sent.bytes || arrived.sha256 !== sent.sha256) {
      throw new Error(
        `the upload arrived damaged: sent ${sent.bytes} bytes with SHA-256 ${sent.sha256}, ` +
          `arrived ${arrived.bytes} with ${arrived.sha256}`,
      );
    }
    const uploadWire = wireOf(relay.connections, 1);
    await step(PATIENCE.close, "waiting for the upload's connection to close", uploadWire.closed);

    const complaint = (await stop()).find((line) => line !== undefined);
    if (complaint !== undefined) throw new Error(complaint);
    return {
      sha256: arrived.sha256,
      bytes: arrived.bytes,
      seconds,
      ...measure([pageWire, uploadWire]),
    };
  } finally {
    over.abort(new Error('the showing is over'));
    for (const undoOne of undo.reverse()) await undoOne();
  }
}

/** A port of 127.0.0.1 on which nobody listens now. */
async function freePort(directory: string): Promise<number> {
  const { net } = await newAddress('ipv4', directory);
  if (!('port' in net)) throw new Error('invariant: an IPv4 address has a port');
  return net.port;
}

function wireOf(connections: readonly WireConnection[], index: number): WireConnection {
  const connection = connections[index];
  if (connection === undefined) {
    throw new Error(`connection ${index + 1} did not cross the wire between the two ends`);
  }
  return connection;
}

/** An eavesdropper looks for the page in everything that crossed. */
function refusePlaintext(wire: WireConnection): void {
  for (const direction of [wire.clientToServer, wire.serverToClient]) {
    if (Buffer.concat(direction.kept).includes(SECRET_SENTENCE)) {
      throw new Error('the page could be read on the wire: this pipe does not encrypt');
    }
  }
}

function measure(
  wires: readonly WireConnection[],
): Pick<Result, 'packets' | 'wireBytes' | 'handshakeMilliseconds'> {
  let packets = 0;
  let wireBytes = 0;
  let handshakeMilliseconds = Number.POSITIVE_INFINITY;
  for (const wire of wires) {
    for (const { bytes } of [wire.clientToServer, wire.serverToClient]) {
      const inThis = packetCount(bytes);
      if (inThis === undefined) {
        throw new Error(`${bytes} bytes crossed the wire: not a handshake and whole packets`);
      }
      packets += inThis;
      wireBytes += bytes;
    }
    handshakeMilliseconds = Math.min(handshakeMilliseconds, wire.handshakeMilliseconds ?? Infinity);
  }
  return { packets, wireBytes, handshakeMilliseconds };
}
