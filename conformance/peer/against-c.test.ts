/** Each misbehaviour, but those that are about time, against C spiped. */

import { test } from 'vitest';
import { upstreamSubject } from '../subjects/subject.ts';
import { upstreamForTests } from '../upstream/require.ts';
import { UNTIMED } from './misbehaviours.ts';
import { declareTable, type Otherwise } from './testing/table.ts';

const because =
  'C drops good packets that it has opened together with a bad one, or does not (PK-11)';

/** What C 1.6.2 does against the text. It differs from run to run, so that each number is right. */
const OTHERWISE: Otherwise = {
  'good-with-bad': { releases: [0, 2], because },
  'packet-replayed-later': { releases: [1, 3], because },
  'bad-63rd-of-64': { releases: [1, 63], because },
};

const upstream = await upstreamForTests('misbehaviours against C spiped');
// Why, was printed when C spiped was looked for.
if (upstream === undefined) test.skip('C', () => {});
else declareTable(upstreamSubject(upstream), UNTIMED, OTHERWISE);
