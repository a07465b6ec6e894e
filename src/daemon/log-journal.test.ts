/** Under systemd: lines carry their severity when, and only when, standard error is the journal's. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scope } from '../../conformance/subjects/scope.ts';
import { journalSpelling, leadsToJournal } from './log-journal.ts';
import { NO_PROC, SPIPED } from './testing/spiped-process.ts';

let scope: Scope;
beforeEach(async () => {
  scope = await Scope.open();
});
afterEach(() => scope.close());

test('each level of text has its severity of syslog in front; JSON is left alone', () => {
  const levels = ['error', 'warn', 'info', 'debug'] as const;
  const lines = levels.map((level) => journalSpelling({ level, prefix: 'spiped: ', text: level }));
  expect(lines).toEqual([
    '<3>spiped: error\n',
    '<4>spiped: warn\n',
    '<6>spiped: info\n',
    '<7>spiped: debug\n',
  ]);
  expect(journalSpelling({ level: 'error', prefix: '', text: '{}' })).toBe('{}\n');
});

test('the stream is recognized by device and inode, and by nothing less', () => {
  const { dev, ino } = fstatSync(2);
  expect(leadsToJournal(2, { JOURNAL_STREAM: `${dev}:${ino}` })).toBe(true);
  expect(leadsToJournal(2, { JOURNAL_STREAM: `${dev}:${ino + 1}` })).toBe(false);
  expect(leadsToJournal(2, { JOURNAL_STREAM: `${dev + 1}:${ino}` })).toBe(false);
  expect(leadsToJournal(2, { JOURNAL_STREAM: '' })).toBe(false);
  expect(leadsToJournal(2, {})).toBe(false);
  expect(leadsToJournal(-1, { JOURNAL_STREAM: `${dev}:${ino}` })).toBe(false);
});

/**
 * What a spiped that cannot start says to a stream socket as its standard error, of which systemd
 * would have said this (`%d` is the device, `%i` the inode).
 */
async function saidTo(journalStream: string): Promise<string> {
  const script =
    'JOURNAL_STREAM=$(stat -L -c "$1" /proc/self/fd/2); export JOURNAL_STREAM; shift; exec "$@"';
  const args = ['-F', '-d', '-s', '/nonexistent/s', '-t', '/nonexistent/t', '-k', '/dev/null'];
  const command = ['-c', script, 'sh', journalStream, ...SPIPED, ...args];
  // Node gives its children sockets, and no pipes.
  const child = spawn('sh', command, { stdio: ['ignore', 'ignore', 'pipe'] });
  scope.onClose(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  let said = '';
  for await (const chunk of child.stderr) said += chunk;
  expect((await ended)[0]).toBe(1);
  return said;
}

test('a daemon whose standard error is the journal says how bad each line is', async ({ skip }) => {
  if (NO_PROC) skip(NO_PROC);
  expect(await saidTo('%d:%i')).toMatch(/^<4>spiped: .*\n<3>spiped: cannot listen .*\n$/);
  // Under systemd, too, standard error may lead elsewhere: to a file, to a program after a pipe.
  expect(await saidTo('%d:0')).toMatch(/^spiped: .*\nspiped: cannot listen .*\n$/);
});
