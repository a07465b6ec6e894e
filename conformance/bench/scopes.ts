/** Scopes that are open, so that an interrupted run can end all that it has started. */

import { Scope } from '../subjects/scope.ts';

const open = new Set<Scope>();

/** Does something in a scope of its own, and closes that, whatever happens. */
export async function withScope<T>(act: (scope: Scope) => Promise<T>): Promise<T> {
  const scope = await Scope.open();
  open.add(scope);
  try {
    return await act(scope);
  } finally {
    await scope.close();
    open.delete(scope);
  }
}

/** Closes all scopes that are open now, the newest first. */
export async function closeScopes(): Promise<void> {
  for (const scope of [...open].reverse()) await scope.close();
}
