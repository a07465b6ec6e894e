/**
 * The options that `spiped` and `spipe` share: their rows for the option tables, and what they
 * mean.
 */

import type { Policy } from '../protocol/parameters.ts';
import {
  CommandLineError,
  type GivenOptions,
  type OptionRow,
  type Program,
  usageError,
  type ValueKind,
} from './command-line.ts';
import { type EventLogContent, MAX_TIMEOUT_MILLISECONDS, type PipeConfig } from './config.ts';
import { parseNonNegative } from './numbers.ts';

/** A duration in seconds, by C's rules. */
export const SECONDS: ValueKind = {
  expected: 'a number of seconds, 0 or more',
  check: parseNonNegative,
};

const CONTENT: ValueKind = {
  expected: 'wire or full',
  check: (text) =>
    isEventLogContent(text) ? { ok: true, value: text } : { ok: false, reason: 'form' },
};

const DIRECTORY: ValueKind = {
  expected: 'the path of a directory',
  check: (text) => (text === '' ? { ok: false, reason: 'form' } : { ok: true, value: text }),
};

/** The rows of both programs, in the order in which `--help` shows them. */
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
    available: false,
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
    value: CONTENT,
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
  const text = given.value('-o');
  const parsed = parseNonNegative(text ?? '5');
  const seconds = parsed.ok ? parsed.value : Number.NaN;
  // Not a number is the one value that gets past the check of the row, as it does in C.
  if (Number.isNaN(seconds))
    throw usageError(
      `option -o: ${JSON.stringify(text)} is not a number: expected ${SECONDS.expected}`,
    );
  const milliseconds = Math.round((seconds === 0 ? 5 : seconds) * 1000);
  return Math.min(Math.max(milliseconds, 1), MAX_TIMEOUT_MILLISECONDS);
}

/** `--event-log` and `--event-log-content`, as the field of a configuration that they become. */
export function eventLogOf(given: GivenOptions<PipeFlag>): Pick<PipeConfig, 'eventLog'> {
  const directory = given.value('--event-log');
  const content = given.value('--event-log-content');
  if (directory === undefined) {
    if (content === undefined) return {};
    throw usageError('--event-log-content says what to record, and --event-log not where');
  }
  return {
    eventLog: { directory, content: isEventLogContent(content) ? content : 'wire' },
  };
}

/** Refuse what is known but not there yet: rows marked so, and `others` by their own words. */
export function refuseUnavailable<Flag extends string>(
  program: Program<Flag>,
  given: GivenOptions<Flag>,
  others: readonly string[] = [],
): void {
  const unavailable = program.options.filter(
    ({ flag, available }) => available === false && given.has(flag),
  );
  const names = [...unavailable.map(({ flag }) => flag), ...others];
  if (names.length === 0) return;
  const verb = names.length === 1 ? 'is' : 'are';
  throw new CommandLineError(`${names.join(', ')} ${verb} not available yet in this version`, {
    withUsage: false,
  });
}

function isEventLogContent(text: string | undefined): text is EventLogContent {
  return text === 'wire' || text === 'full';
}
