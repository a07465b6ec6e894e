/**
 * Command lines, and what C spiped and C spipe do with them: test data, not part of the program.
 *
 * The verdicts were recorded by running C spiped 1.6.2 (Debian's). Lines that C accepts name a key
 * file that does not exist, so that C stops right after it has read the options and resolved the
 * addresses, and nothing is left running. Where we differ, the vector says so and why.
 */

/** What a program does with a command line. */
export type Verdict =
  /** Accepts it: goes on to read the key file. */
  | 'accepts'
  /** Prints its usage text on standard error, exit 1. */
  | 'usage'
  /** Names a bad value on standard error, without the usage text, exit 1. */
  | 'bad value'
  /** Names an address that cannot be resolved, without the usage text, exit 1. */
  | 'bad address'
  /** Prints its version on standard error, exit 0. */
  | 'version';

/** What we do, where it is none of C's verdicts. */
export type OurVerdict =
  | Verdict
  /** Prints the usage text and the options on standard output, exit 0. */
  | 'help'
  /** Prints the version on standard output, exit 0. */
  | 'version on standard output';

/** One command line. */
export interface CommandLineVector {
  readonly args: readonly string[];
  /** What C 1.6.2 does. */
  readonly c: Verdict;
  /** What we do, where it differs. */
  readonly ours?: OurVerdict;
  /** Why it differs. */
  readonly because?: string;
}

const OURS = 'an option that C does not have';
const SINCE_163 = 'C has this option since 1.6.3';
const BRACKETS_163 = 'C 1.6.4 adds port 0 here and then refuses it: a bind address needs no port';
const UNIX_BIND = 'Node cannot bind a UNIX socket that connects (C 1.6.4 can)';
const SINCE_164 = 'C 1.6.4 checks this before it resolves, and prints its usage text';

/** Arguments written with single spaces between them. */
function words(line: string): readonly string[] {
  return line === '' ? [] : line.split(' ');
}

function vector(
  args: string | readonly string[],
  c: Verdict,
  ours?: OurVerdict,
  because?: string,
): CommandLineVector {
  const list = typeof args === 'string' ? words(args) : args;
  return ours === undefined || because === undefined
    ? { args: list, c }
    : { args: list, c, ours, because };
}

const PLACES = '-s [127.0.0.1]:8025 -t [127.0.0.1]:25';
const SPIPED = `-F -e ${PLACES} -k missing-key`;

/** Command lines of spiped. */
export const SPIPED_COMMAND_LINES: readonly CommandLineVector[] = [
  // How options are spelled.
  vector(SPIPED, 'accepts'),
  vector(`-F -d ${PLACES} -k missing-key`, 'accepts'),
  vector(`-Fe ${PLACES} -kmissing-key`, 'accepts'),
  vector(`-eFfj ${PLACES} -k missing-key`, 'accepts'),
  vector(`-eFgk missing-key ${PLACES}`, 'accepts'),
  vector(`-eFgkmissing-key ${PLACES}`, 'accepts'),
  vector('-Fes[127.0.0.1]:8025 -t[127.0.0.1]:25 -kmissing-key', 'accepts'),
  vector(`${SPIPED} --`, 'accepts'),
  vector(`-F -e ${PLACES} -k -missing-key`, 'accepts'),
  vector(`-F -e ${PLACES} -k=missing-key`, 'accepts'),
  vector(`${SPIPED} -n100`, 'accepts'),
  vector(`${SPIPED} -jn100`, 'accepts'),
  // What ends options, and what is left over.
  vector('', 'usage'),
  vector('--', 'usage'),
  vector('-', 'usage'),
  vector([''], 'usage'),
  vector(`${SPIPED} extra`, 'usage'),
  vector(`${SPIPED} -`, 'usage'),
  vector(`${SPIPED} -- extra`, 'usage'),
  vector(`${SPIPED} -- -v`, 'usage'),
  vector(`extra -v`, 'usage'),
  vector([...words(SPIPED), ''], 'usage'),
  // Unknown options, missing and unwanted values.
  vector(`${SPIPED} -x`, 'usage'),
  vector(`${SPIPED} -jx`, 'usage'),
  vector(`${SPIPED} -j-`, 'usage'),
  vector(`${SPIPED} ---`, 'usage'),
  vector(`${SPIPED} --foo`, 'usage'),
  vector(`${SPIPED} --foo=bar`, 'usage'),
  vector(`${SPIPED} -n`, 'usage'),
  vector(`${SPIPED} -jn`, 'usage'),
  vector(`-F -e ${PLACES} -k`, 'usage'),
  vector(`${SPIPED} --syslog=yes`, 'usage'),
  vector(`${SPIPED} --sys`, 'usage'),
  vector(`${SPIPED} -syslog`, 'usage'),
  // What answers at once, in its place.
  vector('-v', 'version'),
  vector(`${SPIPED} -v`, 'version'),
  vector('-ev', 'version'),
  vector('-v -x', 'version'),
  vector('-vx', 'version'),
  vector('-x -v', 'usage'),
  vector('-ee -v', 'usage'),
  vector('-v extra', 'version'),
  vector('-k -v', 'usage'),
  vector('-n many -v', 'bad value'),
  vector('--help', 'usage', 'help', OURS),
  vector('--version', 'usage', 'version on standard output', OURS),
  vector('--help=me', 'usage'),
  // Twice, and together.
  vector(`${SPIPED} -e`, 'usage'),
  vector(`${SPIPED} -d`, 'usage'),
  vector(`-F -d ${PLACES} -k missing-key -e`, 'usage'),
  vector(`${SPIPED} -F`, 'usage'),
  vector(`${SPIPED} -ff`, 'usage'),
  vector(`${SPIPED} -g -g`, 'usage'),
  vector(`${SPIPED} -jj`, 'usage'),
  vector(`${SPIPED} -k missing-key`, 'usage'),
  vector(`${SPIPED} -s [127.0.0.1]:1`, 'usage'),
  vector(`${SPIPED} -t [127.0.0.1]:1`, 'usage'),
  vector(`${SPIPED} -n 1 -n 1`, 'usage'),
  vector(`${SPIPED} -n 1 -n many`, 'usage'),
  vector(`${SPIPED} -o 0 -o 0`, 'usage'),
  vector(`${SPIPED} -DD`, 'usage'),
  vector(`${SPIPED} -RR`, 'usage'),
  vector(`${SPIPED} -r 1 -r 1`, 'usage'),
  vector(`${SPIPED} -p a -p a`, 'usage'),
  vector(`${SPIPED} -u a -u a`, 'usage'),
  vector(`${SPIPED} --syslog --syslog`, 'usage'),
  vector(`${SPIPED} -f -g`, 'usage'),
  vector(`${SPIPED} -R -r 30`, 'usage'),
  vector(`${SPIPED} -R -r nan`, 'usage'),
  // What must be there.
  vector(`-F ${PLACES} -k missing-key`, 'usage'),
  vector(`-F -e ${PLACES}`, 'usage'),
  vector('-F -e -t [127.0.0.1]:25 -k missing-key', 'usage'),
  vector('-F -e -s [127.0.0.1]:8025 -k missing-key', 'usage'),
  // -n: an unsigned integer in any base.
  ...['0', '1', '+3', '010', '0x10', '-1', '-0', '18446744073709551615'].map((n) =>
    vector(`${SPIPED} -n ${n}`, 'accepts'),
  ),
  vector([...words(SPIPED), '-n', ' \t7'], 'accepts'),
  vector([...words(SPIPED), '-n', ''], 'bad value'),
  vector([...words(SPIPED), '-n', '7 '], 'bad value'),
  ...['many', '08', '0x', '0b1', '1.5', '1e2', '--1', '18446744073709551616'].map((n) =>
    vector(`${SPIPED} -n ${n}`, 'bad value'),
  ),
  // -o: a floating-point number, 0 or more.
  ...['0', '-0', '5', '.5', '5.', '1e-3', '+2', '0x1.8p3', '0x1p-1074', 'inf', 'INFINITY'].map(
    (o) => vector(`${SPIPED} -o ${o}`, 'accepts'),
  ),
  vector([...words(SPIPED), '-o', '\n5'], 'accepts'),
  vector([...words(SPIPED), '-o', ''], 'bad value'),
  vector([...words(SPIPED), '-o', '5 '], 'bad value'),
  ...['-1', '-inf', '1e400', '1e-400', '1e-310', '5s', '1e', '0x', '.', '1,5', '0x1p1024'].map(
    (o) => vector(`${SPIPED} -o ${o}`, 'bad value'),
  ),
  vector(`${SPIPED} -o nan`, 'usage'),
  vector(`${SPIPED} -o nan(x)`, 'usage'),
  // Of several problems, the first in C's order is reported.
  vector('-o -1 -x', 'bad value'),
  vector('-x -o -1', 'usage'),
  vector('-o -1 extra', 'bad value'),
  vector('-F -e -s nowhere -t [127.0.0.1]:25', 'usage'),
  // Addresses.
  vector('-F -e -s /run/socket -t /run/other -k missing-key', 'accepts'),
  vector('-F -e -s localhost:6000 -t 127.0.0.1:25 -k missing-key', 'accepts'),
  vector('-F -e -s 0.0.0.0:7000 -t [::1]:25 -k missing-key', 'accepts'),
  vector('-F -e -s 127.0.0.1:0 -t [127.0.0.1]:25 -k missing-key', 'accepts'),
  vector('-F -e -s nowhere -t [127.0.0.1]:25 -k missing-key', 'bad address'),
  vector('-F -e -s [127.0.0.1]:8025 -t nowhere -k missing-key', 'bad address'),
  vector('-F -e -s [127.0.0.1]:0 -t [127.0.0.1]:25 -k missing-key', 'bad address'),
  vector(
    ['-F', '-e', '-s', '', '-t', '[127.0.0.1]:25', '-k', 'missing-key'],
    'bad address',
    'usage',
    SINCE_164,
  ),
  vector('-F -e -s :8025 -t [127.0.0.1]:25 -k missing-key', 'bad address', 'usage', SINCE_164),
  vector('-F -e -s [127.0.0.1]:8025 -t :25 -k missing-key', 'bad address', 'usage', SINCE_164),
  vector('-F -e -s nowhere -t :25 -k missing-key', 'bad address', 'usage', SINCE_164),
  // Without -F, C would go to the background after reading the key.
  vector(`-e ${PLACES} -k missing-key`, 'accepts'),
  vector(`-d ${PLACES} -k missing-key`, 'accepts'),
  vector(`${SPIPED} -D`, 'accepts'),
  vector(`${SPIPED} -p pidfile`, 'accepts'),
  vector(`${SPIPED} -ppidfile`, 'accepts'),
  vector([...words(SPIPED), '-p', ''], 'accepts'),
  vector(`${SPIPED} -p`, 'usage'),
  vector(`${SPIPED} --syslog`, 'accepts'),
  ...['nobody', 'nobody:nogroup', ':nogroup', '1:2', 'no-such-user'].map((user) =>
    vector(`${SPIPED} -u ${user}`, 'accepts'),
  ),
  vector([...words(SPIPED), '-u', ''], 'accepts'),
  vector(`${SPIPED} -u`, 'usage'),
  // -r and -R: 0 is the default, 60, which -R puts up with.
  ...['30', '0', '0.5', '0x10', 'inf', 'nan'].map((r) => vector(`${SPIPED} -r ${r}`, 'accepts')),
  ...['often', '-1', '1e400', '5s'].map((r) => vector(`${SPIPED} -r ${r}`, 'bad value')),
  vector([...words(SPIPED), '-r', ''], 'bad value'),
  vector(`${SPIPED} -r`, 'usage'),
  vector(`${SPIPED} -R`, 'accepts'),
  vector(`${SPIPED} -R -r 60`, 'accepts'),
  vector(`${SPIPED} -R -r 6e1`, 'accepts'),
  vector(`${SPIPED} -R -r 0`, 'accepts'),
  vector(`${SPIPED} -R -r 61`, 'usage'),
  vector(`${SPIPED} -r often -r often`, 'bad value'),
  // -b.
  vector(`${SPIPED} -b`, 'usage'),
  ...['127.0.0.1', '127.0.0.1:0', '[127.0.0.1]:5', 'localhost', 'localhost:5'].map((b) =>
    vector(`${SPIPED} -b ${b}`, 'usage', 'accepts', SINCE_163),
  ),
  ...['[127.0.0.1]', '[127.0.0.1]:0', '[::1]'].map((b) =>
    vector(`${SPIPED} -b ${b}`, 'usage', 'accepts', BRACKETS_163),
  ),
  ...['[::1', '[::1]:x', '[localhost]'].map((b) =>
    vector(`${SPIPED} -b ${b}`, 'usage', 'bad address', SINCE_163),
  ),
  vector(`${SPIPED} -b /run/client`, 'usage', 'bad address', UNIX_BIND),
  vector(`${SPIPED} -b ::1`, 'usage'),
  vector([...words(SPIPED), '-b', ''], 'usage'),
  vector(`${SPIPED} -b localhost -b localhost`, 'usage'),
  // Ours alone.
  vector(`${SPIPED} --event-log logs`, 'usage', 'accepts', OURS),
  vector(`${SPIPED} --event-log=logs`, 'usage', 'accepts', OURS),
  vector(`${SPIPED} --event-log logs --event-log-content=full`, 'usage', 'accepts', OURS),
  vector(`${SPIPED} --event-log-content wire --event-log logs`, 'usage', 'accepts', OURS),
  vector(`${SPIPED} --event-log logs --event-log-content all`, 'usage', 'bad value', OURS),
  vector(`${SPIPED} --event-log=`, 'usage', 'bad value', OURS),
  vector(`${SPIPED} --event-log-content wire`, 'usage'),
  vector(`${SPIPED} --event-log logs --event-log logs`, 'usage'),
  vector(`${SPIPED} --event-log`, 'usage'),
  ...['error', 'warn', 'info', 'debug'].map((level) =>
    vector(`${SPIPED} --log-level ${level}`, 'usage', 'accepts', OURS),
  ),
  ...['', 'WARN', 'warning', '1'].map((level) =>
    vector([...words(SPIPED), `--log-level=${level}`], 'usage', 'bad value', OURS),
  ),
  vector(`${SPIPED} --log-format text`, 'usage', 'accepts', OURS),
  vector(`${SPIPED} --log-format=json`, 'usage', 'accepts', OURS),
  vector(`${SPIPED} --log-format=xml`, 'usage', 'bad value', OURS),
  vector(`${SPIPED} --log-format json --log-format json`, 'usage'),
  ...['0', '0.5', '30', '0x10', 'inf'].map((seconds) =>
    vector(`${SPIPED} --drain-timeout ${seconds}`, 'usage', 'accepts', OURS),
  ),
  ...['-1', '5s', '1e400'].map((seconds) =>
    vector(`${SPIPED} --drain-timeout ${seconds}`, 'usage', 'bad value', OURS),
  ),
  vector(`${SPIPED} --drain-timeout nan`, 'usage'),
  ...['1', '2', '64'].map((number) =>
    vector(`${SPIPED} --workers ${number}`, 'usage', 'accepts', OURS),
  ),
  vector(`${SPIPED} --workers=2`, 'usage', 'accepts', OURS),
  ...[
    '',
    '0',
    '-1',
    '65',
    '1e400',
    '99999999999999999999',
    'abc',
    '2x',
    ' 2',
    '+2',
    '02',
    '0x2',
    '1.5',
  ].map((number) => vector([...words(SPIPED), `--workers=${number}`], 'usage', 'bad value', OURS)),
  vector(`${SPIPED} --workers`, 'usage'),
  vector(`${SPIPED} --workers 2 --workers 2`, 'usage'),
  ...['on-accept', 'after-handshake'].map((dial) =>
    vector(`-F -d ${PLACES} -k missing-key --dial ${dial}`, 'usage', 'accepts', OURS),
  ),
  vector(`-F -d ${PLACES} -k missing-key --dial never`, 'usage', 'bad value', OURS),
  vector(`${SPIPED} --dial on-accept`, 'usage'),
  vector(`${SPIPED} --dial after-handshake`, 'usage'),
];

const SPIPE = '-t [127.0.0.1]:25 -k missing-key';

function target(address: string): readonly string[] {
  return ['-t', address, '-k', 'missing-key'];
}

/** Command lines of spipe; those with one target each are every form of an address. */
export const SPIPE_COMMAND_LINES: readonly CommandLineVector[] = [
  vector('', 'usage'),
  vector(SPIPE, 'accepts'),
  vector(`${SPIPE} -fj`, 'accepts'),
  vector(`${SPIPE} -gj -o 1.5`, 'accepts'),
  vector('-jft[127.0.0.1]:25 -kmissing-key', 'accepts'),
  vector(`${SPIPE} --`, 'accepts'),
  vector(`${SPIPE} extra`, 'usage'),
  vector('-k missing-key', 'usage'),
  vector('-t [127.0.0.1]:25', 'usage'),
  vector(`${SPIPE} -f -g`, 'usage'),
  vector(`${SPIPE} -j -j`, 'usage'),
  vector(`${SPIPE} -t [127.0.0.1]:1`, 'usage'),
  vector(`${SPIPE} -k other`, 'usage'),
  vector(`${SPIPE} -o 1 -o 1`, 'usage'),
  vector(`${SPIPE} -o soon`, 'bad value'),
  vector(`${SPIPE} -o nan`, 'usage'),
  vector(`${SPIPE} -o`, 'usage'),
  // Options of spiped alone.
  ...['-d', '-e', '-F', '-D', '-n 1', '-p x', '-r 1', '-R', '-s [::1]:1', '-u x', '--syslog'].map(
    (option) => vector(`${SPIPE} ${option}`, 'usage'),
  ),
  vector('-v', 'version'),
  vector('-jv', 'version'),
  vector('-v -x', 'version'),
  vector('-x -v', 'usage'),
  vector('--version', 'usage', 'version on standard output', OURS),
  vector('--help', 'usage', 'help', OURS),
  vector(`${SPIPE} --event-log logs`, 'usage', 'accepts', OURS),
  vector(`${SPIPE} --event-log-content full`, 'usage'),
  vector(`${SPIPE} --log-level debug --log-format json`, 'usage', 'accepts', OURS),
  vector(`${SPIPE} --log-level=quiet`, 'usage', 'bad value', OURS),
  ...['--dial on-accept', '--drain-timeout 5', '--workers 2'].map((option) =>
    vector(`${SPIPE} ${option}`, 'usage'),
  ),
  vector(`${SPIPE} -b 127.0.0.1`, 'usage', 'accepts', SINCE_163),
  vector(`${SPIPE} -b [127.0.0.1]`, 'usage', 'accepts', BRACKETS_163),
  vector(`${SPIPE} -b [::1]:5`, 'usage', 'accepts', SINCE_163),
  vector(`${SPIPE} -b [127.0.0.1]:x`, 'usage', 'bad address', SINCE_163),
  vector(`${SPIPE} -b /run/client`, 'usage', 'bad address', UNIX_BIND),
  vector(`${SPIPE} -b :5`, 'usage'),
  // Addresses.
  vector(target('/'), 'accepts'),
  vector(target(`/${'x'.repeat(106)}`), 'accepts'),
  vector(target(`/${'x'.repeat(107)}`), 'bad address'),
  vector(target(`/${'é'.repeat(53)}`), 'accepts'),
  vector(target(`/${'é'.repeat(53)}x`), 'bad address'),
  vector(target('/with:colon'), 'accepts'),
  vector(target('/with space'), 'accepts'),
  vector(target('relative/path'), 'bad address'),
  vector(target('[127.0.0.1]:1'), 'accepts'),
  vector(target('[127.0.0.1]:65535'), 'accepts'),
  vector(target('[127.0.0.1]:65536'), 'bad address'),
  vector(target('[127.0.0.1]:0'), 'bad address'),
  vector(target('[127.0.0.1]:-1'), 'bad address'),
  vector(target('[127.0.0.1]:+80'), 'accepts'),
  vector(target('[127.0.0.1]: 80'), 'accepts'),
  vector(target('[127.0.0.1]:080'), 'accepts'),
  vector(target('[127.0.0.1]:0x50'), 'bad address'),
  vector(target('[127.0.0.1]:80 '), 'bad address'),
  vector(target('[127.0.0.1]:'), 'bad address'),
  vector(target('[127.0.0.1]:http'), 'bad address'),
  vector(target('[127.0.0.1]'), 'bad address'),
  vector(target('[127.0.0.1'), 'bad address'),
  vector(target('[127.0.0.1:80'), 'bad address'),
  vector(target('[]:80'), 'bad address'),
  vector(target('[:80'), 'bad address'),
  vector(target('[127.0.0]:80'), 'bad address'),
  vector(target('[127.0.0.256]:80'), 'bad address'),
  vector(target('[127.0.0.01]:80'), 'bad address'),
  vector(target('[localhost]:80'), 'bad address'),
  vector(target('[::]:80'), 'accepts'),
  vector(target('[::1]:80'), 'accepts'),
  vector(target('[::ffff:127.0.0.1]:80'), 'accepts'),
  vector(target('[2001:DB8::1]:80'), 'accepts'),
  vector(target('[:::]:80'), 'bad address'),
  vector(target('[::1%lo]:80'), 'bad address'),
  vector(target('[::1]'), 'bad address'),
  vector(target('localhost:80'), 'accepts'),
  vector(target('localhost'), 'bad address'),
  vector(target('127.0.0.1:80'), 'accepts'),
  vector(target('127.0.0.1:0'), 'accepts'),
  vector(target('127.0.0.1:65535'), 'accepts'),
  vector(target('2001:db8::1:80'), 'accepts'),
  vector(
    target('127.0.0.1:65536'),
    'accepts',
    'bad address',
    'C takes a port modulo 65536, which is never what was meant',
  ),
  vector(target('127.0.0.1:-1'), 'bad address'),
  vector(
    target('127.0.0.1:'),
    'accepts',
    'bad address',
    'C takes 0, which is never what was meant',
  ),
  vector(target(''), 'bad address', 'usage', SINCE_164),
  vector(target(':80'), 'bad address', 'usage', SINCE_164),
  vector(target(':'), 'bad address', 'usage', SINCE_164),
  vector(target('::1:80'), 'accepts', 'usage', SINCE_164),
  vector(target('::1'), 'bad address', 'usage', SINCE_164),
];
