/** `spec/logging.md` and the code that logs: the same events at the same levels, the same names. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { LogLevel } from '../config/config.ts';
import type { ConnectionSummary } from '../io/summary.ts';
import { FAULTS } from '../protocol/faults.ts';
import { createLogger } from './log.ts';
import { logConnectionEnd } from './log-connection.ts';
import type { LogFields } from './log-format.ts';

const page = readFileSync(new URL('../../spec/logging.md', import.meta.url), 'utf8');

/** Said at a level that is not written out in the code. */
const VARIABLE = ['repeats: as the repeated'];

/** Described in the section on connections. */
const OF_CONNECTIONS = ['connection-ended: info', 'internal-error: error'];

/** The rows of the table below this heading, each cut into its cells. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const section = page.split(/^(?=#)/m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => row.split('|').map((cell) => cell.trim()));
}

/** Every `log('warn', 'some-event'` of the program. */
function saidInCode(): readonly string[] {
  const source = new URL('..', import.meta.url);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.ts$/.test(file) && !/\.test\.ts$|(^|\/)testing\//.test(file))
    .flatMap((file) => {
      const code = readFileSync(new URL(file, source), 'utf8');
      const calls = code.matchAll(
        /\(\s*'(error|warn|info|debug)',\s*'([a-z]+(?:-[a-z]+)*)',?\s*[^)]/g,
      );
      return [...calls].map(([, level, event]) => `${event}: ${level}`);
    });
}

test('every event of the code is documented with its level, and no other', () => {
  const rowsOf = (heading: string): readonly string[] =>
    rowsBelow(heading).map(([, event, level]) => `${event?.replaceAll('`', '')}: ${level}`);
  const others = rowsOf('### Other events');
  const documented = [...rowsOf('### Events of a daemon’s life'), ...others];
  const said = new Set([...saidInCode(), ...VARIABLE]);
  for (const event of OF_CONNECTIONS) expect(said.delete(event)).toBe(true);
  expect([...documented].sort()).toEqual([...said].sort());
  expect(others).toEqual([...others].sort());
  expect(new Set(documented.map((one) => one.split(':')[0])).size).toBe(documented.length);
});

test('no event is called as a fault, but the one that is both', () => {
  const events = saidInCode().map((one) => one.split(':')[0] ?? '');
  expect(events.filter((event) => Object.hasOwn(FAULTS, event))).toEqual(
    events.filter((event) => event === 'internal-error'),
  );
});

test('the names of every line are documented, in their order', () => {
  const lines: string[] = [];
  const sink = { write: ({ text }: { readonly text: string }) => lines.push(text) > 0 };
  createLogger({ program: 'spiped', level: 'warn', format: 'json', sink }).log('warn', 'x', 'x');
  const documented = rowsBelow('## JSON').map(([, name]) => name?.replaceAll('`', ''));
  expect(Object.keys(JSON.parse(lines[0] ?? ''))).toEqual(documented);
});

test('the fields of connections are documented, in their order', () => {
  const said: LogFields[] = [];
  const log = (_: LogLevel, __: string, ___: string, fields: LogFields = {}): void => {
    said.push(fields);
  };
  const summary: ConnectionSummary = {
    id: 'id',
    pair: 'pair',
    peer: 'peer',
    target: 'target',
    dialled: { to: 'to', from: 'from' },
    outcome: { code: 'cipher-socket-failed', detail: 'ECONNRESET' },
    plainBytes: { received: 1, sent: 2, undelivered: 1 },
    packets: { sealed: 3, opened: 4 },
    milliseconds: 5,
    forwardSecrecy: false,
  };
  logConnectionEnd({ log }, summary, 'server');
  const documented = rowsBelow('### Events of connections').map(([, name]) =>
    name?.replaceAll('`', ''),
  );
  expect(said).toHaveLength(2);
  for (const fields of said) expect(Object.keys(fields)).toEqual(documented);
});
