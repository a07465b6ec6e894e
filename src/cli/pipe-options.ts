/**
 * The options that `spiped` and `spipe` share: their rows for the option tables, and what they
 * mean.
 */

import { parseBindAddress } from '../config/address.ts';
import { LOG_LEVELS, MAX_TIMEOUT_MILLISECONDS, type PipeConfig } from '../config/config.ts';
import { parseNonNegative } from '../config/numbers.ts';
import type { Policy } from '../protocol/parameters.ts';
import {
  addressOption,
  type GivenOptions,
  type OptionRow,
  required,
  UsageError,
  type ValueKind,
} from './command-line.ts';

/** A time, with its text for messages; can be NaN and infinite. */
export interface Seconds {
  readonly text: string;
  readonly seconds: number;
}

/** A duration in seconds, by C's rules. */
export const SECONDS: ValueKind<Seconds> = {
  expected: 'a number of seconds, 0 or more',
  read: (text) => {
    const parsed = parseNonNegative(text);
    return parsed.ok ? { ok: true, value: { text, seconds: parsed.value } } : parsed;
  },
};

/** One of these words, spelled exactly so. */
export function oneOf<Word extends string>(...words: readonly Word[]): ValueKind<Word> {
  return {
    expected: `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
    read: (text) => {
      const value = words.find((word) => word === text);
      return value === undefined ? { ok: false, reason: 'form' } : { ok: true, value };
    },
  };
}

const DIRECTORY: ValueKind<string> = {
  expected: 'the path of a directory',
  read: (text) => (text === '' ? { ok: false, reason: 'form' } : { ok: true, value: text }),
};

/** The rows of both programs, in the order in which `--help` shows them. */
//= CL-2
//# An option that C does not have SHOULD have a long name only.
export const PIPE_OPTIONS = [
  {
    flag: '-t',
    argument: '<target socket>',
    summary: 'connect to host:port, [IP address]:port or /path',
  },
  {
    flag: '-k',
    argument: '<key file>',
    summary: 'read the shared key from this file; - is standard input',
  },
  {
    flag: '-b',
    argument: '<bind address>',
    summary: 'connect to the target from this address',
  },
  { flag: '-f', summary: 'fast, without forward secrecy' },
  { flag: '-g', summary: 'refuse a peer that uses -f' },
  { flag: '-j', summary: 'do not use TCP keep-alive' },
  {
    flag: '-o',
    argument: '<connection timeout>',
    summary: 'seconds to connect, and again for the handshake (default 5)',
    value: SECONDS,
  },
  {
    flag: '--event-log',
    argument: '<directory>',
    summary: 'record the events of each connection in this directory',
    value: DIRECTORY,
  },
  {
    flag: '--event-log-content',
    argument: '{wire | full}',
    summary: 'wire: what an eavesdropper sees (default); full: secrets too',
    value: oneOf('wire', 'full'),
  },
  {
    flag: '--log-level',
    argument: '<level>',
    summary: 'how much to say: error, warn (default), info or debug',
    value: oneOf(...LOG_LEVELS),
  },
  {
    flag: '--log-format',
    argument: '{text | json}',
    summary: 'lines for people (default), or one JSON object a line',
    value: oneOf('text', 'json'),
  },
] as const satisfies readonly OptionRow[];

/** The rows, the last of both programs, that answer a question instead of running. */
export const QUESTION_OPTIONS = [
  {
    flag: '-v',
    summary: 'print the version on standard error',
    answer: 'version on standard error',
  },
  { flag: '--version', summary: 'print the version', answer: 'version' },
  { flag: '--help', summary: 'print this text', answer: 'help' },
] as const satisfies readonly OptionRow[];

/** The options that were given, of those that both programs have. */
export type GivenPipeOptions = GivenOptions<
  (typeof PIPE_OPTIONS | typeof QUESTION_OPTIONS)[number]
>;

/** What C checks first, in its order, and what cannot be wrong. */
export function basicsOf(given: GivenPipeOptions) {
  return {
    policy: policyOf(given),
    keyFile: required('-k', 'key file', given['-k']),
    timeoutMilliseconds: timeoutOf(given),
    keepAlive: !given['-j'],
    log: { level: given['--log-level'] ?? 'warn', format: given['--log-format'] ?? 'text' },
  } as const;
}

/** `-f` and `-g`. */
function policyOf({ '-f': weak, '-g': strict }: GivenPipeOptions): Policy {
  //= HS-22
  //# The options `-f` and `-g` together MUST be refused before anything is opened.
  if (weak && strict) throw new UsageError('-f and -g exclude each other');
  return { weak: weak ?? false, requireForwardSecrecy: strict ?? false };
}

/** `-o` in milliseconds: 5 s when it is absent, and when it is 0, as in C. */
function timeoutOf({ '-o': timeout }: GivenPipeOptions): number {
  //= CL-13
  //# A time of 0 MUST mean the default: 5 s for `-o`, 60 s for `-r`.
  const seconds = timeout === undefined ? 0 : secondsOf('-o', timeout);
  return timerMilliseconds(seconds === 0 ? 5 : seconds);
}

/** Not a number is the one value that gets past the row, as it does in C; here it is refused. */
export function secondsOf(flag: string, { text, seconds }: Seconds): number {
  if (!Number.isNaN(seconds)) return seconds;
  throw new UsageError(
    `option ${flag}: ${JSON.stringify(text)} is not a number: expected ${SECONDS.expected}`,
  );
}

/** Seconds as a timer can wait for them: whole milliseconds, at least one, and cut at the longest. */
export function timerMilliseconds(seconds: number): number {
  return Math.min(Math.max(Math.round(seconds * 1000), 1), MAX_TIMEOUT_MILLISECONDS);
}

/** `-t` and `-b`, checked as far as C checks them with the options; see {@link addressOption}. */
export function targetOf(given: GivenPipeOptions): () => Pick<PipeConfig, 'target' | 'bind'> {
  const target = addressOption('-t', required('-t', 'target socket', given['-t']));
  const { '-b': text } = given;
  const bind = text === undefined ? undefined : addressOption('-b', text, parseBindAddress);
  return () => ({ target: target(), bind: bind?.() });
}

/** `--event-log` and `--event-log-content`. */
export function eventLogOf(given: GivenPipeOptions): PipeConfig['eventLog'] {
  const { '--event-log': directory, '--event-log-content': content } = given;
  if (directory !== undefined) return { directory, content: content ?? 'wire' };
  if (content === undefined) return undefined;
  throw new UsageError('--event-log-content says what to record, and --event-log not where');
}
