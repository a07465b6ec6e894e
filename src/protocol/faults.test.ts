/** Goal of these tests: every fault can be told to a person, and every requirement it names exists. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeOutcome, dropReasonOf, FAULTS, type FaultCode, textOf } from './faults.ts';

const codes = Object.keys(FAULTS) as FaultCode[];
const spec = readFileSync(new URL('../../spec/protocol.md', import.meta.url), 'utf8');

test('every fault names a requirement that stands in the specification', () => {
  for (const code of codes) expect(spec).toContain(`- **${FAULTS[code].requirement}** `);
});

test('an outcome is described in one line, with the system’s code where there is one', () => {
  for (const role of ['client', 'server'] as const) {
    for (const code of codes) {
      expect(describeOutcome({ code }, role)).toBe(textOf(code, role));
      expect(textOf(code, role)).toMatch(/^\S.*\S$/);
    }
    expect(
      describeOutcome({ code: 'target-connect-failed', detail: 'ECONNREFUSED' }, role),
    ).toMatch(/target: ECONNREFUSED$/);
    expect(describeOutcome({ code: 'closed' }, role)).toBe('closed by both ends');
    expect(describeOutcome({ code: 'cancelled' }, role)).toBe('cancelled on this end');
  }
  expect(textOf('handshake-not-begun', 'client')).not.toBe(textOf('handshake-not-begun', 'server'));
});

test('every outcome is one of C’s five drop reasons', () => {
  expect(dropReasonOf({ code: 'closed' })).toBe('closed');
  expect(dropReasonOf({ code: 'cancelled' })).toBe('cancelled');
  expect(dropReasonOf({ code: 'target-connect-failed' })).toBe('connect-failed');
  expect(dropReasonOf({ code: 'handshake-mac-mismatch' })).toBe('handshake-failed');
  expect(dropReasonOf({ code: 'handshake-timed-out' })).toBe('error');
});
