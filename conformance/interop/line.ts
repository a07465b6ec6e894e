/**
 * A pipe that other cells use before and after: what one cell sees of it, and only that.
 *
 * Every connection through it is made here, together with what the target does with it, so that
 * the cell can be held to account for all of them when it is over.
 */

import { expect } from 'vitest';
import { within } from '../subjects/deadline.ts';
import type { Program } from '../subjects/program.ts';
import type { Scope } from '../subjects/scope.ts';
import { startSpipe } from '../subjects/spipe.ts';
import type { Pairing } from './pairing.ts';
import { PlainEnd } from './plain-end.ts';
import type { Fixture, LineSettings, Stage } from './stage.ts';
import type { Behaviour, Visit } from './targets.ts';

/** One connection through a line. */
export interface Call {
  readonly end: PlainEnd;
  /** The `spiped -e` or the spipe that encrypts it. */
  readonly encrypting: Program;
  /** The connection as it reaches the target; waits for it. */
  visit(): Promise<Visit>;
}

export class Line {
  /** The `spiped -d`. Others use it, too. */
  readonly server: Program;
  readonly #scope: Scope;
  readonly #pairing: Pairing;
  readonly #settings: LineSettings;
  readonly #fixture: Fixture;
  /** What was there before this cell: connections at the target, complaints in characters. */
  readonly #before: { readonly visits: number; readonly server: number; readonly client: number };
  #calls = 0;

  private constructor(scope: Scope, pairing: Pairing, settings: LineSettings, fixture: Fixture) {
    const { exit, entrance } = fixture;
    this.#scope = scope;
    this.#pairing = pairing;
    this.#settings = settings;
    this.#fixture = fixture;
    this.server = exit.daemon.program;
    this.#before = {
      visits: exit.target.visits.length,
      server: this.server.complaints.length,
      client: entrance?.program.complaints.length ?? 0,
    };
    scope.onAccount(() => exit.target.account(this.#before.visits));
    scope.onAccount(() => this.server.account());
    if (entrance !== undefined) scope.onAccount(() => entrance.program.account());
  }

  /** Takes, or has started, what the settings ask for. `scope` is the cell's. */
  static async open(
    scope: Scope,
    stage: Stage,
    pairing: Pairing,
    settings: LineSettings,
  ): Promise<Line> {
    return new Line(scope, pairing, settings, await stage.fixture(pairing, settings));
  }

  /** A new plaintext end: connects to `-e`, or starts a spipe. */
  connect(behaviour: Behaviour): Call {
    this.#calls += 1;
    const n = this.#calls;
    const { exit, entrance, key } = this.#fixture;
    const arrived = exit.turns.next(behaviour);
    const visit = () => within(`connection ${n} of this cell reaches the target`, arrived);
    const title = `client ${n}`;
    if (entrance !== undefined) {
      const end = PlainEnd.ofSocket(this.#scope, title, entrance.source);
      return { end, encrypting: entrance.program, visit };
    }
    const spipe = startSpipe(this.#scope, this.#pairing.client, {
      target: exit.daemon.source,
      key,
      ...(this.#settings.clientPolicy && { policy: this.#settings.clientPolicy }),
    });
    return { end: PlainEnd.ofSpipe(this.#scope, title, spipe), encrypting: spipe, visit };
  }

  /** Waits until `-d` has written a line since this cell began. */
  async serverComplaint(): Promise<string> {
    return await this.server.complaint(/./, this.#before.server);
  }

  /** Waits until `-e` has written a line since this cell began; spipe, since its start. */
  async clientComplaint({ encrypting }: Call): Promise<string> {
    return await encrypting.complaint(/./, this.#before.client);
  }

  /**
   * All that has reached the target since this cell began, once it is over there. A daemon that
   * dials its target only after the handshake may have let nothing come.
   */
  async settle(): Promise<readonly Visit[]> {
    const { target, turns } = this.#fixture.exit;
    void turns.next(({ socket }) => socket.end());
    const visits = await target.settle();
    turns.giveUp();
    return visits.slice(this.#before.visits);
  }

  /** Expects that both daemons run, and that the target got one connection for each call. */
  expectUndisturbed(): void {
    const { exit, entrance } = this.#fixture;
    expect(exit.daemon.program.running, 'spiped -d runs').toBe(true);
    if (entrance !== undefined) expect(entrance.program.running, 'spiped -e runs').toBe(true);
    expect(exit.turns.missing, 'connections that did not reach the target').toBe(0);
    expect(exit.turns.strays, 'connections to the target that nobody made').toBe(0);
  }
}
