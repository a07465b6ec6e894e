/** Somebody with another key: refused, said in one line, and recorded so that it can be run again. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Command } from '../subjects/subject.ts';
import { refuseWrongKey } from './wrong-key.ts';

const REAL_TMPDIR = process.env.TMPDIR;
let temporary: string;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'spiped-demo-test-'));
  process.env.TMPDIR = temporary;
});

afterEach(() => {
  if (REAL_TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = REAL_TMPDIR;
  rmSync(temporary, { recursive: true, force: true });
});

const built = (name: string): Command => [
  process.execPath,
  fileURLToPath(new URL(`../../dist/bin/${name}.js`, import.meta.url)),
];
const ours = { label: 'this spiped', command: built('spiped') };
const { signal } = new AbortController();

test('the refusal is one line of the log, and its event log is shown and replays', async () => {
  const refusal = await refuseWrongKey(ours, built('spiped-trace'), signal);
  expect(refusal.said).toMatch(/^spiped: connection from \S+: the peer does not have our key.*$/);
  expect(refusal.shown).toContain('handshake-mac-mismatch');
  expect(refusal.replayed).toMatch(/: all \d+ events replay the same/);
  expect(readdirSync(temporary).filter((name) => name.startsWith('spiped-demo-'))).toEqual([]);
});

test('a false pipe that lets somebody with another key through is found out', async () => {
  const program = fileURLToPath(new URL('testing/false-pipe.ts', import.meta.url));
  const command: Command = [
    'env',
    'FALSE_PIPE=plain',
    process.execPath,
    '--import',
    'tsx',
    program,
  ];
  const open = { label: 'a false pipe', command };
  await expect(refuseWrongKey(open, built('spiped-trace'), signal)).rejects.toThrow(
    'who had another key got an answer',
  );
});
