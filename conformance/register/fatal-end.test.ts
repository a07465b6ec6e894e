/**
 * of spec/register.md, in short: what a slow target gets of what was accepted before a
 * fatal event, from C and from ours. `npm run fatal-end` prints the whole table.
 *
 * Goal: a bad packet, a reset and an end inside a packet take nothing from a target that has not read
 * yet. A UNIX socket holds some 200 packets of ours, so that of 400 a part waits in the program.
 */

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { upstreamForTests } from '../upstream/require.ts';
import { type Ending, tryFatalEnd } from './fatal-end.ts';
import { UpstreamServer } from './upstream-server.ts';

const upstream = await upstreamForTests('what C delivers before a fatal event (R-9, R-10)');
const OURS = fileURLToPath(new URL('../../dist/bin/spiped.js', import.meta.url));
const keyFile = randomBytes(40);
const ENDINGS: readonly Ending[] = ['bad packet', 'reset', 'cut packet'];

const programs: readonly [string, string, number][] = [
  // What C opens together with a bad packet, and throws away.
  ['C', upstream?.spiped ?? '', 7 * 1024],
  ['ours', OURS, 0],
];

describe.each(programs.filter(([, program]) => program !== ''))(
  '%s as -d',
  (_, program, mostLost) => {
    let server: UpstreamServer;

    beforeAll(async () => {
      server = await UpstreamServer.startBefore('unix', program, keyFile, '-o', '60');
    });

    afterAll(() => server.close());

    //= PK-11
    //# The plaintext of packets before a bad one MUST be delivered, in order, as far as CN-26 goes.
    test.each(ENDINGS)(
      'R-9, PK-11, CN-26: a slow target gets what came before a %s',
      async (ending) => {
        // C notices a bad packet only when the target has taken what came before it.
        const untilClosed = program === OURS && ending === 'bad packet';
        const trial = { ending, packets: 400, target: 'slow', answer: 0, untilClosed } as const;
        const result = await tryFatalEnd(server, keyFile, trial);
        expect(result.accepted).toBeGreaterThan(0);
        expect(result.lost).toBeLessThanOrEqual(ending === 'bad packet' ? mostLost : 0);
        expect(result.end).toBe('in order');
      },
    );
  },
);
