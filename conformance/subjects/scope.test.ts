/** What a scope undoes, and that it notices what was left behind. */

import { access } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { processesMarked } from './processes.ts';
import { SCOPE_MARK, Scope } from './scope.ts';

test('a scope undoes everything in reverse order, also after a failure', async () => {
  const scope = await Scope.open();
  const undone: string[] = [];
  scope.onClose(() => undone.push('first'));
  scope.onClose(async () => {
    undone.push('second');
    throw new Error('second does not end');
  });
  scope.onClose(() => undone.push('third'));
  await expect(scope.close()).rejects.toThrow('second does not end');
  expect(undone).toEqual(['third', 'second', 'first']);
  await expect(access(scope.directory)).rejects.toThrow('ENOENT');
});

test('closing twice undoes once', async () => {
  const scope = await Scope.open();
  let times = 0;
  scope.onClose(() => {
    times += 1;
  });
  await Promise.all([scope.close(), scope.close()]);
  expect(times).toBe(1);
});

test.runIf(process.platform === 'linux')(
  'a process that outlives its scope is an error, and is ended, however detached',
  async () => {
    const scope = await Scope.open(0);
    // A grandchild in a session of its own, whose parent is gone.
    const { stdout } = await execa(
      'sh',
      ['-c', 'setsid sleep 600 >/dev/null 2>&1 </dev/null & echo $!'],
      { env: { [SCOPE_MARK]: scope.mark } },
    );
    // It may not have become `sleep` yet.
    const left = new RegExp(`processes left behind: ${stdout} (?:setsid )?sleep 600`);
    await expect(scope.close()).rejects.toThrow(left);
    // Dead, though perhaps not yet buried: then it has no environment any more.
    while ((await processesMarked(`${SCOPE_MARK}=${scope.mark}`)).length > 0) await setImmediate();
  },
);
