/** The generated pages: what they show, and that a stale one is found. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  faultsPage,
  type Page,
  stalePages,
  stateMachinesPage,
  withVocabulary,
  writePages,
} from './docs.ts';

const door = {
  machine: 'Door',
  initial: 'closed',
  rows: [
    { from: 'closed', event: 'pushed', to: ['open'], note: 'HS-1' },
    { from: 'closed', event: 'kicked', to: ['open', 'broken'], note: 'a | b' },
    { from: 'open', event: 'pulled', to: ['closed'], note: '' },
  ],
};

test('a machine is shown as a diagram, with its first and last states, and as a table', () => {
  const text = stateMachinesPage([door]);
  expect(text).toContain('## Door');
  expect(text).toContain(
    [
      '```mermaid',
      'stateDiagram-v2',
      '  [*] --> closed',
      '  closed --> open : pushed, kicked',
      '  closed --> broken : kicked',
      '  open --> closed : pulled',
      '  broken --> [*]',
      '```',
    ].join('\n'),
  );
  expect(text).toContain('| closed | kicked | open, broken | a \\| b |');
});

test('a fault is shown as one row', () => {
  const row = { party: 'target', requirement: 'CN-4', dropReason: 'error' } as const;
  const text = { client: 'no luck here', server: 'nor here' };
  const page = faultsPage({
    'bad-luck': { ...row, text: 'no luck' },
    'two-texts': { ...row, text },
  });
  expect(page).toContain('| `bad-luck` | target | CN-4 | error | no luck |');
  expect(page).toContain('| error | client: no luck here; server: nor here |');
});

test('the vocabulary stands between its marks, with what a wire log leaves out', () => {
  const page = ['before', '<!-- vocabulary: x -->', 'old', '<!-- end of vocabulary -->', 'after'];
  const text = withVocabulary(page.join('\n'));
  expect(text).toMatch(/^before\n<!-- vocabulary: x -->\n\n\| event \|/);
  expect(text).toMatch(/\|\n\n<!-- end of vocabulary -->\nafter$/);
  expect(text).not.toContain('old');
  expect(text).toContain('| `keyPairGenerated` | `x`, `y` | none | Answer to `generateKeyPair`');
  expect(text).toContain(
    '| `sendBytes` | `side`, `bytes` | cipher side: `side`, `bytes`; plain side: `side`, `length` |',
  );
  expect(text).toContain('| `eraseSecrets` | `lengths` | the same |');
  expect(withVocabulary(text)).toBe(text);
  expect(() => withVocabulary('no marks')).toThrow('no place for the vocabulary');
});

test('a page is stale when it is missing or different, and current once written', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'docs-'));
  const pages: readonly Page[] = [
    { file: 'spec/a.md', text: () => 'a\n' },
    { file: 'spec/b.md', text: () => 'b\n' },
  ];
  try {
    expect(stalePages(root, pages)).toEqual(['spec/a.md', 'spec/b.md']);
    expect(writePages(root, pages)).toEqual(['spec/a.md', 'spec/b.md']);
    expect(stalePages(root, pages)).toEqual([]);
    writeFileSync(path.join(root, 'spec', 'b.md'), 'by hand\n');
    expect(stalePages(root, pages)).toEqual(['spec/b.md']);
    expect(writePages(root, pages)).toEqual(['spec/b.md']);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
