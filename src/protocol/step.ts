/** What the reducers share about steps: what comes before one, and what is erased by one. */

import type { ConnectionEffect, Step } from './vocabulary.ts';

/** The states of a union that are in this phase, or in one of these. */
export type In<State extends { readonly phase: string }, Phase extends State['phase']> = Extract<
  State,
  { readonly phase: Phase }
>;

/** A step with these effects before its own. */
export function prepend<State, Effect>(
  effects: readonly Effect[],
  step: Step<State, Effect>,
): Step<State, Effect> {
  return { state: step.state, effects: [...effects, ...step.effects] };
}

/**
 * A step with the erasure of what is secret and has no use after it: what the old state, the event
 * and the step itself had (`given`), and neither the new state has (`kept`) nor the step erases
 * already. It is erased before a socket is closed.
 */
//= HS-23
//# The values x, ySC, dk1 and dk2 SHOULD be overwritten when they are not needed any more.
export function eraseUnkept<State, Effect extends ConnectionEffect>(
  given: readonly Uint8Array[],
  step: Step<State, Effect>,
  kept: readonly Uint8Array[],
): Step<State, Effect | Extract<ConnectionEffect, { type: 'eraseSecrets' }>> {
  const { state, effects } = step;
  const spared = [
    ...kept,
    ...effects.flatMap((effect) => (effect.type === 'eraseSecrets' ? effect.secrets : [])),
  ];
  const secrets = given.filter(
    (secret, i) => !spared.includes(secret) && given.indexOf(secret) === i,
  );
  // An empty array stands for a secret that there is not.
  if (secrets.every(({ length }) => length === 0)) return step;
  const end = effects.findIndex(({ type }) => type === 'closeSide' || type === 'closeConnection');
  const at = end === -1 ? effects.length : end;
  return {
    state,
    effects: [...effects.slice(0, at), { type: 'eraseSecrets', secrets }, ...effects.slice(at)],
  };
}
