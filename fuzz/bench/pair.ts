/**
 * Two connection cores back to back, with an application at each end and a wire between them, run
 * by a scheduler that picks the next thing to happen.
 *
 *     application ⇄ client ⇄ wire ⇄ server ⇄ application
 *
 * Nothing is random here but the choice, which the caller makes: the same choices give the same
 * run. Reads come in any size, writes complete at any time, and the server's target connects
 * whenever it likes.
 */

import type { Policy, Side } from '../../src/protocol/parameters.ts';
import type { Choose } from './chooser.ts';
import { ConnectionBench } from './connection-bench.ts';

/** What an application sends, in total, before it ends its side. */
export interface Load {
  readonly fromClient: Buffer;
  readonly fromServer: Buffer;
}

/** Bytes on their way to one side of one core, with the end of their stream behind them. */
interface Stream {
  bytes: Buffer;
  ended: boolean;
  /** Whether the core has been told of the end. */
  told: boolean;
}

export class Pair {
  readonly client: ConnectionBench;
  readonly server: ConnectionBench;
  /** The most bytes that waited unwritten on any side. */
  highestUnsent = 0;
  private readonly toClient: Record<Side, Stream>;
  private readonly toServer: Record<Side, Stream>;
  /** How much of what each core sent on the cipher side is on the wire already. */
  private onWire = { client: 0, server: 0 };

  constructor(load: Load, policies: { client?: Policy; server?: Policy } = {}) {
    this.client = new ConnectionBench('client', policies.client);
    this.server = new ConnectionBench('server', policies.server);
    this.toClient = { plain: stream(load.fromClient, true), cipher: stream() };
    this.toServer = { plain: stream(load.fromServer, true), cipher: stream() };
    this.client.accept();
  }

  /** What arrived at the application behind the server, and behind the client. */
  get delivered(): { atServer: Buffer; atClient: Buffer } {
    return { atServer: this.server.sides.plain.sent, atClient: this.client.sides.plain.sent };
  }

  /** Let things happen until nothing more can. `limit` bounds a defect, not a run. */
  run(choose: Choose, limit = 100_000): void {
    for (let i = 0; i < limit; i++) {
      const actions = this.actions(choose);
      if (actions.length === 0) return;
      actions[choose(actions.length)]?.();
      this.transmit();
      this.measure();
    }
    throw new Error('the pair never comes to rest');
  }

  private actions(choose: Choose): (() => void)[] {
    return [
      ...this.actionsOf(this.client, this.toClient, choose),
      ...this.actionsOf(this.server, this.toServer, choose),
    ];
  }

  private actionsOf(
    core: ConnectionBench,
    streams: Record<Side, Stream>,
    choose: Choose,
  ): (() => void)[] {
    if (core.outcome !== undefined) return [];
    const actions: (() => void)[] = [];
    if (core.dialling) actions.push(() => this.connect(core));
    if (core.owed.length > 0) actions.push(() => core.answerOne());
    for (const side of ['plain', 'cipher'] as const) {
      const { unwritten, ending, reading } = core.sides[side];
      const incoming = streams[side];
      if (unwritten.length > 0) actions.push(() => core.completeWrite(side));
      else if (ending === 'asked') actions.push(() => core.completeEnd(side));
      if (!reading) continue;
      if (incoming.bytes.length > 0) {
        actions.push(() => core.receive(side, take(incoming, choose)));
      } else if (incoming.ended && !incoming.told) {
        actions.push(() => {
          incoming.told = true;
          core.end(side);
        });
      }
    }
    return actions;
  }

  /** A client's target is the server: its connection is what the server accepts. */
  private connect(core: ConnectionBench): void {
    if (core === this.client) this.server.accept();
    core.connected();
  }

  private transmit(): void {
    const wire = (from: ConnectionBench, to: Stream, sentBefore: number): number => {
      const { sent, ending } = from.sides.cipher;
      to.bytes = Buffer.concat([to.bytes, sent.subarray(sentBefore)]);
      if (ending === 'completed') to.ended = true;
      return sent.length;
    };
    this.onWire = {
      client: wire(this.client, this.toServer.cipher, this.onWire.client),
      server: wire(this.server, this.toClient.cipher, this.onWire.server),
    };
  }

  private measure(): void {
    for (const core of [this.client, this.server]) {
      for (const { unwritten } of Object.values(core.sides)) {
        const waiting = unwritten.reduce((sum, length) => sum + length, 0);
        this.highestUnsent = Math.max(this.highestUnsent, waiting);
      }
    }
  }
}

function stream(bytes: Buffer = Buffer.alloc(0), ended = false): Stream {
  return { bytes, ended, told: false };
}

/** The largest read, as Node's sockets read. */
const READ_BYTES = 64 * 1024;

function take(from: Stream, choose: Choose): Buffer {
  const most = Math.min(READ_BYTES, from.bytes.length);
  // Mostly all there is, sometimes a byte or a part of a packet.
  const length = [most, most, 1, Math.min(most, 700), 1 + choose(most)][choose(5)] ?? most;
  const taken = from.bytes.subarray(0, length);
  from.bytes = from.bytes.subarray(length);
  return taken;
}
