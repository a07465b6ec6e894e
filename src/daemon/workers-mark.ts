/**
 * How a worker knows that it is one (`--workers`): a variable in its environment, put there by the
 * daemon and taken away at once, so that nothing it starts inherits it.
 *
 * Apart from `workers-process.ts` and `workers-main.ts`, so that each process loads only its own
 * half. It is no secret, and neither holds nor leads to one for anybody else.
 */

/** Holds the number of the descriptor over which the worker is given K. */
export const WORKER_MARK = 'SPIPED_WORKER_START';

/**
 * The descriptor from which K is to be read, if this is a worker. To be called once: the mark is
 * gone afterwards.
 */
export function takeWorkerMark(environment: NodeJS.ProcessEnv): number | undefined {
  const mark = environment[WORKER_MARK];
  delete environment[WORKER_MARK];
  return mark !== undefined && /^[1-9]\d{0,5}$/.test(mark) ? Number(mark) : undefined;
}
