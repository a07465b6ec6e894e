/**
 * The one exception of the core: a defect of this program, never something a peer did.
 */

/** An event came in a phase in which its source cannot produce it: the adapter has a defect. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** Throw for an event that a phase rules out. `machine` and both names go into the message. */
export function unexpected(
  machine: string,
  state: { readonly phase: string },
  event: { readonly type: string },
): never {
  throw new InvariantViolation(`${machine}: event ${event.type} cannot happen in ${state.phase}`);
}
