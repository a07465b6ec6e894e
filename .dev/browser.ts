/**
 * A headless browser for the tests that open our generated pages, as a person would see them.
 *
 * Looked for, in order: the environment's `SPIPED_BROWSER`, then chromium and chrome on `PATH`.
 * Nothing is downloaded with the npm packages. In CI, as root, Debian's package is installed; an
 * absent browser then is a failure, and elsewhere a loud skip.
 *
 *     node --import tsx .dev/browser.ts      installs it where CI would, says what it found
 *
 * Not here: any page, and any test of one.
 */

import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

export type { Browser } from 'playwright-core';

const run = promisify(execFile);

/** The commands that start a browser playwright can drive, the first found wins. */
const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Half a gigabyte may have to come from a slow mirror. In milliseconds. */
const INSTALL_LIMIT = 600_000;

/** In milliseconds; a first start on a busy machine reads all of the browser from disk. */
const LAUNCH_LIMIT = 120_000;

/**
 * Where a browser is, or undefined.
 *
 * @throws Error when `SPIPED_BROWSER` is set and is no program: who names one browser must never
 *   be shown what another does
 */
export function findBrowser(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { SPIPED_BROWSER: named, PATH: searched = '' } = environment;
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named;
    throw new Error(`SPIPED_BROWSER=${named}: expected the path of an executable browser`);
  }
  return searched
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => COMMANDS.map((command) => path.join(folder, command)))
    .find(isProgram);
}

/**
 * Starts a headless browser; the caller closes it. `skip` is a line for `context.skip(…)`, and has
 * been printed already.
 *
 * @throws Error where there is none and `CI` is set (to anything but empty, `0`, `false`)
 */
export async function launchBrowser(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Browser | { readonly skip: string }> {
  try {
    const executablePath = await provideBrowser(environment);
    return await chromium.launch({
      executablePath,
      // Chromium refuses to sandbox itself as root.
      chromiumSandbox: !isRoot(),
      timeout: LAUNCH_LIMIT,
    });
  } catch (error) {
    if (isCi(environment)) throw error;
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
    const skip = `no browser: ${line}`;
    process.stderr.write(`*** SKIPPED: the tests of pages in a browser. ${skip} ***\n`);
    return { skip };
  }
}

/** Where the browser is; installed first where that is ours to do. Throws when there is none. */
async function provideBrowser(environment: NodeJS.ProcessEnv): Promise<string> {
  const found = findBrowser(environment);
  if (found !== undefined) return found;
  const absent = `none of ${COMMANDS.join(', ')} is on PATH, and SPIPED_BROWSER is not set`;
  if (!isCi(environment) || !isRoot()) throw new Error(absent);
  await installChromium(environment);
  const installed = findBrowser(environment);
  if (installed === undefined) throw new Error(`${absent}, though chromium was just installed`);
  return installed;
}

/**
 * Debian's package, with one line about it. Test files run side by side: the lock, which the kernel
 * takes back whatever happens, lets the first of them install and the others find it done.
 */
async function installChromium(environment: NodeJS.ProcessEnv): Promise<void> {
  const started = Date.now();
  const install = 'apt-get install -y -q --no-install-recommends chromium';
  const script = `command -v chromium || ${install} || { apt-get update -q && ${install}; }`;
  const folder = fileURLToPath(new URL('.', import.meta.url));
  try {
    const { stdout } = await run('flock', [folder, 'sh', '-c', script], {
      env: { ...environment, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 64 << 20,
      timeout: INSTALL_LIMIT,
    });
    const packages = stdout.match(/^Setting up /gm)?.length ?? 0;
    const seconds = Math.round((Date.now() - started) / 1000);
    process.stderr.write(`installed chromium: ${packages} packages in ${seconds} s\n`);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const complaint = said.split('\n').findLast((line) => line.startsWith('E: '));
    throw new Error(`chromium cannot be installed: ${complaint ?? said.split('\n')[0]}`);
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function isCi({ CI: ci }: NodeJS.ProcessEnv): boolean {
  return ci !== undefined && !['', '0', 'false'].includes(ci);
}

if (realpathSync(process.argv[1] ?? '.') === fileURLToPath(import.meta.url)) {
  // Told here, judged by the tests that need it: without a browser everything else can be tested.
  await provideBrowser(process.env).then(
    (found) => console.log(`browser: ${found}`),
    (error: Error) => console.error(`browser: ${error.message}`),
  );
}
