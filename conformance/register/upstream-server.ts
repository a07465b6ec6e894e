/**
 * A C spiped as `-d`, with a target that writes down what reaches it.
 *
 * It is started in the background, as C is by default: then its command returns when it listens, and
 * nobody has to connect to find out, which its target would see. It is ended by its process id.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A connection as the target sees it. */
export interface TargetConnection {
  readonly socket: Socket;
  /** Everything that has reached the target on it. */
  received(): Uint8Array;
  /** Resolves when this many bytes have reached it. */
  reached(length: number): Promise<void>;
  /** How its stream ends: in order, or by a reset with this code. */
  readonly end: Promise<'in order' | string>;
}

export class UpstreamServer {
  readonly port: number;
  readonly #pid: number;
  readonly #directory: string;
  readonly #target: Server;
  readonly #arrived: TargetConnection[] = [];
  readonly #waiting: ((connection: TargetConnection) => void)[] = [];

  private constructor(port: number, pid: number, directory: string, target: Server) {
    this.port = port;
    this.#pid = pid;
    this.#directory = directory;
    this.#target = target;
    target.on('connection', (socket) => this.#arrive(observe(socket)));
  }

  /** Start `program` with `-d` and these further options; `keyFile` is the key file's content. */
  static start(
    program: string,
    keyFile: Uint8Array,
    ...options: readonly string[]
  ): Promise<UpstreamServer> {
    return UpstreamServer.startBefore('tcp', program, keyFile, ...options);
  }

  /** As {@link start}, with a target behind a TCP or a UNIX socket. */
  static async startBefore(
    kind: 'tcp' | 'unix',
    program: string,
    keyFile: Uint8Array,
    ...options: readonly string[]
  ): Promise<UpstreamServer> {
    const directory = mkdtempSync(path.join(tmpdir(), 'register-'));
    const [key, pidFile] = [path.join(directory, 'key'), path.join(directory, 'pid')];
    writeFileSync(key, keyFile, { mode: 0o600 });
    const target = createServer({ allowHalfOpen: true });
    const targetAddress = await listenTarget(target, kind, directory);
    const port = await freePort();
    const addresses = ['-s', `[127.0.0.1]:${port}`, '-t', targetAddress];
    await new Promise<void>((resolve, reject) => {
      const args = ['-d', ...addresses, '-k', key, '-p', pidFile, ...options];
      const child = execFile(program, args, { cwd: directory });
      // Not `close`: the daemon keeps the streams of who started it.
      child.once('error', reject);
      child.once('exit', (status) => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        if (status === 0) resolve();
        else reject(new Error(`${program} ${args.join(' ')} ended with ${status}`));
      });
    });
    const pid = Number(readFileSync(pidFile, 'utf8'));
    return new UpstreamServer(port, pid, directory, target);
  }

  /** The next connection at the target, in the order of their arrival. */
  next(): Promise<TargetConnection> {
    const arrived = this.#arrived.shift();
    if (arrived !== undefined) return Promise.resolve(arrived);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    process.kill(this.#pid, 'SIGKILL');
    this.#target.close();
    rmSync(this.#directory, { recursive: true });
  }

  #arrive(connection: TargetConnection): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#arrived.push(connection);
    else waiting(connection);
  }
}

function observe(socket: Socket): TargetConnection {
  let bytes = Buffer.alloc(0);
  const expected: { readonly length: number; readonly resolve: () => void }[] = [];
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (const { length, resolve } of expected) if (bytes.length >= length) resolve();
  });
  return {
    socket,
    received: () => new Uint8Array(bytes),
    reached: (length) =>
      new Promise((resolve) => {
        if (bytes.length >= length) resolve();
        else expected.push({ length, resolve });
      }),
    end: new Promise((resolve) => {
      socket.once('end', () => resolve('in order'));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
    }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenAnywhere(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Listen, and say where. */
async function listenTarget(
  target: Server,
  kind: 'tcp' | 'unix',
  directory: string,
): Promise<string> {
  if (kind === 'tcp') return `[127.0.0.1]:${await listenAnywhere(target)}`;
  const at = path.join(directory, 'target');
  await new Promise<void>((resolve) => target.listen(at, resolve));
  return at;
}

async function listenAnywhere(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}
