/**
 * What a spiped does when it is told to end.
 *
 * | signal | before it listens | while it serves | second time |
 * |---|---|---|---|
 * | SIGTERM | ends by the signal | stops listening at once, serves what is open, exit 0 (CN-19) | ends by the signal |
 * | SIGINT | ends by the signal | stops listening, ends by the signal | |
 * | SIGHUP | in the background ignored, else ends by the signal | the same | |
 * | SIGPIPE | ignored, as Node does | the same | |
 * | SIGUSR1 | ends by the signal (`cli/at-once.ts`) | the same | |
 *
 * A signal that was ignored when the process was started stays so, but for SIGTERM, as in C.
 *
 * As process 1 of a container nothing ends by a signal that it does not handle, so that there
 * each of these ends is an exit instead: 0 for SIGINT, as C; 0 for SIGTERM before it listens; 143
 * for a second SIGTERM, since connections were cut off.
 */

import type { Inheritance } from './inheritance.ts';

/** What serves, as a signal sees it. */
export interface Serving {
  /** Accept no more; a UNIX socket is removed. */
  stopListening(): void;
  /** As {@link Serving.stopListening}, and end when the open connections have ended. */
  drain(): void;
}

/** The status that a shell shows for an end by SIGTERM. */
const CUT_OFF = 128 + 15;

/** Whether signals without a handler do nothing here (`kill` in pid_namespaces(7)). */
const isInit = process.pid === 1;

const exitInOrder = (): void => process.exit(0);

/** From the first moment of the process. */
export function obeySignals({
  background,
  ignored,
}: { readonly background: boolean } & Pick<Inheritance, 'ignored'>): void {
  // The session has no terminal that could hang up; somebody sends it all the same.
  //= CL-42
  //# A daemon in the background SHOULD ignore SIGHUP.
  if (background) process.on('SIGHUP', () => {});
  //= CL-41
  //# As process 1 of a container a daemon MUST obey SIGTERM and SIGINT as elsewhere.
  if (!isInit) return;
  process.on('SIGTERM', exitInOrder);
  if (!ignored.has('SIGINT')) process.on('SIGINT', exitInOrder);
}

/**
 * From just before the socket listens, so that whoever sees it listen can end it in order. What a
 * signal asks for is done as soon as `serving` is there.
 */
export function obeySignalsWhileServing(serving: Promise<Serving>, { ignored }: Inheritance): void {
  // A start that fails ends the process by itself, signal or not.
  serving.catch(() => {});
  const then = (act: (serving: Serving) => void): void => void serving.then(act, () => {});
  //= CL-39
  //# A second SIGTERM MUST end a daemon at once, whatever is open.
  process.once('SIGTERM', () => {
    if (isInit) process.once('SIGTERM', () => process.exit(CUT_OFF));
    then((it) => it.drain());
  });
  //= CL-40
  //# SIGINT MUST end a daemon at once.
  const interrupt = (): void =>
    then((it) => {
      it.stopListening();
      if (isInit) exitInOrder();
      // The handler is gone: this time the signal does what it does by itself.
      process.kill(process.pid, 'SIGINT');
    });
  if (!ignored.has('SIGINT')) process.once('SIGINT', interrupt);
  // Last, so that there is no moment without a handler: process 1 would not see the signal at all.
  process.off('SIGTERM', exitInOrder);
  process.off('SIGINT', exitInOrder);
}
