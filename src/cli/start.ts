/**
 * From a parsed command line to a running program and its exit code.
 *
 * What runs is loaded only when there is something to run, so that `-v` and mistakes answer at
 * once.
 */

import type { CommandLine } from './command-line.ts';

/** Loads what a configuration needs; resolves with the function that runs it to its exit code. */
export type Load<Config> = (config: Config) => Promise<(config: Config) => Promise<number>>;

/**
 * Print what there is to print, or load and run. Sets `process.exitCode` and lets the process
 * end by itself: output to a pipe is still under way when this resolves.
 */
export async function start<Config>(
  commandLine: CommandLine<Config>,
  load: Load<Config>,
): Promise<void> {
  if (commandLine.kind === 'run') {
    const run = await load(commandLine.config);
    process.exitCode = await run(commandLine.config);
    return;
  }
  const stream = process[commandLine.stream];
  process.exitCode = commandLine.exitCode;
  // Nobody reads it, or the disk is full: nothing to add, but it is no success.
  stream.on('error', () => {
    process.exitCode = 1;
  });
  stream.write(commandLine.text);
}
