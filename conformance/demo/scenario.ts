/**
 * One showing: a spiped at each end as real processes, a web server behind them, a page and
 * uploads through them, and what crossed the wire in between.
 *
 * It does and measures and says nothing: main.ts tells the story.
 */

import { fetchPage, upload } from './http-client.ts';
import { pageResponse, SECRET_SENTENCE } from './http-target.ts';
import { packetCount } from './packet-view.ts';
import type { Pipe } from './pipe-process.ts';
import type { WireConnection } from './relay.ts';
import { type Ends, type TwoEnds, withTwoEnds } from './two-ends.ts';

/** How long each step may take, in milliseconds. Generous: they are reached when all is lost. */
const PATIENCE = { page: 30_000, upload: 90_000, close: 20_000 } as const;

/** How often an upload is timed. The quickest counts: the least disturbed by what else runs. */
const TIMED_UPLOADS = 2;

/** What is shown. */
export interface Showing extends Pick<Ends, 'encrypting' | 'decrypting' | 'signal'> {
  /** How much is uploaded, in bytes; each upload that is timed after it is half as long. */
  readonly uploadBytes: number;
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
  /** Bytes of plaintext in an upload that was timed. */
  readonly timedBytes: number;
  /**
   * Seconds that the quickest timed upload took, from opening its connection to its receipt. They
   * come after the other upload, so that no program is timed while it warms up.
   */
  readonly seconds: number;
  /** Packets across the wire, all connections and both directions. */
  readonly packets: number;
  /** Bytes across the wire, all connections and both directions. */
  readonly wireBytes: number;
  /** See {@link WireConnection.handshakeMilliseconds}: that of the quickest connection. */
  readonly handshakeMilliseconds: number;
}

/**
 * Do one showing.
 *
 * @throws Error with one line that names the cause: a program that ended or did not start, a wait
 * that took too long, content that did not arrive as it was sent, plaintext found on the wire.
 */
export function show(showing: Showing, listener: Listener): Promise<Result> {
  const starting = (pipes: readonly [Pipe, Pipe]): void => listener.starting(pipes);
  return withTwoEnds({ ...showing, starting }, async (ends) => {
    listener.pageFetched(await throughThePipe(ends));

    listener.uploading(ends.target.received);
    let sha256: string;
    try {
      sha256 = await uploadWhole(ends, showing.uploadBytes);
    } finally {
      listener.uploadEnded();
    }

    const timedBytes = Math.ceil(showing.uploadBytes / 2);
    let seconds = Number.POSITIVE_INFINITY;
    for (let number = 1; number <= TIMED_UPLOADS; number += 1) {
      const begun = performance.now();
      await uploadWhole(ends, timedBytes);
      seconds = Math.min(seconds, (performance.now() - begun) / 1000);
    }

    const { relay, step } = ends;
    const allClosed = Promise.all(relay.connections.map(({ closed }) => closed));
    await step(PATIENCE.close, "waiting for the uploads' connections to close", allClosed);
    await ends.stop();
    const measured = measure(relay.connections);
    return { sha256, bytes: showing.uploadBytes, timedBytes, seconds, ...measured };
  });
}

/** Fetch the page; resolves with its connection across the wire. */
async function throughThePipe({ open, step, relay }: TwoEnds): Promise<WireConnection> {
  const page = await step(PATIENCE.page, 'fetching the page', fetchPage(await open()));
  if (page !== pageResponse()) {
    throw new Error(
      `the page did not arrive as it was served: ${page.length} of ${pageResponse().length} bytes`,
    );
  }
  const [wire] = relay.connections;
  if (wire === undefined) throw new Error('the page did not cross the wire between the two ends');
  await step(PATIENCE.close, "waiting for the page's connection to close", wire.closed);
  refusePlaintext(wire);
  return wire;
}

/** Upload; resolves with the hash of what arrived, which is that of what was sent. */
async function uploadWhole({ open, step }: TwoEnds, bytes: number): Promise<string> {
  const { sent, arrived } = await step(PATIENCE.upload, 'uploading', upload(await open(), bytes));
  if (arrived.bytes !== sent.bytes || arrived.sha256 !== sent.sha256) {
    throw new Error(
      `the upload arrived damaged: sent ${sent.bytes} bytes with SHA-256 ${sent.sha256}, ` +
        `arrived ${arrived.bytes} with ${arrived.sha256}`,
    );
  }
  return arrived.sha256;
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
