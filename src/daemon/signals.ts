/**
 * What a spiped does when it is told to end.
 *
 * | signal | before it listens | while it serves | second time |
 * |---|---|---|---|
 * | SIGTERM | ends by the signal | stops listening at once, serves what is open, exit 0 (CN-19) | ends by the signal |
 * | SIGINT | ends by the signal | stops listening, ends by the signal | |
 * | SIGHUP | in the background ignored, else ends by the signal | the same as SIGINT | |
 * | SIGPIPE | ignored, as Node does | the same | |
 * | SIGUSR1 | ends by the signal (`cli/at-once.ts`) | the same | |
 *
 * Before each of these ends but the last, it says so, and waits until that is written: a second at
 * most, where standard error takes nothing. Meanwhile nothing new is accepted, and the same signal
 * again ends it without a wait. A signal that was ignored when the process was started stays so,
 * but for SIGTERM, as in C.
 *
 * As process 1 of a container nothing ends by a signal that it does not handle, so that there
 * each of these ends is an exit instead: 0 for SIGINT, as C; 0 for SIGTERM before it listens; 143
 * for a second SIGTERM, since connections were cut off. SIGHUP does nothing there.
 */

import type { Inheritance } from './inheritance.ts';
import type { EndingSignal } from './life.ts';

/** What serves, as a signal sees it. */
export interface Serving {
  /** Accept no more, and end when the open connections have ended. */
  drain(): void;
  /**
   * Say that the process ends by this signal, and accept no more. It does end when this resolves,
   * within a second.
   */
  end(signal: EndingSignal): Promise<void>;
}

export interface SignalOptions extends Pick<Inheritance, 'ignored'> {
  readonly background: boolean;
  /** Say that the process ends by this signal, before it has listened. */
  end(signal: EndingSignal): Promise<void>;
}

/** The status that a shell shows for an end by SIGTERM. */
const CUT_OFF = 128 + 15;

/** Whether signals without a handler do nothing here (`kill` in pid_namespaces(7)). */
const isInit = process.pid === 1;

/**
 * From the first moment of the process. To be called with what is going to serve, in the turn of the
 * event loop in which the socket begins to listen, so that whoever sees it listen can end it in
 * order; what a signal asks for then is done as soon as it is there.
 */
export function obeySignals(options: SignalOptions): (serving: Promise<Serving>) => void {
  const { background, ignored, end } = options;
  const signals: EndingSignal[] = ['SIGTERM'];
  //= CL-41
  //# As process 1 of a container a daemon MUST obey SIGTERM and SIGINT as elsewhere.
  if (!ignored.has('SIGINT')) signals.push('SIGINT');
  // The session has no terminal that could hang up; somebody sends it all the same.
  //= CL-42
  //# A daemon in the background SHOULD ignore SIGHUP.
  if (background) process.on('SIGHUP', () => {});
  else if (!isInit && !ignored.has('SIGHUP')) signals.push('SIGHUP');
  let ending = false;
  const endBeforeServing = (signal: EndingSignal): void => {
    ending = true;
    void endBy(signal, end, 0);
  };
  const before = signals.map((signal) => [signal, () => endBeforeServing(signal)] as const);
  for (const [signal, act] of before) process.once(signal, act);

  return (serving) => {
    // A start that fails ends the process by itself, signal or not.
    serving.catch(() => {});
    // The signal that ended it comes once more, and is not for what serves.
    if (ending) return;
    const then = (act: (serving: Serving) => unknown): void => void serving.then(act, () => {});
    //= CL-39
    //# A second SIGTERM MUST end a daemon at once, whatever is open.
    process.once('SIGTERM', () => {
      process.once('SIGTERM', () => then((it) => endBy('SIGTERM', it.end, CUT_OFF)));
      then((it) => it.drain());
    });
    //= CL-40
    //# SIGINT MUST end a daemon at once.
    for (const signal of signals.filter((one) => one !== 'SIGTERM')) {
      process.once(signal, () => then((it) => endBy(signal, it.end, 0)));
    }
    // Last, so that there is no moment without a handler: process 1 would not see the signal at all.
    for (const [signal, act] of before) process.off(signal, act);
  };
}

/** `say` it, and end; as process 1 with this status. */
async function endBy(signal: EndingSignal, say: Serving['end'], status: number): Promise<void> {
  await say(signal);
  if (isInit) process.exit(status);
  // The handler is gone: this time the signal does what it does by itself.
  process.kill(process.pid, signal);
}
