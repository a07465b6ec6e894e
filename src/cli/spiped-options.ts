/**
 * The command line of `spiped`: its option table, and the configuration that options make.
 *
 * Compatible with C spiped 1.6.4 in what it accepts, in the order of its checks and in its exit
 * codes (spiped/main.c). Starting anything is `spiped.ts`.
 */

import type { SpipedConfig } from '../config/config.ts';
import { type NumberResult, parseCount } from '../config/numbers.ts';
import type { Role } from '../protocol/parameters.ts';
import {
  type CommandLine,
  type GivenOptions,
  type OptionRow,
  type Program,
  readCommandLine,
  requiredAddress,
  usageError,
  type ValueKind,
} from './command-line.ts';
import {
  bindAddressOf,
  choiceOf,
  eventLogOf,
  keyFileOf,
  logOf,
  oneOf,
  PIPE_OPTIONS,
  policyOf,
  QUESTION_OPTIONS,
  SECONDS,
  secondsOf,
  timeoutOf,
  timerMilliseconds,
} from './pipe-options.ts';

const COUNT: ValueKind = {
  expected: 'a whole number of connections, 0 for no limit',
  check: parseCount,
};

/** So many processes are more than any one pipe has use for. */
const MAXIMUM_WORKERS = 64;

/** Ours, and so without C's surprises: decimal, nothing around it, no leading zero. */
const WORKERS: ValueKind = {
  expected: `a whole number from 1 to ${MAXIMUM_WORKERS}`,
  check: parseWorkers,
};

/** When a server dials, the default first. */
const DIALS = ['on-accept', 'after-handshake'] as const;

//= CL-1
//# Each program MUST accept every option of the table above that is its own, under the same name
//# and with the same kind of argument.
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
  { flag: '-F', summary: 'stay in the foreground, write no pid file' },
  { flag: '-D', summary: 'start even if names cannot be resolved yet' },
  {
    flag: '-p',
    argument: '<pidfile>',
    summary: 'write the process id here (default <source socket>.pid)',
  },
  {
    flag: '-r',
    argument: '<rtime>',
    summary: 'seconds between lookups of the target (default 60)',
    value: SECONDS,
  },
  { flag: '-R', summary: 'look the target up only once' },
  { flag: '--syslog', summary: 'in the background, log through syslog' },
  {
    flag: '-u',
    argument: '<user>[:<group>] | :<group>',
    summary: 'once listening, become this user and group',
  },
  {
    flag: '--dial',
    argument: '{on-accept | after-handshake}',
    summary: 'with -d: when to connect to the target (default on-accept)',
    value: oneOf(DIALS),
  },
  {
    flag: '--drain-timeout',
    argument: '<seconds>',
    summary: 'after SIGTERM, drop what is still open after this time',
    value: SECONDS,
  },
  {
    flag: '--workers',
    argument: '<number>',
    summary: 'serve connections in so many processes, 1 to 64',
    value: WORKERS,
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
    '[--dial {on-accept | after-handshake}] [--drain-timeout <seconds>] [--workers <number>]',
    '[--event-log <directory> [--event-log-content {wire | full}]]',
    '[--log-level <level>] [--log-format {text | json}]',
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
    const resolveInterval = resolveIntervalOf(given);
    const source = requiredAddress('-s', 'source socket', given.value('-s'));
    const target = requiredAddress('-t', 'target socket', given.value('-t'));
    const bind = bindAddressOf(given);
    const dial = dialOf(given, role);
    const drainTimeout = drainTimeoutOf(given);
    const eventLog = eventLogOf(given);
    const user = given.value('-u');
    const workers = given.value('--workers');
    return {
      role,
      policy,
      keepAlive: !given.has('-j'),
      timeoutMilliseconds,
      keyFile,
      source: source(),
      target: target(),
      ...(bind === undefined ? {} : { bind: bind() }),
      maxConnections: maxConnectionsOf(given),
      dial,
      foreground: given.has('-F'),
      waitForNames: given.has('-D'),
      pidFile: given.value('-p') ?? `${given.value('-s')}.pid`,
      ...resolveInterval,
      ...(user === undefined ? {} : { user }),
      syslog: given.has('--syslog'),
      withoutEffect: withoutEffectOf(given),
      ...drainTimeout,
      ...(workers === undefined ? {} : { workers: Number(workers) }),
      log: logOf(given),
      ...eventLog,
    };
  });
}

//= CL-8
//# A `spiped` without `-s`, `-t`, `-k` or one of `-e` and `-d`, and a `spipe` without `-t` or `-k`,
//# MUST be refused.
function roleOf(given: GivenOptions<SpipedFlag>): Role {
  if (given.has('-e')) return 'client';
  if (given.has('-d')) return 'server';
  throw usageError('neither -e (encrypt) nor -d (decrypt) is given: one is required');
}

/**
 * `-r` and `-R`. An interval of 0 is the default, 60 s, and what is not a number is none, as in C;
 * as C compares with the default, `-R` goes with `-r 60` and `-r 0`.
 */
function resolveIntervalOf(
  given: GivenOptions<SpipedFlag>,
): Pick<SpipedConfig, 'resolveIntervalMilliseconds'> {
  const interval = secondsOf(given.value('-r') ?? '60');
  const seconds = interval === 0 ? 60 : interval;
  if (given.has('-R')) {
    //= CL-16
    //# The options `-R` and `-r` together MUST be refused, unless the time of `-r` is 60 or 0.
    if (seconds !== 60) throw usageError('-r and -R exclude each other');
    return {};
  }
  return Number.isNaN(seconds) ? {} : { resolveIntervalMilliseconds: timerMilliseconds(seconds) };
}

/** `--dial`. A client connects before it can shake hands: the option means nothing to it. */
function dialOf(given: GivenOptions<SpipedFlag>, role: Role): SpipedConfig['dial'] {
  if (given.has('--dial') && role === 'client') {
    throw usageError('--dial goes with -d only: with -e, the handshake is with the target');
  }
  return choiceOf(DIALS, given.value('--dial'));
}

/** `--drain-timeout`: 0 drops everything at once, and `inf` is as good as none. */
function drainTimeoutOf(
  given: GivenOptions<SpipedFlag>,
): Pick<SpipedConfig, 'drainTimeoutMilliseconds'> {
  const text = given.value('--drain-timeout');
  if (text === undefined) return {};
  const seconds = secondsOf(text);
  if (Number.isNaN(seconds)) {
    throw usageError(
      `option --drain-timeout: ${JSON.stringify(text)} is not a number: expected ${SECONDS.expected}`,
    );
  }
  if (seconds === Number.POSITIVE_INFINITY) return {};
  return { drainTimeoutMilliseconds: seconds === 0 ? 0 : timerMilliseconds(seconds) };
}

/** In the foreground, C takes these options and ignores them. */
function withoutEffectOf(given: GivenOptions<SpipedFlag>): readonly string[] {
  if (!given.has('-F')) return [];
  return [
    ...(given.has('-p') ? ['-p has no effect with -F: no pid file is written'] : []),
    ...(given.has('--syslog')
      ? ['--syslog has no effect with -F: lines go to standard error']
      : []),
  ];
}

function parseWorkers(text: string): NumberResult<number> {
  if (!/^-?(?:0|[1-9]\d*)$/.test(text)) return { ok: false, reason: 'form' };
  const value = Number(text);
  return value >= 1 && value <= MAXIMUM_WORKERS
    ? { ok: true, value }
    : { ok: false, reason: 'range' };
}

/** `-n`: 100 when absent, no limit when 0 or beyond all counting. */
function maxConnectionsOf(given: GivenOptions<SpipedFlag>): number {
  const count = parseCount(given.value('-n') ?? '100');
  //= CL-15
  //# A count of 0 MUST mean no limit.
  if (!count.ok || count.value === 0n) return Number.POSITIVE_INFINITY;
  return count.value > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : Number(count.value);
}
