/** Goal of these tests: where a browser is looked for, and what is done when there is none. */

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findBrowser, launchBrowser } from './browser.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'browser-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function program(name: string, script = 'exit 1'): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

test('the first of the known commands on PATH is found, and only a program', () => {
  const second = program('google-chrome');
  expect(findBrowser({ PATH: `:/nonexistent:${folder}` })).toBe(second);
  const first = program('chromium-browser');
  expect(findBrowser({ PATH: folder })).toBe(first);
  mkdirSync(path.join(folder, 'chromium'));
  expect(findBrowser({ PATH: folder })).toBe(first);
  expect(findBrowser({ PATH: '/nonexistent' })).toBeUndefined();
});

test('a browser that is named is the one; a name that leads nowhere is an error', () => {
  program('chromium');
  const named = program('mine');
  expect(findBrowser({ PATH: folder, SPIPED_BROWSER: named })).toBe(named);
  expect(findBrowser({ PATH: folder, SPIPED_BROWSER: '' })).toBe(path.join(folder, 'chromium'));
  expect(() => findBrowser({ PATH: folder, SPIPED_BROWSER: '/nowhere' })).toThrow(
    'SPIPED_BROWSER=/nowhere: expected the path of an executable browser',
  );
});

test('in CI, as root, it is installed, and that is one line', async ({ skip }) => {
  if (process.getuid?.() !== 0) return skip('this needs root');
  const flock = ['/usr/bin/flock', '/bin/flock'].find((file) => existsSync(file));
  if (flock === undefined) return skip('this needs flock');
  symlinkSync(flock, path.join(folder, 'flock'));
  symlinkSync('/bin/sh', path.join(folder, 'sh'));
  // The first attempt fails, as without lists of packages; then they are fetched.
  program(
    'apt-get',
    `[ "$1" != update ] || { : >${folder}/lists; exit 0; }
[ -e ${folder}/lists ] || { echo "E: no such package" >&2; exit 100; }
echo "Setting up one"; echo "Setting up chromium"
printf '#!/bin/sh\\nexit 1\\n' >${folder}/chromium && /bin/chmod +x ${folder}/chromium`,
  );
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  // What was installed is no browser: it is found, and does not start.
  await expect(launchBrowser({ PATH: folder, CI: 'true' })).rejects.toThrow(/launch/);
  expect(said).toHaveBeenCalledWith(
    expect.stringMatching(/^installed chromium: 2 packages in \d+ s\n$/),
  );
  rmSync(path.join(folder, 'chromium'));
  program('apt-get', 'echo "E: Unable to locate package chromium" >&2; exit 100');
  await expect(launchBrowser({ PATH: folder, CI: 'true' })).rejects.toThrow(
    'chromium cannot be installed: E: Unable to locate package chromium',
  );
});

test('without a browser the tests of pages are skipped, loudly; in CI they fail', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const skip = expect.stringContaining('no browser: ');
  expect(await launchBrowser({ PATH: '/nonexistent' })).toEqual({ skip });
  expect(said).toHaveBeenCalledWith(expect.stringMatching(/^\*\*\* SKIPPED: .* no browser: .*\n$/));
  // One that does not start is as good as none. Named, so that nothing is installed here.
  const broken = { PATH: folder, SPIPED_BROWSER: program('broken') };
  expect(await launchBrowser(broken)).toEqual({ skip });
  await expect(launchBrowser({ ...broken, CI: 'true' })).rejects.toThrow();
});
