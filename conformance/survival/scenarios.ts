/** All survival scenarios, in the order in which they are run. */

import type { Scenario } from './scenario.ts';
import { badTargets } from './scenarios/bad-targets.ts';
import { churn } from './scenarios/churn.ts';
import { connectionLimit } from './scenarios/connection-limit.ts';
import { descriptors } from './scenarios/descriptors.ts';
import { fullDisk } from './scenarios/full-disk.ts';
import { intruders } from './scenarios/intruders.ts';
import { resets } from './scenarios/resets.ts';
import { sigterm } from './scenarios/sigterm.ts';
import { stalledTargets } from './scenarios/stalled-targets.ts';

export const scenarios: readonly Scenario[] = [
  descriptors,
  intruders,
  resets,
  stalledTargets,
  sigterm,
  badTargets,
  fullDisk,
  connectionLimit,
  churn,
];
