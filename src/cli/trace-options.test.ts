/** Goal: each line a person may type means what it says, or is refused with what to type. */

import { describe, expect, test } from 'vitest';
import { VERSION } from '../config/version.ts';
import { parseTrace } from './trace-options.ts';

const HTML = {
  command: 'html',
  peerFile: undefined,
  keyFile: undefined,
  output: undefined,
  secrets: false,
} as const;

describe('the command line of spiped-trace', () => {
  test.each([
    ['show F', { command: 'show', file: 'F', hex: false }],
    ['show F --hex', { command: 'show', file: 'F', hex: true }],
    ['--hex show F', { command: 'show', file: 'F', hex: true }],
    ['replay F', { command: 'replay', file: 'F', keyFile: undefined }],
    ['replay F --key K', { command: 'replay', file: 'F', keyFile: 'K' }],
    ['replay --key=K F', { command: 'replay', file: 'F', keyFile: 'K' }],
    ['replay F -k K', { command: 'replay', file: 'F', keyFile: 'K' }],
    ['replay F --key -', { command: 'replay', file: 'F', keyFile: '-' }],
    ['verify F --key K', { command: 'verify', file: 'F', keyFile: 'K' }],
    ['redact F', { command: 'redact', file: 'F' }],
    ['html F', { ...HTML, file: 'F' }],
    ['html F --key K -o out.html', { ...HTML, file: 'F', keyFile: 'K', output: 'out.html' }],
    ['html F --peer G --secrets', { ...HTML, file: 'F', peerFile: 'G', secrets: true }],
    ['html F --output=out', { ...HTML, file: 'F', output: 'out' }],
    ['redact -- --hex', { command: 'redact', file: '--hex' }],
  ])('%s', (line, config) => {
    expect(parseTrace(line.split(' '))).toEqual({ kind: 'run', config });
  });

  test.each([
    ['', 'no command: expected show, replay, verify, redact or html'],
    ['look F', 'unknown command: "look": expected show, replay, verify, redact or html'],
    ['toString F', 'unknown command: "toString": expected show, replay, verify, redact or html'],
    ['show', 'show needs the file of an event log'],
    ['show F G', 'unexpected argument: "G"'],
    ['show F --key K', 'option --key does not go with show'],
    ['replay F --hex', 'option --hex does not go with replay'],
    ['redact F --key K', 'option --key does not go with redact'],
    ['show F --secrets', 'option --secrets does not go with show'],
    ['verify F -k K -o O', 'option --output does not go with verify'],
    ['html F --hex', 'option --hex does not go with html'],
    ['html', 'html needs the file of an event log'],
    ['verify F', 'no key: verify needs --key <key file>'],
  ])('%j is refused: %s', (line, message) => {
    const outcome = parseTrace(line.split(' ').filter((word) => word !== ''));
    if (outcome.kind !== 'exit') throw new Error('it was accepted');
    expect(outcome).toMatchObject({ exitCode: 1, stream: 'stderr' });
    const [first, second] = outcome.text.split('\n');
    expect(first).toBe(`spiped-trace: ${message}`);
    expect(second).toMatch(/^usage: spiped-trace /);
  });

  // The words are Node's, and differ between its versions; the option is named in all.
  test.each([
    ['show F --hexx', '--hexx'],
    ['show F --hex=1', '--hex'],
    ['replay F --key', '--key'],
  ])('%j is refused, and %s is named', (line, option) => {
    const outcome = parseTrace(line.split(' '));
    if (outcome.kind !== 'exit') throw new Error('it was accepted');
    const [first, second] = outcome.text.split('\n');
    expect(first).toContain(option);
    expect(second).toMatch(/^usage: spiped-trace /);
  });

  test('--help and --version answer on standard output', () => {
    expect(parseTrace(['--version'])).toEqual({
      kind: 'exit',
      exitCode: 0,
      stream: 'stdout',
      text: `spiped-trace ${VERSION}\n`,
    });
    expect(parseTrace(['show', '--help'])).toMatchObject({
      exitCode: 0,
      stream: 'stdout',
      text: expect.stringContaining('replay   run the core again'),
    });
  });
});
