/**
 * Policy cases: every meeting of `-f` (gives up forward secrecy) and `-g` (requires it).
 */

import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Policy } from '../../subjects/spiped.ts';
import type { InteropCase } from '../case.ts';
import { sumOf } from '../receiver.ts';
import { expectRefused } from '../refusal.ts';
import { echo } from '../targets.ts';

const POLICIES: readonly Policy[] = ['none', '-f', '-g'];

/** All nine meetings of two ends' policies. */
export const policies: readonly InteropCase[] = POLICIES.flatMap((client) =>
  POLICIES.map((server) => policyCase(client, server)),
);

function policyCase(client: Policy, server: Policy): InteropCase {
  const refused = (client === '-f' && server === '-g') || (client === '-g' && server === '-f');
  const id = `policy-${plain(client)}-${plain(server)}`;
  const who = `the client with ${said(client)} and the server with ${said(server)}`;
  const options = { client, server };
  return refused
    ? {
        id,
        options,
        goal: `${who} refuse each other: the target gets no bytes, the client sees a close (HS-12)`,
        run: async (cell) => {
          await expectRefused(cell, {
            settings: { clientPolicy: client, serverPolicy: server },
            // Only the end that requires forward secrecy knows why; see HS-12.
            knowing: client === '-g' ? 'client' : 'server',
          });
        },
      }
    : {
        id,
        options,
        goal: `${who} work together`,
        run: async ({ line }) => {
          const bytes = randomBytes(3_000);
          const { end } = (await line({ clientPolicy: client, serverPolicy: server })).connect(
            echo,
          );
          end.end(bytes);
          expect(await end.over()).toBe('in order');
          expect(end.received.sum).toBe(sumOf(bytes));
        },
      };
}

function plain(policy: Policy): string {
  return policy.replace('-', '');
}

function said(policy: Policy): string {
  return policy === 'none' ? 'no option' : policy;
}
