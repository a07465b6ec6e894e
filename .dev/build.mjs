/**
 * Builds `dist/`: the library (JavaScript, declarations, maps, by tsc) and one self-contained
 * file for each command in `dist/bin/` (by esbuild). Plain Node, so that a fresh clone can run it.
 *
 * Does nothing when no input changed since the last complete build. Safe to run twice at once:
 * everything is made in a directory of its own and put in place by rename, file by file, so a
 * running command never finds a file missing or half written.
 *
 * Not here: type errors in tests and tools; those are `npm run typecheck`.
 */

import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** The commands: `src/<name>.ts` becomes a file in `dist/bin/`. */
const COMMANDS = ['cli/spiped', 'cli/spipe', 'cli/spiped-trace'];

/** What runs before Node in each of them. */
const LAUNCHER = 'cli/launcher.sh';

/** What a command starts as a thread is a string in it: a file might be out of reach by then. */
const THREADS = { EXPONENTIATION_THREAD: 'io/exponentiation-worker' };

/** What the output depends on beside `src/`. */
const OTHER_INPUTS = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  '.dev/tsconfig.build.json',
  '.dev/build.mjs',
];

/**
 * Bring `dist/` up to date.
 *
 * @param {{ root?: string }} [options] the project's directory; this one unless a test says else
 * @returns {Promise<'current' | 'built'>} whether there was anything to do
 * @throws {Error} with the compiler's own words when the sources do not compile; the commands
 *   are already in place then if they could be bundled, but the build does not count as complete
 */
export async function build({ root = PROJECT } = {}) {
  const dist = path.join(root, 'dist');
  const stampFile = path.join(dist, '.stamp');
  const stamp = stampOf(root);
  if (read(stampFile) === stamp) return 'current';

  // From here on dist is not what the stamp says, until the build is complete: a build that fails
  // half-way and sources that are then put back must not count as current.
  fs.rmSync(stampFile, { force: true });
  removeAbandoned(root);
  // Beside dist and as deep, so that the paths inside source maps are right after the move.
  const made = path.join(root, `.dist-${process.pid}`);
  try {
    await bundleCommands(root, path.join(made, 'bin'));
    install(path.join(made, 'bin'), path.join(dist, 'bin'));
    await emitLibrary(root, made);
    install(made, dist);
    removeStale(made, dist);
    const written = `${stampFile}-${process.pid}`;
    fs.writeFileSync(written, stamp);
    fs.renameSync(written, stampFile);
  } finally {
    fs.rmSync(made, { recursive: true, force: true });
  }
  return 'built';
}

/** One hash over the names and contents of everything that the output depends on. */
function stampOf(root) {
  const hash = createHash('sha256');
  const sources = filesBelow(path.join(root, 'src'))
    .filter((name) => !name.endsWith('.test.ts'))
    .map((name) => path.join('src', name));
  for (const name of [...sources, ...OTHER_INPUTS]) {
    const contents = read(path.join(root, name)) ?? '';
    hash.update(`${name}\0${Buffer.byteLength(contents)}\0${contents}`);
  }
  return hash.digest('hex');
}

async function bundleCommands(root, outdir) {
  // Here and not at the top: this file is loaded before node_modules need exist.
  const esbuild = await import('esbuild');
  const sourceOf = (name) => path.join(root, 'src', `${name}.ts`);
  const options = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.12',
    logLevel: 'error',
  };
  const define = {};
  for (const [name, thread] of Object.entries(THREADS)) {
    if (read(sourceOf(thread)) === undefined) continue;
    const entryPoints = [sourceOf(thread)];
    const { outputFiles } = await esbuild.build({ ...options, entryPoints, write: false });
    define[name] = JSON.stringify(outputFiles[0].text);
  }
  fs.mkdirSync(outdir, { recursive: true });
  for (const name of COMMANDS) {
    if (read(sourceOf(name)) === undefined) continue;
    const outfile = path.join(outdir, `${path.basename(name)}.js`);
    const banner = { js: launcherOf(root) };
    const entryPoints = [sourceOf(name)];
    await esbuild.build({ ...options, entryPoints, outfile, banner, define, sourcemap: 'linked' });
    fs.chmodSync(outfile, 0o755);
  }
}

/**
 * The beginning of a command, which is two programs: to a shell, the launcher, which ends by
 * replacing the shell; to JavaScript, a string and a comment.
 */
function launcherOf(root) {
  const launcher = fs.readFileSync(path.join(root, 'src', LAUNCHER), 'utf8');
  if (launcher.includes('*/')) throw new Error(`src/${LAUNCHER} holds the end of a comment`);
  return `${shebang()}\n':' /*\n${launcher}*/;`;
}

/**
 * The shell, through an `env` that can first tell it where it is: most shells complain when they are
 * started in a directory that has been removed. BusyBox's `env` cannot, but its shell does not.
 */
function shebang() {
  const splits = spawnSync('/usr/bin/env', ['-S', 'true']).status === 0;
  return splits ? '#!/usr/bin/env -S PWD=/proc/self/cwd /bin/sh' : '#!/bin/sh';
}

async function emitLibrary(root, outDir) {
  const tsc = path.join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc');
  const config = path.join(root, '.dev', 'tsconfig.build.json');
  try {
    await promisify(execFile)(process.execPath, [tsc, '-p', config, '--outDir', outDir], {
      cwd: root,
      maxBuffer: 64 << 20,
    });
  } catch (error) {
    throw new Error(`the sources do not compile:\n${error.stdout || error.message}`);
  }
}

/** Put every file below `from` in its place below `to`, leaving equal ones alone. */
function install(from, to) {
  for (const name of filesBelow(from)) {
    const source = path.join(from, name);
    const target = path.join(to, name);
    if (read(target) === read(source)) continue;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    const beside = `${target}.${process.pid}`;
    fs.copyFileSync(source, beside);
    fs.renameSync(beside, target);
  }
}

/** Remove what an earlier build left and this one did not make. */
function removeStale(made, dist) {
  const wanted = new Set(filesBelow(made));
  for (const name of filesBelow(dist)) {
    if (wanted.has(name) || name === '.stamp') continue;
    // Another build's file, about to be renamed; one that a killed build left is removed.
    const pid = /[.-](\d+)$/.exec(name)?.[1];
    if (pid !== undefined && isRunning(Number(pid))) continue;
    fs.rmSync(path.join(dist, name), { force: true });
    removeEmpty(path.dirname(path.join(dist, name)));
  }
}

/** Remove a directory and those above it, as long as there is nothing in them. */
function removeEmpty(directory) {
  if (fs.readdirSync(directory).length > 0) return;
  fs.rmdirSync(directory);
  removeEmpty(path.dirname(directory));
}

/** Remove the directories of builds that were killed. */
function removeAbandoned(root) {
  for (const name of fs.readdirSync(root)) {
    const pid = /^\.dist-(\d+)$/.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    fs.rmSync(path.join(root, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The names of all files below a directory, sorted; none if there is no such directory. */
function filesBelow(directory) {
  if (!fs.existsSync(directory)) return [];
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

if (fs.realpathSync(process.argv[1] ?? '.') === fileURLToPath(import.meta.url)) {
  try {
    if ((await build()) === 'built') console.log('built dist/');
  } catch (error) {
    console.error(`build: ${error.message}`);
    process.exitCode = 1;
  }
}
