/**
 * The daemons and targets that the cells of one test file share.
 *
 * Starting a process costs far more than most cases do. So a daemon that serves one cell goes on to
 * serve the next one that wants the same: a `spiped -d` for every pairing and both entries, a
 * `spiped -e` for the cells of its pairing. Each cell has connections of its own, and cells follow
 * one another. A cell that fails takes everything down with it, so that the next begins afresh.
 *
 * Not here: what one cell sees of it, which is a line (line.ts); and daemons that a case kills or
 * whose target it takes away, which belong to that case alone (pipe.ts).
 */

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Spelling } from '../subjects/addresses.ts';
import { Scope } from '../subjects/scope.ts';
import { type Policy, type Spiped, startSpiped } from '../subjects/spiped.ts';
import { type Subject, titleOf } from '../subjects/subject.ts';
import type { Pairing } from './pairing.ts';
import { limit } from './pipe.ts';
import { Target, Turns } from './targets.ts';

/** What daemons and targets a cell wants. */
export interface LineSettings {
  /** How the source of `-e` is spelled; IPv4 in brackets where not said, as for the next two. */
  readonly source?: Spelling;
  /** How the address between the two ends is spelled. */
  readonly middle?: Spelling;
  /** How the target is spelled. */
  readonly target?: Spelling;
  readonly clientPolicy?: Policy;
  readonly serverPolicy?: Policy;
  /** Do the two ends have the same key? They do where not said. */
  readonly sameKey?: boolean;
}

/** A `spiped -d` that listens, and the target behind it. */
export interface ExitSide {
  readonly daemon: Spiped;
  readonly target: Target;
  readonly turns: Turns;
}

/** What stands ready for a cell. */
export interface Fixture {
  readonly exit: ExitSide;
  /** The `spiped -e`; undefined where the entry is spipe. */
  readonly entrance: Spiped | undefined;
  /** Path of the client's key. */
  readonly key: string;
}

/** Everything shared that runs now. */
interface Running {
  readonly scope: Scope;
  readonly keys: Readonly<Record<'server' | 'client', string>>;
  readonly exits: Map<string, Promise<ExitSide>>;
  readonly entrances: Map<string, { readonly pairing: Pairing; readonly daemon: Promise<Spiped> }>;
}

export class Stage {
  #running: Promise<Running> | undefined;

  /** What a cell wants, started where it does not run yet. */
  async fixture(pairing: Pairing, settings: LineSettings): Promise<Fixture> {
    this.#running ??= openRunning();
    const running = await this.#running;
    const exit = await this.#exit(running, pairing.server, settings);
    const key = running.keys[settings.sameKey === false ? 'client' : 'server'];
    const entrance =
      pairing.entry === 'spipe'
        ? undefined
        : await this.#entrance(running, pairing, settings, exit);
    return { exit, entrance, key };
  }

  /** Ends the `spiped -e` of a pairing that has no more cells. */
  async leave(pairing: Pairing): Promise<void> {
    const running = await this.#running;
    for (const [name, entrance] of running?.entrances ?? []) {
      if (entrance.pairing !== pairing) continue;
      running?.entrances.delete(name);
      await (await entrance.daemon).program.kill('SIGKILL');
    }
  }

  /** Ends everything. What is wanted afterwards is started anew. */
  async clear(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await (await running)?.scope.close();
  }

  #exit(running: Running, server: Subject, settings: LineSettings): Promise<ExitSide> {
    const { middle = 'ipv4', target = 'ipv4', serverPolicy: policy = 'none' } = settings;
    const name = [titleOf(server, '-d'), policy, middle, target].join(' ');
    return shared(running.exits, name, async () => {
      const turns = new Turns();
      const behind = await Target.start(running.scope, turns.behaviour, target);
      const daemon = await startSpiped(running.scope, server, {
        role: '-d',
        source: middle,
        target: behind.address,
        key: running.keys.server,
        policy,
        more: limit(server),
      });
      return { daemon, target: behind, turns };
    });
  }

  #entrance(
    running: Running,
    pairing: Pairing,
    settings: LineSettings,
    exit: ExitSide,
  ): Promise<Spiped> {
    const { source = 'ipv4', clientPolicy: policy = 'none', sameKey = true } = settings;
    const target = exit.daemon.source;
    const name = [pairing.name, policy, source, sameKey, target.text].join(' ');
    const entrance = running.entrances.get(name) ?? {
      pairing,
      daemon: startSpiped(running.scope, pairing.client, {
        role: '-e',
        source,
        target,
        key: running.keys[sameKey ? 'server' : 'client'],
        policy,
        more: limit(pairing.client),
      }),
    };
    running.entrances.set(name, entrance);
    return entrance.daemon;
  }
}

async function openRunning(): Promise<Running> {
  const scope = await Scope.open();
  const write = async (name: string) => {
    const path = join(scope.directory, name);
    await writeFile(path, randomBytes(32), { mode: 0o600 });
    return path;
  };
  const keys = { server: await write('server.key'), client: await write('client.key') };
  return { scope, keys, exits: new Map(), entrances: new Map() };
}

/** The value of this name; made by `make` where there is none yet. */
function shared<T>(values: Map<string, Promise<T>>, name: string, make: () => Promise<T>) {
  const value = values.get(name) ?? make();
  values.set(name, value);
  return value;
}
