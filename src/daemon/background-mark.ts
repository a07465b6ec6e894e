/**
 * How a background process knows that it is one: a variable in its environment, put there by its
 * parent and taken away at once, so that nothing it starts inherits it.
 *
 * Apart from `background.ts` and `parent.ts`, so that each process loads only its own half.
 */

/** Holds the number of the descriptor over which the parent is told of the start. */
export const BACKGROUND_MARK = 'SPIPED_BACKGROUND_START';

/**
 * The descriptor that leads to the parent, if this is a background process. To be called once:
 * the mark is gone afterwards.
 */
export function takeBackgroundMark(environment: NodeJS.ProcessEnv): number | undefined {
  const mark = environment[BACKGROUND_MARK];
  delete environment[BACKGROUND_MARK];
  return mark !== undefined && /^[1-9]\d{0,5}$/.test(mark) ? Number(mark) : undefined;
}
