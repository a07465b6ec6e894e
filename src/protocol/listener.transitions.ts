/** The transition table of the listener reducer. */

import type { TransitionTable } from './transitions.ts';

export const listenerTransitions: TransitionTable = {
  machine: 'Listener',
  initial: 'listening',
  rows: [
    {
      from: 'listening',
      event: 'connectionArrived',
      to: ['listening'],
      note: 'served, held at the limit, or refused when too many wait (CN-18)',
    },
    {
      from: 'listening',
      event: 'connectionEnded',
      to: ['listening'],
      note: 'the one that has waited longest is served',
    },
    {
      from: 'listening',
      event: 'shutdownRequested',
      to: ['draining', 'done'],
      note: 'done when none is open (CN-19)',
    },
    { from: 'draining', event: 'connectionArrived', to: ['draining'], note: 'refused' },
    {
      from: 'draining',
      event: 'connectionEnded',
      to: ['draining', 'done'],
      note: 'done when it was the last (CN-19)',
    },
    { from: 'draining', event: 'shutdownRequested', to: ['draining'], note: 'already under way' },
    { from: 'done', event: 'connectionArrived', to: ['done'], note: 'refused' },
    { from: 'done', event: 'shutdownRequested', to: ['done'], note: 'already done' },
  ],
};
