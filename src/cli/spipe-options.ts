/**
 * The command line of `spipe`: its option table, and the configuration that options make.
 *
 * Compatible with C spipe 1.6.4 in what it accepts, in the order of its checks and in its exit
 * codes (spipe/main.c). Starting anything is `spipe.ts`.
 */

import type { SpipeConfig } from '../config/config.ts';
import { type CommandLine, type Program, readCommandLine } from './command-line.ts';
import { basicsOf, eventLogOf, PIPE_OPTIONS, QUESTION_OPTIONS, targetOf } from './pipe-options.ts';

/** The program and its options. */
export const SPIPE = {
  name: 'spipe',
  synopsis: [
    '-t <target socket> -k <key file> [-b <bind address>]',
    '[-f | -g] [-j] [-o <connection timeout>]',
    '[--event-log <directory> [--event-log-content {wire | full}]]',
    '[--log-level <level>] [--log-format {text | json}]',
  ],
  options: [...PIPE_OPTIONS, ...QUESTION_OPTIONS],
} satisfies Program;

/** What `spipe` is to do with these arguments (without the program's name). */
export function parseSpipe(args: readonly string[]): CommandLine<SpipeConfig> {
  return readCommandLine(SPIPE, args, (given): SpipeConfig => {
    // The order of C's checks, for the sake of which of several problems is reported.
    const basics = basicsOf(given);
    const target = targetOf(given);
    const eventLog = eventLogOf(given);
    return { ...basics, ...target(), eventLog };
  });
}
