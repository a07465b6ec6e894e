/** Goal of these tests: every fault can be told to a person, and every requirement it names exists. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeOutcome, dropReasonOf, FAULTS, type FaultCode } from './faults.ts';

const codes = Object.keys(FAULTS) as FaultCode[];
const spec = readFileSync(new URL('../../spec/protocol.md', import.meta.url), 'utf8');

test('every fault names a requirement that stands in the specification', () => {
  for (const code of codes) expect(spec).toContain(`- **${FAULTS[code].requirement}** `);
});

test('an outcome is described in one line, with the system’s code where there is one', () => {
  for (const code of codes) {
    expect(describeOutcome({ code })).toBe(FAULTS[code].text);
    expect(describeOutcome({ code })).not.toContain('\n');
  }
  expect(describeOutcome({ code: 'target-connect-failed', detail: 'ECONNREFUSED' })).toMatch(
    /target: ECONNREFUSED$/,
  );
  expect(describeOutcome({ code: 'closed' })).toBe('closed by both ends');
  expect(describeOutcome({ code: 'cancelled' })).toBe('cancelled on this end');
});

test('every outcome is one of C’s five drop reasons', () => {
  expect(dropReasonOf({ code: 'closed' })).toBe('closed');
  expect(dropReasonOf({ code: 'cancelled' })).toBe('cancelled');
  expect(dropReasonOf({ code: 'target-connect-failed' })).toBe('connect-failed');
  expect(dropReasonOf({ code: 'handshake-mac-mismatch' })).toBe('handshake-failed');
  expect(dropReasonOf({ code: 'handshake-timed-out' })).toBe('error');
});
