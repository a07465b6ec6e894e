/**
 * What cannot wait until the command line is parsed: the first import of every command.
 *
 * Signals that were ignored when this process was started stay so, as in C, and SIGUSR1 ends it, as
 * it ends C's. Node's own answer to SIGUSR1 is a debugger that anybody on this machine can attach
 * to, K and all. Until this line runs, the launcher keeps that from listening (spec/node.md).
 */

import { close, url } from 'node:inspector';
import { takeInheritance } from '../daemon/inheritance.ts';

/** What was closed and ignored when this process was started. */
export const inherited = takeInheritance(process.env);

//= CL-56
//# A signal other than SIGTERM that is ignored when a program is started MUST stay ignored.
for (const signal of inherited.ignored) process.on(signal, () => {});

//= CL-57
//# No signal MUST make a program listen on a further address.
if (!inherited.ignored.has('SIGUSR1')) {
  // The listener is gone when it is called: the signal then does what it does by itself.
  const end = (): void => void process.kill(process.pid, 'SIGUSR1');
  process.once('SIGUSR1', end);
  // Without the launcher, a signal may have come before this line.
  if (url() !== undefined && !wasAskedFor()) {
    close();
    process.off('SIGUSR1', end);
    end();
  }
}

/** Whether whoever started Node wanted a debugger. */
function wasAskedFor(): boolean {
  return [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((word) =>
    /--inspect(?!-port|-publish)/.test(word),
  );
}
