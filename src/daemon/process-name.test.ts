/** The daemon is found by its name, in the background and in the foreground. */

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Scope } from '../../conformance/subjects/scope.ts';
import {
  daemonOf,
  isListening,
  NO_PROC,
  runSpiped,
  startSpiped,
  until,
  writeKey,
} from './testing/spiped-process.ts';

let scope: Scope;
beforeEach(async () => {
  scope = await Scope.open();
});
afterEach(() => scope.close());

const args = (): string[] => [
  ...['-d', '-s', join(scope.directory, 's'), '-t', '[127.0.0.1]:1'],
  ...['-k', writeKey(scope), '-p', 'pid'],
];

async function start(place: string): Promise<number> {
  if (place === 'background') {
    await runSpiped(scope, args());
    return daemonOf(scope, 'pid');
  }
  const { pid } = startSpiped(scope, ['-F', ...args()]);
  await until('a listening spiped', () => isListening(scope, join(scope.directory, 's')));
  return pid;
}

const has = (command: string): boolean => spawnSync(command, ['-V']).error === undefined;
const found = (command: string, words: readonly string[]): readonly number[] =>
  execFileSync(command, words, { encoding: 'utf8' }).trim().split(/\s+/).map(Number);

describe.each(['background', 'foreground'])('in the %s', (place) => {
  //= CL-31
  //# The running daemon MUST be named `spiped` for `pgrep -x` and `pidof`.
  test('ps shows spiped and its arguments, and pgrep -x and pidof find it', async ({ skip }) => {
    if (NO_PROC) skip(NO_PROC);
    const pid = await start(place);
    const foreground = place === 'foreground' ? '-F ' : '';
    expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('spiped\n');
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0+$/, '')).toBe(
      `spiped ${foreground}-d -s ${scope.directory}/s -t [127.0.0.1]:1 -k key -p pid`,
    );
    // What these say follows from the above; where they are installed, they say it.
    if (has('pgrep')) expect(found('pgrep', ['-x', 'spiped'])).toContain(pid);
    if (has('pidof')) expect(found('pidof', ['spiped'])).toContain(pid);
  });
});
