/**
 * The command line of `spiped`: its option table, and the configuration that options make.
 *
 * Compatible with C spiped 1.6.4 in what it accepts, in the order of its checks and in its exit
 * codes (spiped/main.c). Rows marked `available: false` are recognized and checked, and then
 * refused. Starting anything is `spiped.ts`.
 */

import type { Role } from '../protocol/parameters.ts';
import {
  type CommandLine,
  type GivenOptions,
  type OptionRow,
  type Program,
  readCommandLine,
  requireAddress,
  usageError,
  type ValueKind,
} from './command-line.ts';
import type { SpipedConfig } from './config.ts';
import { parseCount, parseNonNegative } from './numbers.ts';
import {
  eventLogOf,
  keyFileOf,
  PIPE_OPTIONS,
  policyOf,
  QUESTION_OPTIONS,
  refuseUnavailable,
  SECONDS,
  timeoutOf,
} from './pipe-options.ts';

const COUNT: ValueKind = {
  expected: 'a whole number of connections, 0 for no limit',
  check: parseCount,
};

const SPIPED_OPTIONS = [
  { flag: '-e', summary: 'encrypt: plaintext at the source, packets to the target', group: 'role' },
  { flag: '-d', summary: 'decrypt: packets at the source, plaintext to the target', group: 'role' },
  {
    flag: '-s',
    argument: '<source socket>',
    summary: 'listen on host:port, [IP address]:port or /path',
  },
  ...PIPE_OPTIONS,
  {
    flag: '-n',
    argument: '<max # connections>',
    summary: 'connections open at once, 0 for no limit (default 100)',
    value: COUNT,
  },
  { flag: '-F', summary: 'stay in the foreground' },
  {
    flag: '-D',
    summary: 'start even if names cannot be resolved yet',
    available: false,
  },
  {
    flag: '-p',
    argument: '<pidfile>',
    summary: 'write the process id to this file',
    available: false,
  },
  {
    flag: '-r',
    argument: '<rtime>',
    summary: 'seconds between lookups of the target (default 60)',
    value: SECONDS,
    available: false,
  },
  { flag: '-R', summary: 'look the target up only once', available: false },
  { flag: '--syslog', summary: 'in the background, warn through syslog', available: false },
  {
    flag: '-u',
    argument: '<user>[:<group>] | :<group>',
    summary: 'once listening, become this user and group',
    available: false,
  },
  ...QUESTION_OPTIONS,
] as const satisfies readonly OptionRow[];

type SpipedFlag = (typeof SPIPED_OPTIONS)[number]['flag'];

/** The program and its options. */
export const SPIPED: Program<SpipedFlag> = {
  name: 'spiped',
  synopsis: [
    '{-e | -d} -s <source socket> -t <target socket> -k <key file>',
    '[-b <bind address>] [-DFj] [-f | -g] [-n <max # connections>]',
    '[-o <connection timeout>] [-p <pidfile>] [-r <rtime> | -R] [--syslog]',
    '[-u {<user>[:<group>] | :<group>}]',
    '[--event-log <directory> [--event-log-content {wire | full}]]',
  ],
  options: SPIPED_OPTIONS,
};

/** What `spiped` is to do with these arguments (without the program's name). */
export function parseSpiped(args: readonly string[]): CommandLine<SpipedConfig> {
  return readCommandLine(SPIPED, args, (given): SpipedConfig => {
    // The order of C's checks, for the sake of which of several problems is reported.
    const role = roleOf(given);
    const policy = policyOf(given);
    const keyFile = keyFileOf(given);
    const timeoutMilliseconds = timeoutOf(given);
    refuseIntervalWithoutLookups(given);
    const source = requireAddress('-s', 'source socket', given.value('-s'));
    const target = requireAddress('-t', 'target socket', given.value('-t'));
    const eventLog = eventLogOf(given);
    refuseUnavailable(SPIPED, given, given.has('-F') ? [] : ['background mode (no -F)']);
    return {
      role,
      policy,
      keepAlive: !given.has('-j'),
      timeoutMilliseconds,
      keyFile,
      source,
      target,
      maxConnections: maxConnectionsOf(given),
      dial: 'on-accept',
      foreground: true,
      waitForNames: false,
      pidFile: `${source.text}.pid`,
      syslog: false,
      log: { level: 'warn', format: 'text' },
      ...eventLog,
    };
  });
}

function roleOf(given: GivenOptions<SpipedFlag>): Role {
  if (given.has('-e')) return 'client';
  if (given.has('-d')) return 'server';
  throw usageError('neither -e (encrypt) nor -d (decrypt) is given: one is required');
}

/** C compares `-r` with its default, so that `-R` goes with `-r 60`, and with `-r 0`. */
function refuseIntervalWithoutLookups(given: GivenOptions<SpipedFlag>): void {
  const interval = parseNonNegative(given.value('-r') ?? '60');
  const isDefault = interval.ok && (interval.value === 60 || interval.value === 0);
  if (given.has('-R') && !isDefault) throw usageError('-r and -R exclude each other');
}

/** `-n`: 100 when absent, no limit when 0 or beyond all counting. */
function maxConnectionsOf(given: GivenOptions<SpipedFlag>): number {
  const count = parseCount(given.value('-n') ?? '100');
  if (!count.ok || count.value === 0n) return Number.POSITIVE_INFINITY;
  return count.value > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : Number(count.value);
}
