/**
 * Every recorded command line, parsed by ours: the verdict is C's, or differs where it is meant
 * to, and the texts are as promised (one line that says what is wrong, then the usage text where
 * C prints it).
 */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { VERSION } from '../config/version.ts';
import { type CommandLine, type Program, usageText } from './command-line.ts';
import { parseSpipe, SPIPE } from './spipe-options.ts';
import { parseSpiped, SPIPED } from './spiped-options.ts';
import {
  type CommandLineVector,
  type OurVerdict,
  SPIPE_COMMAND_LINES,
  SPIPED_COMMAND_LINES,
} from './testing/c-command-lines.ts';

/** What exit code and output each verdict promises. */
function promised(verdict: OurVerdict, program: Program): unknown {
  const version = `${program.name} ${VERSION}\n`;
  const line = (about: string) => new RegExp(`^${program.name}: [^\n]*${about}[^\n]*\n$`);
  switch (verdict) {
    case 'accepts':
      return { kind: 'run' };
    case 'version':
      return { kind: 'exit', exitCode: 0, stream: 'stderr', text: version };
    case 'version on standard output':
      return { kind: 'exit', exitCode: 0, stream: 'stdout', text: version };
    case 'help':
      return {
        kind: 'exit',
        exitCode: 0,
        stream: 'stdout',
        text: expect.stringMatching(/^usage: /),
      };
    case 'usage':
      return { kind: 'exit', exitCode: 1, stream: 'stderr', text: withUsage(program) };
    case 'bad value':
      return error(line('option -[-a-z]+: ".*" (cannot be understood|is out of range): expected '));
    case 'bad address':
      return error(line('option -[stb]: .*(address|socket)'));
  }
}

function error(text: RegExp): unknown {
  return { kind: 'exit', exitCode: 1, stream: 'stderr', text: expect.stringMatching(text) };
}

/** One line that begins with the program's name, and then exactly the usage text. */
function withUsage(program: Program): unknown {
  const usage = usageText(program).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return expect.stringMatching(new RegExp(`^${program.name}: [^\n]+\n${usage}$`));
}

function title({ args, c, ours, because }: CommandLineVector): string {
  const line = args.map((arg) => (/^[^\s]+$/.test(arg) ? arg : JSON.stringify(arg))).join(' ');
  const short = line.length > 90 ? `${line.slice(0, 90)}…` : line;
  return ours === undefined
    ? `${short || '(nothing)'} → ${c}, as C`
    : `${short} → ${ours} (C: ${c}; ${because})`;
}

function check(
  program: Program,
  parse: (args: readonly string[]) => CommandLine<unknown>,
  vectors: readonly CommandLineVector[],
): void {
  //= CL-1
  //# Each program MUST accept every option of the table above that is its own, under the same name
  //# and with the same kind of argument.
  //= CL-6
  //# An unknown option, a missing argument, an argument for an option that takes none, and a word
  //# left over after the options MUST be refused.
  //= CL-8
  //# A `spiped` without `-s`, `-t`, `-k` or one of `-e` and `-d`, and a `spipe` without `-t` or
  //# `-k`, MUST be refused.
  //= CL-16
  //# The options `-R` and `-r` together MUST be refused, unless the time of `-r` is 60 or 0.
  //= CL-18
  //# In brackets, a name and, for a source or a target, the port 0 MUST be refused.
  describe(program.name, () => {
    test.each(vectors.map((vector) => [title(vector), vector] as const))('%s', (_, vector) => {
      expect(parse(vector.args)).toMatchObject(
        promised(vector.ours ?? vector.c, program) as object,
      );
    });
  });
}

check(SPIPED, parseSpiped, SPIPED_COMMAND_LINES);
check(SPIPE, parseSpipe, SPIPE_COMMAND_LINES);

const VECTORS = [...SPIPED_COMMAND_LINES, ...SPIPE_COMMAND_LINES];

test('each reason for which we differ from C is in spec/deviations.md, and no other', () => {
  const page = readFileSync(new URL('../../spec/deviations.md', import.meta.url), 'utf8');
  const table = /\| reason \|[^\n]*\n\|[-|]*\n((?:\|[^\n]*\n)*)/.exec(page)?.[1] ?? '';
  const documented = table.split('\n').map((row) => row.split('|')[1]?.trim() ?? '');
  const reasons = VECTORS.flatMap(({ because }) => because ?? []);
  expect(new Set(documented.filter((reason) => reason !== ''))).toEqual(new Set(reasons));
});

test('a vector that differs from C says why', () => {
  for (const { c, ours, because } of VECTORS) {
    expect(ours === undefined).toBe(because === undefined);
    expect(ours).not.toBe(c);
  }
});
