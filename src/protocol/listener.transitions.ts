/** The transition table of the listener reducer. */

import type { ListenerEvent, ListenerState } from './listener.ts';
import { type SharedRow, tableOf } from './transitions.ts';

// biome-ignore format: one row is one line
const rows: readonly SharedRow<ListenerState['phase'], ListenerEvent['type']>[] = [
  ['listening', 'connectionArrived', 'same', 'served, held at the limit, or refused when too many wait (CN-18)'],
  ['listening', 'connectionEnded', 'same', 'the one that has waited longest is served'],
  ['listening', 'shutdownRequested', ['draining', 'done'], 'done when none is open (CN-19)'],
  ['draining', 'connectionArrived', 'same', 'refused'],
  ['draining', 'connectionEnded', ['same', 'done'], 'done when it was the last (CN-19)'],
  ['draining', 'shutdownRequested', 'same', 'already under way'],
  ['done', 'connectionArrived', 'same', 'refused'],
  ['done', 'shutdownRequested', 'same', 'already done'],
];

export const listenerTransitions = tableOf('Listener', 'listening', rows);
