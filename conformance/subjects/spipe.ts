/**
 * Starting a subject's spipe: standard input into the pipe, the pipe to standard output.
 */

import type { Address } from './addresses.ts';
import { Program } from './program.ts';
import type { Scope } from './scope.ts';
import { type Policy, patience, policyArguments } from './spiped.ts';
import { type Subject, titleOf } from './subject.ts';

export interface SpipeSettings {
  readonly target: Address;
  /** Path of the key file. */
  readonly key: string;
  readonly policy?: Policy;
  /** Further arguments. */
  readonly more?: readonly string[];
}

/** Starts the subject's spipe; it ends with the scope at the latest. */
export function startSpipe(scope: Scope, subject: Subject, settings: SpipeSettings): Program {
  const args = [
    ...['-t', settings.target.text, '-k', settings.key],
    ...policyArguments(settings.policy),
    ...patience(subject),
    ...(settings.more ?? []),
  ];
  return new Program(scope, titleOf(subject, 'spipe'), subject.spipe, args, subject.environment);
}
