/**
 * From a parsed command line to a running program and its exit code.
 *
 * What runs is loaded only when there is something to run, so that `-v` and mistakes answer at
 * once.
 */

import type { CommandLine } from './command-line.ts';

/** Loads a program; resolves with the function that runs it to its exit code. */
export type Load<Config> = () => Promise<(config: Config) => Promise<number>>;

/**
 * Print what there is to print, or load and run. Sets `process.exitCode` and lets the process
 * end by itself: output to a pipe is still under way when this resolves.
 */
export async function start<Config>(
  commandLine: CommandLine<Config>,
  load: Load<Config>,
): Promise<void> {
  if (commandLine.kind === 'run') {
    const run = await load();
    process.exitCode = await run(commandLine.config);
    return;
  }
  const stream = process[commandLine.stream];
  // A reader that has gone away has no use for the text; the exit code still stands.
  stream.on('error', () => {});
  stream.write(commandLine.text);
  process.exitCode = commandLine.exitCode;
}
