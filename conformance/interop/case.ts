/**
 * What an interop case is: a behaviour that any two implementations must show together.
 */

import type { Scope } from '../subjects/scope.ts';
import type { Policy } from '../subjects/spiped.ts';
import type { Line } from './line.ts';
import type { Entry, Pairing } from './pairing.ts';
import type { LineSettings } from './stage.ts';

/** What a case is given. */
export interface Cell {
  readonly pairing: Pairing;
  /** Owns everything the case starts. */
  readonly scope: Scope;
  /**
   * A pipe of the pairing that other cells use before and after this one. Whoever kills a daemon,
   * or needs the target gone, opens a Pipe of its own instead.
   */
  readonly line: (settings?: LineSettings) => Promise<Line>;
}

/** One row of the matrix. It knows the subjects by their pairing only. */
export interface InteropCase {
  /** Stable, unique: `payload-1024`. */
  readonly id: string;
  /** What must be true, in one sentence, with requirement ids where they apply. */
  readonly goal: string;
  /** The entries it makes sense for; both where not said. */
  readonly entries?: readonly Entry[];
  /**
   * Is it about packets? Then it runs with each packet engine of a subject that has several, by
   * name. Else it runs once, with the engine that the subject takes by itself.
   */
  readonly everyEngine?: boolean;
  /** Options that an end is started with; no cell for a subject that has none such. */
  readonly options?: { readonly client: Policy; readonly server: Policy };
  /** Which pairings are worth its cost; all of its entries and engines where not said. */
  readonly worthwhile?: (pairing: Pairing) => boolean;
  /** Why it cannot run on this machine; undefined where it can. */
  readonly cannotRun?: () => Promise<string | undefined>;
  /** Passes by returning, fails by throwing. */
  readonly run: (cell: Cell) => Promise<void>;
}
