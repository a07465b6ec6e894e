/**
 * How a process that a spiped has started knows what it is for: a variable in its environment, put
 * there by who starts it and taken away at once, so that nothing it starts inherits it.
 *
 * Apart from both halves, so that each process loads only its own. A mark is no secret, and neither
 * holds nor leads to one for anybody else.
 */

/** Each holds the number of a descriptor. */
export const START_MARKS = {
  /** The process in the background: where its parent is told of the start. */
  background: 'SPIPED_BACKGROUND_START',
  /** A worker of `--workers`: where it is given K. */
  worker: 'SPIPED_WORKER_START',
} as const;

/**
 * The descriptor that this mark names, if this process bears it. To be called once: the mark is
 * gone afterwards.
 */
export function takeStartMark(
  kind: keyof typeof START_MARKS,
  environment: NodeJS.ProcessEnv,
): number | undefined {
  const mark = environment[START_MARKS[kind]];
  delete environment[START_MARKS[kind]];
  return mark !== undefined && /^[1-9]\d{0,5}$/.test(mark) ? Number(mark) : undefined;
}
