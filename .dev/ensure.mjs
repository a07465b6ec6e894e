/**
 * Makes a checkout ready to run: a new enough Node, the dependencies of the lock file, a current
 * build. `npm start` and `npm test` begin here, so that a fresh clone needs no other command.
 * Silent when there is nothing to do. Plain JavaScript that Node 14
 * can read, so that an old Node is told what it lacks.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = [20, 12];

/**
 * Check Node, install if needed, build if needed.
 *
 * @throws {Error} with one clear message when one of the three is impossible
 */
export async function ensure() {
  const problem = nodeProblem(process.versions.node);
  if (problem !== undefined) throw new Error(problem);
  const reason = staleDependency(
    readJson('package-lock.json'),
    readJson(path.join('node_modules', '.package-lock.json')),
  );
  if (reason !== undefined) install(reason);
  const { build } = await import('./build.mjs');
  await build();
}

/** What is wrong with this version of Node, or undefined. */
export function nodeProblem(version) {
  const [major, minor] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = OLDEST_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return undefined;
  return `this is Node ${version}; spiped needs Node ${OLDEST_NODE.join('.')} or newer`;
}

/**
 * Why the installed packages are not those of the lock file, or undefined when they are.
 *
 * npm writes what it installed to node_modules/.package-lock.json, in the lock file's format and
 * as its last act, so an interrupted install counts as none. Packages for other platforms are
 * not expected.
 */
export function staleDependency(lock, installed) {
  if (lock === undefined) return 'there is no package-lock.json';
  if (installed === undefined) return 'no packages are installed yet';
  for (const [name, wanted] of Object.entries(lock.packages)) {
    if (name === '') continue;
    const found = installed.packages[name];
    if (found === undefined ? isExpected(wanted) : found.version !== wanted.version) {
      const label = name.replace(/^.*node_modules\//, '');
      return `${label} ${wanted.version} is not installed`;
    }
  }
  return undefined;
}

/**
 * Whether npm installs this package here. What is optional without naming a platform comes with
 * something that does, and a C library is npm's to judge: neither is a reason to install again.
 */
function isExpected({ optional, os, cpu, libc }) {
  if (!optional) return true;
  if (libc !== undefined || os === undefined || cpu === undefined) return false;
  return os.includes(process.platform) && cpu.includes(process.arch);
}

function install(reason) {
  console.error(`installing packages: ${reason}`);
  // No package's install script is needed, so none is run. The npm that started us, if one did.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const { status, error } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: PROJECT, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: PROJECT, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ci failed${error ? `: ${error.message}` : ''}`);
}

function readJson(name) {
  try {
    return JSON.parse(readFileSync(path.join(PROJECT, name), 'utf8'));
  } catch {
    return undefined;
  }
}

if (realpathSync(process.argv[1] || '.') === fileURLToPath(import.meta.url)) {
  ensure().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
