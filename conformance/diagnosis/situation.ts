/**
 * What a situation is: something that goes wrong, or does not, between real processes, and what each
 * end of ours must say of it, and must not, at the default log level.
 *
 * Not here: what is started and by whom; see stage.ts. What was said, and the verdict: judge.ts.
 */

import type { Stage } from './stage.ts';

/** What one end must say. */
export interface Expectation {
  /**
   * Each of these matches a line, and each line matches one of these or of `maySay`. With neither,
   * the end says nothing at all.
   */
  readonly says: readonly RegExp[];
  /** What it may say, where that depends on who was quicker. */
  readonly maySay?: readonly RegExp[];
  /** No line matches any of these. {@link NEVER} is always among them. */
  readonly never?: readonly RegExp[];
  /**
   * It may be that the ends have different keys, as far as this end can know. Where it may not,
   * no line may name it.
   */
  readonly keyPossible?: true;
}

/** The end says nothing. */
export const SILENCE: Expectation = { says: [] };

/** What would blame the key. */
export const BLAMES_KEY = /different key|not have our key/;

/** In no line of any end: a stack trace, a defect, an exception's class. */
export const NEVER: readonly RegExp[] = [
  /^\s+at /,
  /defect in this program/,
  /\b\w*Error: /,
  /node:|\.ts\b|\.js\b/,
];

export interface Situation {
  /** A few words, for the table and for `--only`. */
  readonly id: string;
  /**
   * Which ends are programs under test. With both, the situation is set up with ours at both ends,
   * and with C at the one and at the other.
   */
  readonly ends: 'both' | 'client' | 'server';
  /** An end that has an option of ours, and so cannot be C. */
  readonly onlyOurs?: 'server';
  /** By the name that the stage gives to each end of it; see {@link Stage.daemon}. */
  readonly expected: Readonly<Record<string, Expectation>>;
  /** Sets it up, and returns when nothing more will happen to the ends. May throw {@link TooSlow}. */
  readonly run: (stage: Stage) => Promise<void>;
  /** Why it cannot be set up on this machine; undefined where it can. */
  readonly obstacle?: () => string | undefined;
}

/** The machine was busy, and the situation has become another one: it is to be set up again. */
export class TooSlow extends Error {}

/** Below this, in milliseconds, who leaves without a byte is a port check, and worth no line. */
const LONGEST_PORT_CHECK = 1000;

/** A port check: what `visit` does. It must be over in less time than what is no port check. */
export async function asPortCheck(visit: () => Promise<void>): Promise<void> {
  const begin = performance.now();
  await visit();
  if (performance.now() - begin >= LONGEST_PORT_CHECK) throw new TooSlow();
}

/** Situations of one kind, in the order of the table. */
export interface Chapter {
  readonly title: string;
  readonly situations: readonly Situation[];
}
