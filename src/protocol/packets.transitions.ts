/** The transition tables of the two packet reducers. */

import type { OpeningEvent, OpeningState } from './opening.ts';
import type { SealingEvent, SealingState } from './sealing.ts';
import { type SharedRow, tableOf } from './transitions.ts';

// biome-ignore format: one row is one line
const sealing: readonly SharedRow<SealingState['phase'], SealingEvent['type']>[] = [
  ['sealing', 'bytesReceived', ['same', 'exhausted'], 'packets are sent; exhausted when more than 2⁶⁴ would be needed (PK-10)'],
];

// biome-ignore format: one row is one line
const opening: readonly SharedRow<OpeningState['phase'], OpeningEvent['type']>[] = [
  ['opening', 'bytesReceived', ['same', 'failed'], 'whole packets are opened (PK-7, PK-8), good ones before a bad one delivered (PK-11)'],
  ['opening', 'endReceived', ['ended', 'truncated'], 'between packets, or inside one (CN-13)'],
];

export const sealingTransitions = tableOf('Sealing', 'sealing', sealing);
export const openingTransitions = tableOf('Opening', 'opening', opening);
