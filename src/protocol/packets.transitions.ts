/** The transition tables of the two packet reducers. */

import type { TransitionTable } from './transitions.ts';

export const sealingTransitions: TransitionTable = {
  machine: 'Sealing',
  initial: 'sealing',
  rows: [
    {
      from: 'sealing',
      event: 'bytesReceived',
      to: ['sealing', 'exhausted'],
      note: 'packets are sent; exhausted when more than 2⁶⁴ would be needed (PK-10)',
    },
  ],
};

export const openingTransitions: TransitionTable = {
  machine: 'Opening',
  initial: 'opening',
  rows: [
    {
      from: 'opening',
      event: 'bytesReceived',
      to: ['opening', 'failed'],
      note: 'whole packets are opened (PK-7, PK-8), good ones before a bad one delivered (PK-11)',
    },
    {
      from: 'opening',
      event: 'endReceived',
      to: ['ended', 'truncated'],
      note: 'between packets, or inside one (CN-13)',
    },
  ],
};
