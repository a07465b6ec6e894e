/**
 * From a parsed command line to a running program and its exit code.
 *
 * What runs is loaded only when there is something to run, so that `-v` and mistakes answer at
 * once.
 */

import { print } from '../io/standard-streams.ts';
import type { CommandLine } from './command-line.ts';

/** Loads what a configuration needs; resolves with the function that runs it to its exit code. */
export type Load<Config> = (config: Config) => Promise<(config: Config) => Promise<number>>;

/** How long what is left over may keep a process that is done, in milliseconds. */
const GRACE_MILLISECONDS = 1000;

/** Print what there is to print, or load and run. Sets `process.exitCode`. */
export async function start<Config>(
  commandLine: CommandLine<Config>,
  load: Load<Config>,
): Promise<void> {
  if (commandLine.kind === 'run') {
    const run = await load(commandLine.config);
    process.exitCode = await run(commandLine.config);
    // What is done ends, also when something was forgotten that keeps it.
    setTimeout(() => process.exit(), GRACE_MILLISECONDS).unref();
    return;
  }
  try {
    print(commandLine.stream, commandLine.text);
    process.exitCode = commandLine.exitCode;
  } catch {
    // Nobody reads it, or the disk is full: nothing to add, but it is no success.
    process.exitCode = 1;
  }
}
