/**
 * Whether standard error leads to systemd's journal, and lines as the journal takes them: with the
 * severity in front (`<4>`), which it reads and takes away (sd-daemon(3)), so that `journalctl -p
 * warning` shows what is one.
 *
 * systemd names the stream in `JOURNAL_STREAM`, by device and inode, so that a program can tell
 * whether its standard error still is that stream (systemd.exec(5)). A JSON line has its level in
 * itself, and stays what a program can read.
 */

import { fstatSync } from 'node:fs';
import { plainSpelling, SEVERITIES, type Spelling } from './log-sink.ts';

/** Whether this descriptor is the stream that systemd has named. */
export function leadsToJournal(descriptor: number, environment: NodeJS.ProcessEnv): boolean {
  const named = environment.JOURNAL_STREAM;
  if (named === undefined) return false;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return named === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** With the severity in front of each line of text. */
export const journalSpelling: Spelling = (line) =>
  `${line.prefix === '' ? '' : `<${SEVERITIES[line.level][0]}>`}${plainSpelling(line)}`;
