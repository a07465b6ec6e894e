/**
 * Where Node insists on a working directory: a thread asks for it before its first line, and so
 * does a program on standard input. One that has been removed gives them an error (spec/node.md).
 */

/** Move to `/` if the working directory is gone: nothing in it can be opened any more anyway. */
export function leaveRemovedDirectory(): void {
  if (!hasWorkingDirectory()) process.chdir('/');
}

function hasWorkingDirectory(): boolean {
  try {
    process.cwd();
    return true;
  } catch {
    return false;
  }
}
