/**
 * The options that `spiped` and `spipe` share: their rows for the option tables, and what they
 * mean.
 */

import { type Address, parseBindAddress } from '../config/address.ts';
import { type LogConfig, MAX_TIMEOUT_MILLISECONDS, type PipeConfig } from '../config/config.ts';
import { parseNonNegative } from '../config/numbers.ts';
import type { Policy } from '../protocol/parameters.ts';
import {
  addressOption,
  type GivenOptions,
  type OptionRow,
  usageError,
  type ValueKind,
} from './command-line.ts';

/** A duration in seconds, by C's rules. */
export const SECONDS: ValueKind = {
  expected: 'a number of seconds, 0 or more',
  check: parseNonNegative,
};

/** The words that an option can be given, the first of them its default. */
export const CHOICES = {
  eventLogContent: ['wire', 'full'],
  logLevel: ['warn', 'error', 'info', 'debug'],
  logFormat: ['text', 'json'],
} as const;

/** One of these words, spelled exactly so. */
export function oneOf(words: readonly [string, string, ...string[]]): ValueKind {
  const others = words.slice(0, -1).join(', ');
  return {
    expected: `${others} or ${words.at(-1)}`,
    check: (text) =>
      words.includes(text) ? { ok: true, value: text } : { ok: false, reason: 'form' },
  };
}

const DIRECTORY: ValueKind = {
  expected: 'the path of a directory',
  check: (text) => (text === '' ? { ok: false, reason: 'form' } : { ok: true, value: text }),
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
    value: oneOf(CHOICES.eventLogContent),
  },
  {
    flag: '--log-level',
    argument: '<level>',
    summary: 'how much to say: error, warn (default), info or debug',
    value: oneOf(['error', 'warn', 'info', 'debug']),
  },
  {
    flag: '--log-format',
    argument: '{text | json}',
    summary: 'lines for people (default), or one JSON object a line',
    value: oneOf(CHOICES.logFormat),
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

/** An option that both programs have. */
export type PipeFlag = (typeof PIPE_OPTIONS | typeof QUESTION_OPTIONS)[number]['flag'];

/** `-f` and `-g`. */
export function policyOf(given: GivenOptions<PipeFlag>): Policy {
  const policy = { weak: given.has('-f'), requireForwardSecrecy: given.has('-g') };
  //= HS-22
  //# The options `-f` and `-g` together MUST be refused before anything is opened.
  if (policy.weak && policy.requireForwardSecrecy) throw usageError('-f and -g exclude each other');
  return policy;
}

/** `-k`, which must be there. */
export function keyFileOf(given: GivenOptions<PipeFlag>): string {
  const keyFile = given.value('-k');
  if (keyFile === undefined) throw usageError('no key file: -k is required');
  return keyFile;
}

/** `-o` in milliseconds: 5 s when it is absent, and when it is 0, as in C. */
export function timeoutOf(given: GivenOptions<PipeFlag>): number {
  const text = given.value('-o') ?? '5';
  const seconds = secondsOf(text);
  // Not a number is the one value that gets past the check of the row, as it does in C.
  if (Number.isNaN(seconds))
    throw usageError(
      `option -o: ${JSON.stringify(text)} is not a number: expected ${SECONDS.expected}`,
    );
  //= CL-13
  //# A time of 0 MUST mean the default: 5 s for `-o`, 60 s for `-r`.
  return timerMilliseconds(seconds === 0 ? 5 : seconds);
}

/** The number in a value that its row has checked as {@link SECONDS}; can be NaN and infinite. */
export function secondsOf(text: string): number {
  const parsed = parseNonNegative(text);
  return parsed.ok ? parsed.value : Number.NaN;
}

/** Seconds as a timer can wait for them: whole milliseconds, at least one, and cut at the longest. */
export function timerMilliseconds(seconds: number): number {
  return Math.min(Math.max(Math.round(seconds * 1000), 1), MAX_TIMEOUT_MILLISECONDS);
}

/** `-b`, checked as far as C checks it with the options; see {@link addressOption}. */
export function bindAddressOf(given: GivenOptions<PipeFlag>): (() => Address) | undefined {
  const text = given.value('-b');
  return text === undefined ? undefined : addressOption('-b', text, parseBindAddress);
}

/** `--event-log` and `--event-log-content`, as the field of a configuration that they become. */
export function eventLogOf(given: GivenOptions<PipeFlag>): Pick<PipeConfig, 'eventLog'> {
  const directory = given.value('--event-log');
  if (directory === undefined) {
    if (!given.has('--event-log-content')) return {};
    throw usageError('--event-log-content says what to record, and --event-log not where');
  }
  const content = choiceOf(CHOICES.eventLogContent, given.value('--event-log-content'));
  return { eventLog: { directory, content } };
}

/** `--log-level` and `--log-format`. */
export function logOf(given: GivenOptions<PipeFlag>): LogConfig {
  return {
    level: choiceOf(CHOICES.logLevel, given.value('--log-level')),
    format: choiceOf(CHOICES.logFormat, given.value('--log-format')),
  };
}

/** Which of these words was given; the first when none was. */
export function choiceOf<Word extends string>(
  words: readonly [Word, ...Word[]],
  text: string | undefined,
): Word {
  return words.find((word) => word === text) ?? words[0];
}
