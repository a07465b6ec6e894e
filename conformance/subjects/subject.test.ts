/** Subjects with a choice of engines: that the choice arrives at their programs. */

import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newAddress } from './addresses.ts';
import { Scope } from './scope.ts';
import { startSpipe } from './spipe.ts';
import { startSpiped } from './spiped.ts';
import { ENGINES, type Engine, has, ours, subjectUnderTest, withEngine } from './subject.ts';

let scope: Scope;

beforeEach(async () => {
  scope = await Scope.open();
});

afterEach(() => scope.close());

/** No engine has this name. That it is refused shows that the programs look at the choice. */
const NONE = 'none' as Engine;

test('our programs hear which engine they are to use, and refuse one that they have not', async () => {
  const key = join(scope.directory, 'key');
  await writeFile(key, 'a key', { mode: 0o600 });
  const target = await newAddress('ipv4', scope.directory);
  const subject = withEngine(await ours(), NONE);

  const spiped = startSpiped(scope, subject, { role: '-d', source: 'ipv4', target, key });
  await expect(spiped).rejects.toThrow(
    /ours spiped -d \(none\).*ended: 1[\s\S]*SPIPED_ENGINE="none"/,
  );

  const spipe = startSpipe(scope, subject, { target, key });
  await spipe.complaint(/SPIPED_ENGINE="none"/);
  expect(await spipe.exited).toEqual({ code: 1, signal: null });
});

test('our engines are those that a daemon starts with', async () => {
  const target = await newAddress('ipv4', scope.directory);
  for (const engine of ENGINES) {
    const subject = withEngine(await ours(), engine);
    const settings = { role: '-d', source: 'ipv4', target, key: '/dev/null' } as const;
    const { program } = await startSpiped(scope, subject, settings);
    expect(program.running, engine).toBe(true);
  }
});

test('another program may lack spipe or an option, when that is said, and is asked for no version', async () => {
  await symlink('/bin/false', join(scope.directory, 'spiped'));
  await expect(subjectUnderTest(scope.directory)).rejects.toThrow(
    `SPIPED_SUBJECT=${scope.directory}: expected an executable file`,
  );
  const subject = await subjectUnderTest(scope.directory, 'spipe -g');
  expect(subject.version).toBe('of no version');
  expect([has(subject, 'spipe'), has(subject, '-g'), has(subject, '-f')]).toEqual([
    ...[false, false, true],
  ]);
  await expect(subjectUnderTest(scope.directory, 'spipe -q')).rejects.toThrow(
    'SPIPED_SUBJECT_LACKS=spipe -q: expected some of spipe -e -d -f -g -n -o',
  );
});
