/** All survival scenarios, in the order in which they are run. */

import type { Scenario } from './scenario.ts';
import { descriptors } from './scenarios/descriptors.ts';

export const scenarios: readonly Scenario[] = [descriptors];
