/**
 * An encrypted pipe of a pairing that belongs to one case: key and daemons, before a given target.
 *
 * For cases that kill a daemon, or whose target is not there. The others share theirs; see stage.ts.
 */

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address } from '../subjects/addresses.ts';
import type { Program } from '../subjects/program.ts';
import type { Scope } from '../subjects/scope.ts';
import { startSpipe } from '../subjects/spipe.ts';
import { type Spiped, startSpiped } from '../subjects/spiped.ts';
import { has, type Subject } from '../subjects/subject.ts';
import type { Pairing } from './pairing.ts';
import { PlainEnd } from './plain-end.ts';

/** More connections than any case opens: the limit is not what these cases are about. */
export const limit = (subject: Subject): readonly string[] =>
  has(subject, '-n') ? ['-n', '250'] : [];

/** A pipe whose daemons listen. Everything in it ends with its scope. */
export class Pipe {
  readonly #scope: Scope;
  readonly #pairing: Pairing;
  readonly #target: Address;
  /** Path of the key of both ends. */
  readonly #key: string;
  #server: Spiped;
  #client: Spiped | undefined;
  #ends = 0;

  private constructor(
    scope: Scope,
    pairing: Pairing,
    target: Address,
    key: string,
    server: Spiped,
    client: Spiped | undefined,
  ) {
    this.#scope = scope;
    this.#pairing = pairing;
    this.#target = target;
    this.#key = key;
    this.#server = server;
    this.#client = client;
  }

  /** Makes a key and starts the pairing's daemons; where spipe is the entry, only `-d`. */
  static async open(scope: Scope, pairing: Pairing, target: Address): Promise<Pipe> {
    const key = join(scope.directory, 'key');
    await writeFile(key, randomBytes(32), { mode: 0o600 });
    const server = await startServer(scope, pairing, 'ipv4', target, key);
    const client = await startClient(scope, pairing, server.source, key);
    return new Pipe(scope, pairing, target, key, server, client);
  }

  /** The `spiped -d` that runs now. */
  get server(): Program {
    return this.#server.program;
  }

  /** Starts `spiped -d` again, where it was; the earlier one must have ended. */
  async restartServer(): Promise<void> {
    const { source } = this.#server;
    this.#server = await startServer(this.#scope, this.#pairing, source, this.#target, this.#key);
  }

  /** Starts a `spiped -e` beside or after the earlier one. Nothing where the entry is spipe. */
  async restartClient(): Promise<void> {
    this.#client = await startClient(this.#scope, this.#pairing, this.#server.source, this.#key);
  }

  /** A new plaintext end: connects to `-e`, or starts a spipe. */
  connect(): { readonly end: PlainEnd; readonly encrypting: Program } {
    this.#ends += 1;
    const title = `client ${this.#ends}`;
    if (this.#client !== undefined) {
      const end = PlainEnd.ofSocket(this.#scope, title, this.#client.source);
      return { end, encrypting: this.#client.program };
    }
    const settings = { target: this.#server.source, key: this.#key };
    const spipe = startSpipe(this.#scope, this.#pairing.client, settings);
    return { end: PlainEnd.ofSpipe(this.#scope, title, spipe), encrypting: spipe };
  }
}

async function startServer(
  scope: Scope,
  { server }: Pairing,
  source: 'ipv4' | Address,
  target: Address,
  key: string,
): Promise<Spiped> {
  return await startSpiped(scope, server, { role: '-d', source, target, key, more: limit(server) });
}

async function startClient(
  scope: Scope,
  { entry, client }: Pairing,
  target: Address,
  key: string,
): Promise<Spiped | undefined> {
  if (entry === 'spipe') return undefined;
  const source = 'ipv4';
  return await startSpiped(scope, client, { role: '-e', source, target, key, more: limit(client) });
}
