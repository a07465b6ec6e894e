/**
 * What options mean: the configurations that spiped and spipe make of them, and what the texts
 * about them say. Which command lines are accepted at all is `command-lines.test.ts`.
 */

import { describe, expect, test } from 'vitest';
import { MAX_TIMEOUT_MILLISECONDS, type SpipeConfig, type SpipedConfig } from '../config/config.ts';
import { type CommandLine, helpText, type Program, usageText } from './command-line.ts';
import { parseSpipe, SPIPE } from './spipe-options.ts';
import { parseSpiped, SPIPED } from './spiped-options.ts';

function configOf<Config>(commandLine: CommandLine<Config>): Config {
  if (commandLine.kind === 'run') return commandLine.config;
  throw new Error(`refused: ${commandLine.text}`);
}

function errorOf(commandLine: CommandLine<unknown>): string {
  if (commandLine.kind === 'exit') return commandLine.text.split('\n')[0] ?? '';
  throw new Error('accepted');
}

const PLACES = ['-F', '-s', '[::1]:8025', '-t', 'mail.example:25', '-k', '/etc/spiped/key'];

function spiped(...args: string[]): SpipedConfig {
  return configOf(parseSpiped([...PLACES, ...args]));
}

function spipe(...args: string[]): SpipeConfig {
  return configOf(parseSpipe(['-t', 'mail.example:25', '-k', '-', ...args]));
}

describe('spiped', () => {
  test('fills in the defaults of C: 100 connections, 5 seconds, keep-alive, any peer', () => {
    expect(spiped('-e')).toEqual({
      role: 'client',
      policy: { weak: false, requireForwardSecrecy: false },
      keepAlive: true,
      timeoutMilliseconds: 5000,
      keyFile: '/etc/spiped/key',
      source: { kind: 'ip', text: '[::1]:8025', address: '::1', family: 6, port: 8025 },
      target: { kind: 'host', text: 'mail.example:25', host: 'mail.example', port: 25 },
      maxConnections: 100,
      dial: 'on-accept',
      foreground: true,
      waitForNames: false,
      pidFile: '[::1]:8025.pid',
      resolveIntervalMilliseconds: 60_000,
      syslog: false,
      withoutEffect: [],
      log: { level: 'warn', format: 'text' },
    });
  });

  test('without -F, the background is asked for', () => {
    const line = ['-e', '-s', '/run/in.sock', '-t', '/run/out.sock', '-k', 'key'];
    expect(configOf(parseSpiped(line)).foreground).toBe(false);
    expect(configOf(parseSpiped([...line, '-F'])).foreground).toBe(true);
  });

  test('the pid file is named after the text of -s, unless -p names it', () => {
    const line = ['-e', '-t', '/run/out.sock', '-k', 'key'];
    const pidFile = (...args: string[]) => configOf(parseSpiped([...line, ...args])).pidFile;
    expect(pidFile('-s', '/run/in.sock')).toBe('/run/in.sock.pid');
    expect(pidFile('-s', 'localhost:6000')).toBe('localhost:6000.pid');
    expect(pidFile('-s', '/run/in.sock', '-p', '/run/x.pid')).toBe('/run/x.pid');
    expect(pidFile('-s', '/run/in.sock', '-p', '')).toBe('');
  });

  //= CL-13
  //# A time of 0 MUST mean the default: 5 s for `-o`, 60 s for `-r`.
  test.each([
    [['-r', '30'], 30_000],
    [['-r', '0.5'], 500],
    [['-r', '0'], 60_000],
    [['-r', '-0'], 60_000],
    [['-r', '1e-9'], 1],
    [['-r', 'inf'], MAX_TIMEOUT_MILLISECONDS],
    [['-r', 'nan'], undefined],
    [['-R'], undefined],
    [['-R', '-r', '0'], undefined],
    [['-r', '60', '-R'], undefined],
  ])('%j: the target is looked up again after %s milliseconds', (args, milliseconds) => {
    expect(spiped('-e', ...args).resolveIntervalMilliseconds).toBe(milliseconds);
  });

  test.each([
    ['0', 0],
    ['1.5', 1500],
    ['1e-9', 1],
    ['1e300', MAX_TIMEOUT_MILLISECONDS],
    ['inf', undefined],
  ])('--drain-timeout %s is %s milliseconds', (seconds, milliseconds) => {
    const config = spiped('-e', '--drain-timeout', seconds);
    expect(config.drainTimeoutMilliseconds).toBe(milliseconds);
  });

  test('--workers is how many processes serve; without it, there is none but the daemon', () => {
    expect(spiped('-e', '--workers', '1').workers).toBe(1);
    expect(spiped('-e', '--workers=64').workers).toBe(64);
    expect(spiped('-e').workers).toBeUndefined();
  });

  test('--dial says when a server connects to its target', () => {
    expect(spiped('-d', '--dial', 'after-handshake').dial).toBe('after-handshake');
    expect(spiped('-d', '--dial=on-accept').dial).toBe('on-accept');
  });

  test('-D, -u and --syslog are passed on as given', () => {
    expect(spiped('-e').user).toBeUndefined();
    expect(spiped('-eD', '-u', 'nobody:nogroup', '--syslog')).toMatchObject({
      waitForNames: true,
      user: 'nobody:nogroup',
      syslog: true,
    });
  });

  test('-e is the client of the protocol and -d the server', () => {
    expect(spiped('-e').role).toBe('client');
    expect(spiped('-d').role).toBe('server');
  });

  test('-f and -g are the two policies (HS-12, HS-14), -j turns keep-alive off', () => {
    expect(spiped('-ef').policy).toEqual({ weak: true, requireForwardSecrecy: false });
    expect(spiped('-eg').policy).toEqual({ weak: false, requireForwardSecrecy: true });
    expect(spiped('-ej').keepAlive).toBe(false);
  });

  //= CL-15
  //# A count of 0 MUST mean no limit.
  test.each([
    ['1', 1],
    ['0', Number.POSITIVE_INFINITY],
    ['-0', Number.POSITIVE_INFINITY],
    ['010', 8],
    ['0x10', 16],
    ['-1', Number.POSITIVE_INFINITY],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740992', Number.POSITIVE_INFINITY],
    ['18446744073709551615', Number.POSITIVE_INFINITY],
  ])('-n %s allows %d connections', (n, maxConnections) => {
    expect(spiped('-e', '-n', n).maxConnections).toBe(maxConnections);
  });

  test('both addresses have every form', () => {
    const config = configOf(
      parseSpiped('-F -d -s /run/in.sock -t 10.0.0.5:6379 -k key'.split(' ')),
    );
    expect(config.source).toEqual({ kind: 'unix', text: '/run/in.sock', path: '/run/in.sock' });
    expect(config.target).toMatchObject({ kind: 'ip', address: '10.0.0.5', port: 6379 });
  });

  //= CL-7
  //# An option that is given twice, and `-e` together with `-d`, MUST be refused.
  //= CL-10
  //# The reason of a refusal SHOULD be one line on standard error that names the option, the value
  //# and what was expected.
  test('an error names the option, the value and what was expected, in one line', () => {
    expect(errorOf(parseSpiped(['-n', 'many']))).toBe(
      'spiped: option -n: "many" cannot be understood: expected a whole number of connections, 0 for no limit',
    );
    expect(errorOf(parseSpiped(['-n', 'a\nb']))).toContain('"a\\nb"');
    expect(errorOf(parseSpiped(['-o', '-1']))).toBe(
      'spiped: option -o: "-1" is out of range: expected a number of seconds, 0 or more',
    );
    expect(errorOf(parseSpiped(['--workers', '65']))).toBe(
      'spiped: option --workers: "65" is out of range: expected a whole number from 1 to 64',
    );
    expect(errorOf(parseSpiped(['--workers=']))).toBe(
      'spiped: option --workers: "" cannot be understood: expected a whole number from 1 to 64',
    );
    expect(errorOf(parseSpiped(['-e', '-d']))).toBe('spiped: -e and -d exclude each other');
    expect(errorOf(parseSpiped(['-k', 'a', '-k', 'b']))).toBe('spiped: option -k is given twice');
    expect(errorOf(parseSpiped(['-e', ...PLACES, '-s']))).toBe(
      'spiped: option -s needs an argument: <source socket>',
    );
  });

  test('an unknown long option is answered with the nearest one', () => {
    expect(errorOf(parseSpiped(['--loglevel=info']))).toBe(
      'spiped: unknown option: --loglevel=info; did you mean --log-level?',
    );
    expect(errorOf(parseSpipe(['--worker']))).toBe('spipe: unknown option: --worker');
    expect(errorOf(parseSpiped(['-x']))).toBe('spiped: unknown option: -x');
  });

  test('what has no effect in the foreground is known, and is no mistake', () => {
    expect(spiped('-e', '-p', 'x.pid', '--syslog').withoutEffect).toEqual([
      '-p has no effect with -F: no pid file is written',
      '--syslog has no effect with -F: lines go to standard error',
    ]);
    expect(spiped('-e').withoutEffect).toEqual([]);
  });

  //= HS-22
  //# The options `-f` and `-g` together MUST be refused before anything is opened.
  test('problems are reported in the order of C', () => {
    const order: [string[], RegExp][] = [
      [['-F', '-f', '-g', '-o', 'nan', '-R', '-r', '1'], /neither -e .* nor -d/],
      [['-F', '-e', '-f', '-g', '-o', 'nan', '-R', '-r', '1'], /-f and -g/],
      [['-F', '-e', '-o', 'nan', '-R', '-r', '1'], /no key file/],
      [['-F', '-e', '-k', 'x', '-o', 'nan', '-R', '-r', '1'], /option -o/],
      [['-F', '-e', '-k', 'x', '-R', '-r', '1'], /-r and -R/],
      [['-F', '-e', '-k', 'x'], /no source/],
      [['-F', '-e', '-k', 'x', '-s', ''], /option -s/],
      [['-F', '-e', '-k', 'x', '-s', '/a'], /no target/],
      [['-F', '-e', '-k', 'x', '-s', '/a', '-t', ''], /option -t/],
      [['-F', '-e', '-k', 'x', '-s', 'nowhere', '-t', ''], /option -t/],
      [['-F', '-e', '-k', 'x', '-s', 'nowhere', '-t', 'nowhere', '-b', ''], /option -b/],
      [['-F', '-e', '-k', 'x', '-s', 'nowhere', '-t', 'nowhere', '--dial=on-accept'], /--dial/],
      [['-F', '-e', '-k', 'x', '-s', 'nowhere', '-t', 'nowhere', '-b', '/x'], /option -s/],
      [['-F', '-e', '-k', 'x', '-s', '/a', '-t', 'nowhere', '-b', '/x'], /option -t/],
      [['-F', '-e', '-k', 'x', '-s', '/a', '-t', '/b', '-b', '/x'], /option -b/],
    ];
    for (const [args, problem] of order) expect(errorOf(parseSpiped(args))).toMatch(problem);
  });
});

describe('spipe', () => {
  test('fills in the defaults of C: 5 seconds, keep-alive, any peer', () => {
    expect(spipe()).toEqual({
      policy: { weak: false, requireForwardSecrecy: false },
      keepAlive: true,
      timeoutMilliseconds: 5000,
      keyFile: '-',
      target: { kind: 'host', text: 'mail.example:25', host: 'mail.example', port: 25 },
      log: { level: 'warn', format: 'text' },
    });
  });

  test('-f, -g and -j mean what they mean to spiped', () => {
    expect(spipe('-fj')).toMatchObject({ policy: { weak: true }, keepAlive: false });
    expect(spipe('-g').policy).toEqual({ weak: false, requireForwardSecrecy: true });
  });
});

describe('both', () => {
  //= CL-13
  //# A time of 0 MUST mean the default: 5 s for `-o`, 60 s for `-r`.
  test.each([
    ['5', 5000],
    ['1.5', 1500],
    ['1.1', 1100],
    ['0x10', 16_000],
    ['0', 5000],
    ['-0', 5000],
    ['0e9', 5000],
    ['0.001', 1],
    ['1e-9', 1],
    ['2147483', 2_147_483_000],
    ['2147484', MAX_TIMEOUT_MILLISECONDS],
    ['1e300', MAX_TIMEOUT_MILLISECONDS],
    ['inf', MAX_TIMEOUT_MILLISECONDS],
  ])('-o %s is %d milliseconds, which a timer can wait (TM-1)', (o, milliseconds) => {
    expect(spiped('-e', '-o', o).timeoutMilliseconds).toBe(milliseconds);
    expect(spipe('-o', o).timeoutMilliseconds).toBe(milliseconds);
  });

  test.each([
    [['--event-log', 'logs'], { directory: 'logs', content: 'wire' }],
    [['--event-log=logs', '--event-log-content=wire'], { directory: 'logs', content: 'wire' }],
    [['--event-log-content', 'full', '--event-log=logs'], { directory: 'logs', content: 'full' }],
    [['--event-log', '--help'], { directory: '--help', content: 'wire' }],
  ])('%j records the event log', (args, eventLog) => {
    expect(spiped('-e', ...args).eventLog).toEqual(eventLog);
    expect(spipe(...args).eventLog).toEqual(eventLog);
  });

  test.each([
    ['127.0.0.1', { kind: 'ip', text: '127.0.0.1', address: '127.0.0.1', family: 4, port: 0 }],
    ['[::1]:25', { kind: 'ip', text: '[::1]:25', address: '::1', family: 6, port: 25 }],
    ['localhost', { kind: 'host', text: 'localhost', host: 'localhost', port: 0 }],
  ])('-b %s is where connections to the target come from', (b, address) => {
    expect(spiped('-e', '-b', b).bind).toEqual(address);
    expect(spipe('-b', b).bind).toEqual(address);
    expect(spipe().bind).toBeUndefined();
  });

  test.each([
    [['--log-level', 'error'], { level: 'error', format: 'text' }],
    [['--log-level=info', '--log-format=json'], { level: 'info', format: 'json' }],
    [['--log-format', 'text', '--log-level', 'debug'], { level: 'debug', format: 'text' }],
  ])('%j says how much is said, and how', (args, log) => {
    expect(spiped('-e', ...args).log).toEqual(log);
    expect(spipe(...args).log).toEqual(log);
  });

  test.each<[Program]>([[SPIPED], [SPIPE]])(
    'the usage text of $name names every option',
    (program) => {
      const usage = usageText(program);
      for (const { flag } of program.options) {
        // Flags without argument may stand in a bundle, such as [-DFj].
        const letter = flag.slice(1);
        const bundled = flag.startsWith('--') ? '(?!)' : `\\[-\\w*${letter}\\w*\\]`;
        expect(usage).toMatch(new RegExp(`${flag}(?![-\\w])|${bundled}`));
      }
    },
  );

  test.each<[Program]>([[SPIPED], [SPIPE]])('the help of $name has a line an option', (program) => {
    const help = helpText(program);
    expect(help.startsWith(usageText(program))).toBe(true);
    for (const { flag, summary } of program.options) {
      const lines = help.split('\n').filter((line) => line.startsWith(`  ${flag} `));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(summary);
    }
    // It is read in terminals.
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
