/**
 * What happens to an exception that nobody caught: it is reported, and the daemon goes on.
 *
 * An exception inside a connection's own events ends that connection (`io/connection.ts`). One
 * that arrives here came from outside of all of them, and there is no telling which state it left
 * half-changed. Still the daemon goes on (CN-15): the connections are independent folds that it
 * did not touch, what it can leave behind is at worst one place of `-n`, and ending would break
 * every connection there is. While the daemon starts there is nothing to protect, and it ends.
 *
 * Not one character of the exception's message is printed, nor would Node print it any more: a
 * message may quote the data that it complains about, and that may be a key or plaintext. Its
 * name, its code and where it was thrown are our own words.
 */

import { basename } from 'node:path';
import type { Logger } from './log.ts';

/** How many frames of a stack are named. */
const FRAMES = 5;

/**
 * From now on, report exceptions and rejections that nobody caught at level `error`. `afterwards`
 * is called after each.
 */
export function catchDefects(logger: Logger, afterwards: () => void): void {
  // Rejections that nobody handles arrive here as well.
  process.on('uncaughtException', (error: unknown) => {
    logger.log('error', 'internal-error', describeDefect(error));
    afterwards();
  });
  // Node's own warnings, to standard error otherwise, whatever the format of the log.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    logger.log('debug', 'runtime-warning', `Node warns of something: ${nameOf(warning)}`);
  });
}

/** One line about an exception, without its message. */
export function describeDefect(error: unknown): string {
  const frames = framesOf(error);
  const where = frames.length === 0 ? '' : `, at ${frames.join(' < ')}`;
  return `a defect in this program; please report it: ${nameOf(error)}${where}`;
}

/** `TypeError [ERR_INVALID_ARG_TYPE]`; both are checked to be words, as anything can be thrown. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const name = /^[A-Za-z]\w*$/.test(error.name) ? error.name : 'Error';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? `${name} [${code}]` : name;
}

/** Files and positions of the innermost calls: `spiped.js:120:7`. */
function framesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return [];
  // A stack begins with name and message, and the message may have lines that look like frames.
  const header = /^[A-Za-z]\w*(?: \[[A-Z0-9_]+\])?(?:: )?/.exec(error.stack)?.[0] ?? '';
  if (!error.stack.startsWith(error.message, header.length)) return [];
  return error.stack
    .slice(header.length + error.message.length)
    .split('\n')
    .map((line) => /(?:^|[\s(/])((?:node:)?[\w./-]+:\d+:\d+)\)?$/.exec(line)?.[1])
    .filter((frame) => frame !== undefined)
    .slice(0, FRAMES)
    .map((frame) => (frame.startsWith('node:') ? frame : basename(frame)));
}
