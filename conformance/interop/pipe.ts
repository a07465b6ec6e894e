/**
 * One encrypted pipe of a pairing, ready for use: key, daemons, a target behind it.
 */

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address, Spelling } from '../subjects/addresses.ts';
import type { Program } from '../subjects/program.ts';
import type { Scope } from '../subjects/scope.ts';
import { startSpipe } from '../subjects/spipe.ts';
import { type Policy, type Spiped, startSpiped } from '../subjects/spiped.ts';
import type { Pairing } from './pairing.ts';
import { PlainEnd } from './plain-end.ts';

export interface PipeSettings {
  /** What stands behind the pipe. */
  readonly target: Address;
  /** How the source of `-e` is spelled; IPv4 in brackets where not said. */
  readonly source?: Spelling;
  /** How the address between the two ends is spelled. */
  readonly middle?: Spelling;
  readonly clientPolicy?: Policy;
  readonly serverPolicy?: Policy;
  /** Do the two ends have the same key? They do where not said. */
  readonly sameKey?: boolean;
}

/** A pipe whose daemons listen. Everything in it ends with its scope. */
export class Pipe {
  readonly #scope: Scope;
  readonly #pairing: Pairing;
  readonly #settings: PipeSettings;
  readonly #keys: { readonly client: string; readonly server: string };
  #server: Spiped;
  #client: Spiped | undefined;
  #ends = 0;

  private constructor(
    scope: Scope,
    pairing: Pairing,
    settings: PipeSettings,
    keys: { readonly client: string; readonly server: string },
    server: Spiped,
  ) {
    this.#scope = scope;
    this.#pairing = pairing;
    this.#settings = settings;
    this.#keys = keys;
    this.#server = server;
  }

  /** Makes keys and starts the pairing's daemons; where spipe is the entry, only `-d`. */
  static async open(scope: Scope, pairing: Pairing, settings: PipeSettings): Promise<Pipe> {
    const server = await writeKey(scope, 'server.key');
    const client = settings.sameKey === false ? await writeKey(scope, 'client.key') : server;
    const keys = { client, server };
    const daemon = await startServer(scope, pairing, settings, server, settings.middle ?? 'ipv4');
    const pipe = new Pipe(scope, pairing, settings, keys, daemon);
    await pipe.restartClient();
    return pipe;
  }

  /** The `spiped -d` that runs now. */
  get server(): Program {
    return this.#server.program;
  }

  /** The `spiped -e` that runs now; undefined where the entry is spipe. */
  get client(): Program | undefined {
    return this.#client?.program;
  }

  /** Starts `spiped -d` again, where it was; the earlier one must have ended. */
  async restartServer(): Promise<void> {
    const { source } = this.#server;
    this.#server = await startServer(
      this.#scope,
      this.#pairing,
      this.#settings,
      this.#keys.server,
      source,
    );
  }

  /** Starts a `spiped -e` beside or after the earlier one. Nothing where the entry is spipe. */
  async restartClient(): Promise<void> {
    if (this.#pairing.entry === 'spipe') return;
    this.#client = await startSpiped(this.#scope, this.#pairing.client, {
      role: '-e',
      source: this.#settings.source ?? 'ipv4',
      target: this.#server.source,
      key: this.#keys.client,
      ...(this.#settings.clientPolicy && { policy: this.#settings.clientPolicy }),
      more: LIMIT,
    });
  }

  /** A new plaintext end: connects to `-e`, or starts a spipe. */
  connect(): { readonly end: PlainEnd; readonly encrypting: Program } {
    this.#ends += 1;
    const title = `client ${this.#ends}`;
    if (this.#client !== undefined) {
      const end = PlainEnd.ofSocket(this.#scope, title, this.#client.source);
      return { end, encrypting: this.#client.program };
    }
    const spipe = startSpipe(this.#scope, this.#pairing.client, {
      target: this.#server.source,
      key: this.#keys.client,
      ...(this.#settings.clientPolicy && { policy: this.#settings.clientPolicy }),
    });
    return { end: PlainEnd.ofSpipe(this.#scope, title, spipe), encrypting: spipe };
  }

  /** Ends the daemons at once. */
  async kill(): Promise<void> {
    await this.#client?.program.kill('SIGKILL');
    await this.#server.program.kill('SIGKILL');
  }
}

/** More connections than any case opens: the limit is not what these cases are about. */
const LIMIT = ['-n', '250'];

async function startServer(
  scope: Scope,
  pairing: Pairing,
  settings: PipeSettings,
  key: string,
  source: Spelling | Address,
): Promise<Spiped> {
  return await startSpiped(scope, pairing.server, {
    role: '-d',
    source,
    target: settings.target,
    key,
    ...(settings.serverPolicy && { policy: settings.serverPolicy }),
    more: LIMIT,
  });
}

async function writeKey(scope: Scope, name: string): Promise<string> {
  const path = join(scope.directory, name);
  await writeFile(path, randomBytes(32), { mode: 0o600 });
  return path;
}
