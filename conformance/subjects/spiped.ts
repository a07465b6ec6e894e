/**
 * Starting a subject's spiped in the foreground and knowing when it listens.
 */

import { type Address, newAddress, type Spelling } from './addresses.ts';
import { WAIT_LIMIT } from './deadline.ts';
import { isListening } from './processes.ts';
import { Program } from './program.ts';
import type { Scope } from './scope.ts';
import { has, type Subject, titleOf } from './subject.ts';

/** What an end demands of the handshake: nothing, `-f` or `-g`. */
export type Policy = 'none' | '-f' | '-g';

export interface SpipedSettings {
  /** `-e`: plaintext comes in, packets go out. `-d`: the reverse. */
  readonly role: '-e' | '-d';
  /** Where to listen: a given address, or any new one of a spelling. */
  readonly source: Address | Spelling;
  readonly target: Address;
  /** Path of the key file. */
  readonly key: string;
  readonly policy?: Policy;
  /** Seconds of `-o`; {@link PATIENCE} where not said. */
  readonly timeout?: number;
  /** Further arguments. */
  readonly more?: readonly string[];
}

/** A spiped that listens. */
export interface Spiped {
  readonly program: Program;
  readonly source: Address;
}

/** How often to pick another port when somebody else was faster. */
const ATTEMPTS = 10;

/**
 * Milliseconds between two looks whether it listens: the first, and the longest. A small program
 * is ready at once; beside a large one, looking would only take the processor from it.
 */
const POLL_INTERVALS = { first: 2, longest: 20 } as const;

/**
 * Seconds for connecting and for the handshake, in place of the 5 that every implementation has:
 * no test may depend on the machine's speed.
 */
export const PATIENCE: readonly string[] = ['-o', '60'];

/** `-o` with these seconds, or {@link PATIENCE}; nothing where the subject has no such option. */
export function patience(subject: Subject, seconds?: number): readonly string[] {
  if (!has(subject, '-o')) return [];
  return seconds === undefined ? PATIENCE : ['-o', String(seconds)];
}

export const policyArguments = (policy: Policy | undefined): readonly string[] =>
  policy === undefined || policy === 'none' ? [] : [policy];

/**
 * Starts the subject's spiped and waits until it listens; it ends with the scope.
 *
 * @throws Error with what it wrote to standard error, when it ends instead.
 */
export async function startSpiped(
  scope: Scope,
  subject: Subject,
  settings: SpipedSettings,
): Promise<Spiped> {
  for (let attempt = 1; ; attempt += 1) {
    const source =
      typeof settings.source === 'string'
        ? await newAddress(settings.source, scope.directory)
        : settings.source;
    const title = titleOf(subject, `spiped ${settings.role}`);
    const args = [
      ...['-F', settings.role, '-s', source.text, '-t', settings.target.text],
      ...['-k', settings.key, ...policyArguments(settings.policy)],
      ...patience(subject, settings.timeout),
      ...(settings.more ?? []),
    ];
    const program = new Program(scope, title, subject.spiped, args, subject.environment);
    program.stdin.end();
    program.stdout.resume();
    if (await listens(program, source)) return { program, source };

    const addressTaken = /address already in use|EADDRINUSE/i.test(program.complaints);
    const mayChoose = typeof settings.source === 'string';
    if (!(addressTaken && mayChoose && attempt < ATTEMPTS)) {
      throw new Error(`spiped does not listen on ${source.text}: ${program.account()}`);
    }
  }
}

/** True when it listens, false when it has ended, or has done nothing, instead. */
async function listens(program: Program, source: Address): Promise<boolean> {
  const deadline = Date.now() + WAIT_LIMIT;
  let interval: number = POLL_INTERVALS.first;
  while (program.running && Date.now() < deadline) {
    if (await isListening(program.pid, source)) return true;
    await new Promise((resolve) => setTimeout(resolve, interval));
    interval = Math.min(interval * 1.5, POLL_INTERVALS.longest);
  }
  return false;
}
