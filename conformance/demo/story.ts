/**
 * The words of one showing, as it happens: who stands where, what crossed the wire, how far the
 * upload is, what it came to. It only prints; scenario.ts does and checks.
 */

import { PACKET_BYTES } from '../../src/protocol/parameters.ts';
import { PAGE_REQUEST } from './http-client.ts';
import { PAGE_RESPONSE_BYTES, pageResponse } from './http-target.ts';
import { hex, packetRows, packetsOf } from './packet-view.ts';
import { commandLine } from './pipe-process.ts';
import { type Progress, showProgress } from './progress.ts';
import type { WireConnection, WireDirection } from './relay.ts';
import { count, megabytesPerSecond, milliseconds, type Style } from './report.ts';
import type { Listener, Result, Showing } from './scenario.ts';
import type { Refusal } from './wrong-key.ts';

/** How many rows of sixteen bytes of a packet are shown. */
const ROWS = 4;

const INDENT = '   ';

/** Where the story goes, and how it may look. */
export interface Stage {
  readonly write: (text: string) => void;
  readonly terminal: boolean;
  readonly style: Style;
}

/** One showing's story. */
export interface Story extends Listener {
  /** The showing went well. */
  ended(result: Result): void;
}

/** Tell a showing. `packets`: with a look at the wire, or without, since once is enough. */
export function tell(stage: Stage, showing: Showing, options: { packets: boolean }): Story {
  const { style } = stage;
  const line = (text = ''): void => stage.write(text === '' ? '\n' : `${INDENT}${text}\n`);
  let progress: Progress | undefined;

  const direction = (name: string, wire: WireDirection, plaintext: string): void => {
    const packets = packetsOf(Buffer.concat(wire.kept));
    // Where each packet's plaintext begins is known only if every packet but the last is full.
    const fewest = Math.ceil(plaintext.length / 1024);
    const shown = packets.length === fewest ? packets : packets.slice(0, 1);
    for (const [number, packet] of shown.entries()) {
      line();
      line(`${name}, packet ${number} of ${packets.length} (${PACKET_BYTES} bytes):`);
      const carried = plaintext.slice(number * 1024, (number + 1) * 1024);
      for (const row of packetRows(packet, carried, ROWS)) line(`  ${row}`);
    }
  };

  const wireTap = (wire: WireConnection): void => {
    line();
    line(style.faint('What an eavesdropper between the two ends has, and (right) what it hides:'));
    line();
    line('-e to -d, the nonce (32 bytes, fresh for each connection):');
    const nonce = Buffer.concat(wire.clientToServer.kept).subarray(0, 32);
    line(`  ${hex(nonce.subarray(0, 16))}`);
    line(`  ${hex(nonce.subarray(16))}`);
    direction('-e to -d', wire.clientToServer, PAGE_REQUEST);
    direction('-d to -e', wire.serverToClient, pageResponse());
    line();
  };

  return {
    starting([pipeE, pipeD]) {
      line(`a fresh key: 32 random bytes, in a file that only you can read`);
      line(`-e end: ${showing.encrypting.label}`);
      line(style.faint(`        ${commandLine(pipeE, 'keyfile')}`));
      line(`-d end: ${showing.decrypting.label}`);
      line(style.faint(`        ${commandLine(pipeD, 'keyfile')}`));
    },
    pageFetched(wire) {
      line(
        `fetched the page: ${count(PAGE_RESPONSE_BYTES)} bytes, as served; unreadable on the wire`,
      );
      if (options.packets) wireTap(wire);
    },
    uploading(received) {
      const total = showing.uploadBytes;
      line(`uploading ${count(total)} bytes (${total / 2 ** 20} MiB)`);
      const { terminal, write } = stage;
      progress = showProgress({ total, done: received, terminal, indent: INDENT, write });
    },
    uploadEnded() {
      progress?.stop();
    },
    ended(result) {
      line(`${style.good('arrived whole')}: SHA-256 ${result.sha256}`);
      line(
        `on the wire: ${count(result.wireBytes)} bytes, ${count(result.packets)} packets; ` +
          `handshake ${milliseconds(result.handshakeMilliseconds)}; ` +
          `upload ${megabytesPerSecond(result.timedBytes, result.seconds)}`,
      );
    },
  };
}

/** Tell how somebody with another key was refused. */
export function tellRefusal({ write, style }: Stage, refusal: Refusal): void {
  const line = (text = ''): void => write(text === '' ? '\n' : `${INDENT}${text}\n`);
  const printed = (text: string): void => {
    for (const each of text.split('\n')) line(`  ${each}`);
  };
  line('-e end: has a key of its own');
  line('-d end: has the right one, and keeps full event logs, that is, with all secrets');
  line(`${style.good('refused')}: nothing came back. The -d end says:`);
  printed(refusal.said);
  line();
  line('Its record of the connection, from which it can be run again (spec/eventlog.md):');
  line(style.faint(`  spiped-trace show ${refusal.file}`));
  printed(refusal.shown);
  line(style.faint(`  spiped-trace replay ${refusal.file}`));
  printed(refusal.replayed);
}
