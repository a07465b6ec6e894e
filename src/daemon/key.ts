/** Reading the key when a program starts, with the warnings that a poor one deserves. */

import { realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type KeyFile, readKeyFile } from '../crypto/index.ts';
import type { Inheritance } from './inheritance.ts';
import type { Logger } from './log.ts';

/**
 * K, 32 bytes, from the file of `-k`; rejects with `KeyFileError`. Any file is a key, as in C (KF-2),
 * also one that everybody has.
 */
export async function readKey(
  keyFile: string,
  { closed }: Inheritance,
  logger: Logger,
): Promise<Uint8Array> {
  // Node has opened /dev/null in its place: an empty key, which everybody has.
  if (keyFile === '-' && closed.has(0)) {
    throw new Error('-k "-": cannot read key from standard input: it is closed');
  }
  const key = await readKeyFile(keyFile);
  const about = `warning: the key ${JSON.stringify(keyFile)} (-k)`;
  //= KF-10
  //# A program SHOULD warn when the key file is empty.
  if (key.lengthBytes === 0) logger.log('warn', 'key-empty', `${about} is empty`);
  else if (isShort(key)) {
    logger.log('warn', 'key-short', `${about} has fewer than 16 bytes, and can be guessed`);
  }
  if (isOpen(key, keyFile)) {
    const message = `${about} can be read or written by others: ${modeOf(key)}`;
    logger.log('warn', 'key-open', message);
  }
  return key.secret;
}

//= KF-12
//# A program SHOULD warn when the key file is a regular file of fewer than 16 bytes.
function isShort({ lengthBytes, mode }: KeyFile): boolean {
  return mode !== undefined && lengthBytes < 16;
}

//= KF-13
//# A program SHOULD warn when the key file is a regular file that its group or others can read or
//# write.
function isOpen({ mode = 0 }: KeyFile, keyFile: string): boolean {
  // By their permissions on the file, and by those on each folder above it (path_resolution(7)).
  let others = (mode & 0o006) !== 0;
  let group = (mode & 0o060) !== 0;
  for (let path = realPathOf(keyFile); group || others; path = dirname(path)) {
    const folder = dirname(path);
    if (folder === path) return true;
    const passage = modeOfFolder(folder);
    others &&= (passage & 0o001) !== 0;
    group &&= (passage & 0o011) !== 0;
  }
  return false;
}

/** Closed to everybody, where we may not even look: such as above the working directory. */
function modeOfFolder(path: string): number {
  try {
    return statSync(path).mode;
  } catch {
    return 0;
  }
}

/** Without links; a file that is gone by now is taken by its name. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** As `stat` shows it: `its mode is 0644`. */
function modeOf({ mode = 0 }: KeyFile): string {
  return `its mode is ${mode.toString(8).padStart(4, '0')}`;
}
