/** Scopes that are open, so that an interrupted run can end all that it has started. */

import { Scope } from '../subjects/scope.ts';

const open = new Set<Scope>();
let ended = false;

/**
 * Does something in a scope of its own, and closes that, whatever happens.
 *
 * @throws Error after {@link endScopes}: an interrupted run starts nothing more.
 */
export async function withScope<T>(act: (scope: Scope) => Promise<T>): Promise<T> {
  refuseIfEnded();
  const scope = await Scope.open();
  open.add(scope);
  try {
    refuseIfEnded();
    return await act(scope);
  } finally {
    await scope.close();
    open.delete(scope);
  }
}

/** Closes all scopes that are open, the newest first, and lets no other be opened. */
export async function endScopes(): Promise<void> {
  ended = true;
  for (const scope of [...open].reverse()) await scope.close();
}

/** @throws Error when the run was interrupted. */
export function refuseIfEnded(): void {
  if (ended) throw new Error('interrupted');
}
