/**
 * Goal of these tests: a channel says what its socket does, in the words of the core, and nothing
 * more: every end, every failure, once, and only while somebody listens.
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ChannelListener, streamChannel } from './channel.ts';
import { type SocketPair, socketPair } from './testing/socket-pair.ts';

/** What a read of a socket brings at the most (Node's buffer). */
const FULL_READ = 64 * 1024;

let pair: SocketPair;

beforeEach(async () => {
  pair = await socketPair();
});

afterEach(() => pair.close());

/** Everything a channel reports, and a way to wait for the next report of a kind. */
class Journal implements ChannelListener {
  readonly entries: string[] = [];
  bytes = Buffer.alloc(0);
  written = 0;
  private readonly waiting = new Map<string, () => void>();

  heard(kind: string): Promise<void> {
    if (this.entries.some((entry) => entry.startsWith(kind))) return Promise.resolve();
    return new Promise((resolve) => this.waiting.set(kind, resolve));
  }

  bytesReceived(bytes: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, bytes]);
    this.note('bytes');
  }

  endReceived(): void {
    this.note('end');
  }

  writeCompleted(length: number): void {
    this.written += length;
    this.note('written');
  }

  endCompleted(): void {
    this.note('ended');
  }

  failed(code: string): void {
    this.note(`failed ${code}`);
  }

  private note(entry: string): void {
    this.entries.push(entry);
    for (const [kind, resolve] of this.waiting) if (entry.startsWith(kind)) resolve();
  }
}

function attached() {
  const channel = streamChannel(pair.accepted, pair.accepted, 'test');
  const journal = new Journal();
  channel.attach(journal);
  return { channel, journal };
}

test('CN-6: nothing is read before it is asked for', async () => {
  const { channel, journal } = attached();
  pair.far.write('early');
  // A round trip the other way: whatever would arrive has arrived.
  channel.send(Buffer.from('ping'));
  await once(pair.far, 'data');
  expect(journal.bytes.length).toBe(0);
  channel.startReading();
  await journal.heard('bytes');
  expect(journal.bytes.toString()).toBe('early');
});

test('CN-15: of a socket that is full of data a little is taken in a turn of the event loop', async () => {
  const { channel, journal } = attached();
  const bytes = randomBytes(4 * 1024 * 1024);
  pair.far.end(bytes);
  let turn = 0;
  const count = (): void => {
    turn += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  const readsInTurn = new Map<number, number>();
  const note = journal.bytesReceived.bind(journal);
  journal.bytesReceived = (read) => {
    readsInTurn.set(turn, (readsInTurn.get(turn) ?? 0) + 1);
    note(read);
  };
  channel.startReading();
  await journal.heard('end');
  clearImmediate(immediate);
  expect(journal.bytes.equals(bytes)).toBe(true);
  // Two, because the one that was waiting may be told before the new turn is counted. Node alone
  // takes dozens.
  expect(Math.max(...readsInTurn.values())).toBeLessThanOrEqual(2);
});

test('CN-9: a write is reported when the system has taken it', async () => {
  const { channel, journal } = attached();
  pair.far.resume();
  channel.send(new Uint8Array(100_000));
  expect(journal.written).toBe(0);
  await journal.heard('written');
  expect(journal.written).toBe(100_000);
});

test('CN-10: an end in one direction leaves the other open', async () => {
  const { channel, journal } = attached();
  channel.startReading();
  pair.far.end('last words');
  await journal.heard('end');
  expect(journal.bytes.toString()).toBe('last words');
  channel.send(Buffer.from('answer'));
  channel.endWriting();
  let answer = '';
  pair.far.on('data', (bytes) => {
    answer += String(bytes);
  });
  await once(pair.far, 'end');
  expect(answer).toBe('answer');
  await journal.heard('ended');
  expect(journal.entries).toEqual(['bytes', 'end', 'written', 'ended']);
});

//= CN-16
//# An end of the plain side that happens before the pipe stands MUST be passed on once it stands,
//# after the data before it.
test('CN-16: an end that comes before reading is asked for is told when it is', async () => {
  // Such a stream is standard input when it is a pipe: Node reads it before anybody asks.
  const input = new PassThrough();
  const channel = streamChannel(input, new PassThrough(), 'test');
  const journal = new Journal();
  channel.attach(journal);
  input.end();
  input.read(0);
  await once(input, 'end');
  expect(journal.entries).toEqual([]);
  channel.startReading();
  channel.stopReading();
  await new Promise(setImmediate);
  expect(journal.entries).toEqual([]);
  for (let i = 0; i < 2; i++) {
    channel.startReading();
    await new Promise(setImmediate);
    expect(journal.entries).toEqual(['end']);
  }
});

test('CN-11: a reset is a failure with the system’s code', async () => {
  const { channel, journal } = attached();
  channel.startReading();
  pair.far.resetAndDestroy();
  await journal.heard('failed');
  expect(journal.entries).toEqual(['failed ECONNRESET']);
});

//= CN-26
//# What was accepted from the side that failed MUST be delivered to the other side before that is
//# closed, too: the plaintext of good packets, or packets that are sealed already.
test('CN-26: what Node had read of a socket that was left unread is told before its failure', async () => {
  const { channel, journal } = attached();
  channel.startReading();
  channel.stopReading();
  pair.far.write('late');
  await taken(4);
  pair.far.resetAndDestroy();
  await journal.heard('failed');
  expect(journal.bytes.toString()).toBe('late');
  expect(journal.entries).toEqual(['bytes', 'failed ECONNRESET']);
});

test('CN-6: what came before a channel was ever read is nobody’s when its socket fails', async () => {
  const { journal } = attached();
  pair.accepted.read(0);
  pair.far.write('early');
  await taken(5);
  pair.far.resetAndDestroy();
  await journal.heard('failed');
  expect(journal.entries).toEqual(['failed ECONNRESET']);
});

/** Node has taken so many bytes from the kernel for the accepted end. */
async function taken(length: number): Promise<void> {
  while (pair.accepted.readableLength < length) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('CN-15: in the turn after a full read nothing is read, whatever is asked for meanwhile', async () => {
  const input = new PassThrough({ highWaterMark: 1024 * 1024 });
  const channel = streamChannel(input, new PassThrough(), 'test');
  const journal = new Journal();
  const note = journal.bytesReceived.bind(journal);
  journal.bytesReceived = (bytes) => {
    note(bytes);
    process.nextTick(() => {
      channel.stopReading();
      if (journal.entries.length < 3) channel.startReading();
    });
  };
  channel.attach(journal);
  for (let i = 0; i < 4; i++) input.write(new Uint8Array(FULL_READ));
  channel.startReading();
  for (const reads of [1, 2, 3, 3, 3]) {
    await new Promise(setImmediate);
    expect(journal.entries).toHaveLength(reads);
  }
});

test('what could not be written is not reported as written, nor as ended', async () => {
  const broken = { code: 'EIO' };
  for (const act of ['send', 'endWriting'] as const) {
    const output = new Writable({
      write: (_bytes, _encoding, done) => done(Object.assign(new Error(), broken)),
      final: (done) => done(Object.assign(new Error(), broken)),
    });
    const journal = new Journal();
    const channel = streamChannel(new PassThrough(), output, 'test');
    channel.attach(journal);
    channel[act](new Uint8Array(1));
    await journal.heard('failed');
    expect(journal.entries).toEqual(['failed EIO']);
  }
});

test('of two streams, either one’s failure is told, with its code', async () => {
  for (const failing of ['input', 'output'] as const) {
    const streams = { input: new PassThrough(), output: new PassThrough() };
    const journal = new Journal();
    streamChannel(streams.input, streams.output, 'test').attach(journal);
    streams[failing].destroy(Object.assign(new Error(), { code: 'EPIPE' }));
    await journal.heard('failed');
    expect(journal.entries).toEqual(['failed EPIPE']);
  }
});

test('of two streams, each is missed when it is closed under the channel', async () => {
  for (const closed of ['input', 'output'] as const) {
    const streams = { input: new PassThrough(), output: new PassThrough() };
    const journal = new Journal();
    streamChannel(streams.input, streams.output, 'test').attach(journal);
    streams[closed].destroy();
    await journal.heard('failed');
    expect(journal.entries).toEqual(['failed ERR_STREAM_PREMATURE_CLOSE']);
  }
});

test('a socket that is already gone fails, later', async () => {
  pair.accepted.destroy();
  await once(pair.accepted, 'close');
  const { journal } = attached();
  expect(journal.entries).toEqual([]);
  await journal.heard('failed');
  expect(journal.entries).toEqual(['failed ERR_STREAM_PREMATURE_CLOSE']);
});

test('a socket that is destroyed under the channel fails', async () => {
  const { channel, journal } = attached();
  channel.startReading();
  pair.accepted.destroy();
  await journal.heard('failed');
});

test('CN-27: the other end of a TCP socket that is reset sees that', async () => {
  const { channel, journal } = attached();
  const seen = once(pair.far.resume(), 'end');
  channel.reset();
  await expect(seen).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(journal.entries).toEqual([]);
});

test('a socket whose end is on its way is closed by a reset, too', async () => {
  const { channel } = attached();
  const closed = once(pair.accepted, 'close');
  channel.endWriting();
  channel.reset();
  await closed;
});

test('what has no reset is destroyed', () => {
  const stream = new PassThrough();
  streamChannel(stream, stream, 'test').reset();
  expect(stream.destroyed).toBe(true);
});

test('a UNIX socket has no reset, and is destroyed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'spiped-'));
  const path = join(directory, 'socket');
  const server = createServer();
  try {
    await new Promise<void>((done) => server.listen(path, done));
    const socket = connect(path);
    await once(socket, 'connect');
    streamChannel(socket, socket, 'test').reset();
    expect(socket.destroyed).toBe(true);
  } finally {
    server.close();
    await rm(directory, { recursive: true });
  }
});

test('after destroy nothing is heard', async () => {
  const { channel, journal } = attached();
  channel.startReading();
  channel.send(Buffer.from('x'));
  channel.destroy();
  await once(pair.far.resume(), 'end');
  expect(journal.entries).toEqual([]);
});
