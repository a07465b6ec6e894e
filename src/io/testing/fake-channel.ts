/** A channel without a socket: notes what it is asked, and says what a test makes it say. */

import type { Channel, ChannelListener } from '../channel.ts';

export class FakeChannel implements Channel {
  readonly peer = 'fake';
  readonly sent: Uint8Array[] = [];
  reading = false;
  ending = false;
  destroyed = false;
  wasReset = false;
  private listener: ChannelListener | undefined;

  attach(listener: ChannelListener): void {
    this.listener = listener;
  }

  /** What the channel would report. */
  get says(): ChannelListener {
    if (this.listener === undefined) throw new Error('nobody listens to the fake channel');
    return this.listener;
  }

  startReading(): void {
    this.reading = true;
  }

  stopReading(): void {
    this.reading = false;
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }

  endWriting(): void {
    this.ending = true;
  }

  destroy(): void {
    this.destroyed = true;
  }

  reset(): void {
    this.wasReset = true;
  }
}
