/**
 * What a survival scenario is: an attack or an accident, in a size, and what must hold afterwards.
 *
 * Each has two sizes. The long one has the numbers of the promise and is run by `npm run soak`; the
 * short one is the same thing, smaller, among the tests. The sizes also say which of the limits
 * are judged: no limit of the short form depends on how quick a machine is.
 *
 * Not here: what is started and attacked; see pipe.ts. Running them: main.ts and survival.test.ts.
 */

import type { Scope } from '../subjects/scope.ts';
import type { Subject } from '../subjects/subject.ts';

export type Form = 'short' | 'long';

/** What a scenario is given. */
export interface Setting {
  /** Owns everything that the scenario starts. */
  readonly scope: Scope;
  /** The program that must survive. */
  readonly subject: Subject;
  /** C spiped, for the scenarios that put it at the other end; undefined where there is none. */
  readonly upstream: Subject | undefined;
}

/** Something measured, in words: `4 ms`, `61.2 MiB`. */
export interface Figure {
  readonly name: string;
  readonly value: string;
}

/** Something promised, and whether it held. */
export interface Verdict {
  readonly promise: string;
  readonly holds: boolean;
  /** What was seen instead of, or as proof of, what was promised. */
  readonly found: string;
}

/** What a scenario reports: collected while it runs, so that a failure shows all there is. */
export class Findings {
  readonly figures: Figure[] = [];
  readonly verdicts: Verdict[] = [];

  figure(name: string, value: string): void {
    this.figures.push({ name, value });
  }

  verdict(promise: string, holds: boolean, found: string): void {
    this.verdicts.push({ promise, holds, found });
  }

  /** Promises that two values are the same. */
  same(promise: string, found: string | number, expected: string | number): void {
    this.verdict(
      promise,
      found === expected,
      found === expected ? `${found}` : `${found}, not ${expected}`,
    );
  }
}

export interface Scenario {
  /** One word, for `--only`. */
  readonly name: string;
  /** What must be true, in one sentence, with requirement ids where they apply. */
  readonly goal: string;
  /** Whether it cannot be run without C spiped at one end. */
  readonly needsUpstream: boolean;
  /** Fails by a verdict that does not hold, or by throwing. */
  readonly run: (form: Form, setting: Setting, findings: Findings) => Promise<void>;
}

/** A scenario whose size is of its own kind. */
export function defineScenario<Size>(definition: {
  readonly name: string;
  readonly goal: string;
  readonly needsUpstream?: boolean;
  readonly sizes: Readonly<Record<Form, Size>>;
  readonly run: (size: Size, setting: Setting, findings: Findings) => Promise<void>;
}): Scenario {
  const { name, goal, needsUpstream = false, sizes, run } = definition;
  return {
    name,
    goal,
    needsUpstream,
    run: (form, setting, findings) => run(sizes[form], setting, findings),
  };
}
