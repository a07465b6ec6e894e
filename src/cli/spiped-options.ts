/**
 * The command line of `spiped`: its option table, and the configuration that options make.
 *
 * Compatible with C spiped 1.6.4 in what it accepts, in the order of its checks and in its exit
 * codes (spiped/main.c). Starting anything is `spiped.ts`.
 */

import type { SpipedConfig } from '../config/config.ts';
import { parseCount } from '../config/numbers.ts';
import type { Role } from '../protocol/parameters.ts';
import {
  addressOption,
  type CommandLine,
  type GivenOptions,
  type OptionRow,
  type Program,
  readCommandLine,
  required,
  UsageError,
  type ValueKind,
} from './command-line.ts';
import {
  basicsOf,
  eventLogOf,
  oneOf,
  PIPE_OPTIONS,
  QUESTION_OPTIONS,
  SECONDS,
  secondsOf,
  targetOf,
  timerMilliseconds,
} from './pipe-options.ts';

/** A limit, infinite where there is none. */
const COUNT: ValueKind<number> = {
  expected: 'a whole number of connections, 0 for no limit',
  read: (text) => {
    const count = parseCount(text);
    if (!count.ok) return count;
    //= CL-15
    //# A count of 0 MUST mean no limit.
    const limited = count.value !== 0n && count.value <= Number.MAX_SAFE_INTEGER;
    return { ok: true, value: limited ? Number(count.value) : Number.POSITIVE_INFINITY };
  },
};

/** So many processes are more than any one pipe has use for. */
const MAXIMUM_WORKERS = 64;

/** Ours, and so without C's surprises: decimal, nothing around it, no leading zero. */
const WORKERS: ValueKind<number> = {
  expected: `a whole number from 1 to ${MAXIMUM_WORKERS}`,
  read: (text) => {
    if (!/^-?(?:0|[1-9]\d*)$/.test(text)) return { ok: false, reason: 'form' };
    const value = Number(text);
    const inRange = value >= 1 && value <= MAXIMUM_WORKERS;
    return inRange ? { ok: true, value } : { ok: false, reason: 'range' };
  },
};

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
    value: oneOf('on-accept', 'after-handshake'),
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

type Given = GivenOptions<(typeof SPIPED_OPTIONS)[number]>;

/** The program and its options. */
export const SPIPED = {
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
} satisfies Program;

/** What `spiped` is to do with these arguments (without the program's name). */
export function parseSpiped(args: readonly string[]): CommandLine<SpipedConfig> {
  return readCommandLine(SPIPED, args, (given): SpipedConfig => {
    // The order of C's checks, for the sake of which of several problems is reported.
    const role = roleOf(given);
    const basics = basicsOf(given);
    const resolveIntervalMilliseconds = resolveIntervalOf(given);
    const source = addressOption('-s', required('-s', 'source socket', given['-s']));
    const target = targetOf(given);
    const dial = dialOf(given, role);
    const drainTimeoutMilliseconds = drainTimeoutOf(given);
    const eventLog = eventLogOf(given);
    return {
      ...basics,
      role,
      source: source(),
      ...target(),
      maxConnections: given['-n'] ?? 100,
      dial,
      foreground: given['-F'] ?? false,
      waitForNames: given['-D'] ?? false,
      pidFile: given['-p'] ?? `${given['-s']}.pid`,
      resolveIntervalMilliseconds,
      user: given['-u'],
      syslog: given['--syslog'] ?? false,
      withoutEffect: withoutEffectOf(given),
      drainTimeoutMilliseconds,
      workers: given['--workers'],
      eventLog,
    };
  });
}

//= CL-8
//# A `spiped` without `-s`, `-t`, `-k` or one of `-e` and `-d`, and a `spipe` without `-t` or `-k`,
//# MUST be refused.
function roleOf(given: Given): Role {
  if (given['-e']) return 'client';
  if (given['-d']) return 'server';
  throw new UsageError('neither -e (encrypt) nor -d (decrypt) is given: one is required');
}

/**
 * `-r` and `-R`. An interval of 0 is the default, 60 s, and what is not a number is none, as in C;
 * as C compares with the default, `-R` goes with `-r 60` and `-r 0`.
 */
function resolveIntervalOf({ '-r': interval, '-R': once }: Given): number | undefined {
  const asked = interval?.seconds ?? 0;
  const seconds = asked === 0 ? 60 : asked;
  //= CL-16
  //# The options `-R` and `-r` together MUST be refused, unless the time of `-r` is 60 or 0.
  if (once && seconds !== 60) throw new UsageError('-r and -R exclude each other');
  return once || Number.isNaN(seconds) ? undefined : timerMilliseconds(seconds);
}

/** `--dial`. A client connects before it can shake hands: the option means nothing to it. */
function dialOf({ '--dial': dial }: Given, role: Role): SpipedConfig['dial'] {
  if (dial !== undefined && role === 'client') {
    throw new UsageError('--dial goes with -d only: with -e, the handshake is with the target');
  }
  return dial ?? 'on-accept';
}

/** `--drain-timeout`: 0 drops everything at once, and `inf` is as good as none. */
function drainTimeoutOf({ '--drain-timeout': timeout }: Given): number | undefined {
  if (timeout === undefined) return undefined;
  const seconds = secondsOf('--drain-timeout', timeout);
  if (seconds === Number.POSITIVE_INFINITY) return undefined;
  return seconds === 0 ? 0 : timerMilliseconds(seconds);
}

/** In the foreground, C takes these options and ignores them. */
function withoutEffectOf(given: Given): readonly string[] {
  const lines: string[] = [];
  if (!given['-F']) return lines;
  if (given['-p'] !== undefined) lines.push('-p has no effect with -F: no pid file is written');
  if (given['--syslog']) lines.push('--syslog has no effect with -F: lines go to standard error');
  return lines;
}
