/** The rule that the core is covered completely, on summaries made up for it. */

import { expect, test } from 'vitest';
import { gapsIn } from './coverage.mjs';

const all = { total: 10, covered: 10 };
const most = { total: 10, covered: 9 };

test('a core that is covered completely has no gap, whatever the other rooms are', () => {
  const summary = {
    total: { lines: most, branches: most },
    '/p/src/protocol/a.ts': { lines: all, branches: all },
    '/p/src/io/b.ts': { lines: most, branches: most },
  };
  expect(gapsIn(summary, '/p/')).toEqual([]);
});

test('a line or a branch of the core that no test runs is a gap', () => {
  const summary = {
    '/p/src/protocol/a.ts': { lines: most, branches: all },
    '/p/src/protocol/b.ts': { lines: all, branches: most },
  };
  expect(gapsIn(summary, '/p/')).toEqual([
    'src/protocol/a.ts: no test runs 1 of 10 lines',
    'src/protocol/b.ts: no test runs 1 of 10 branches',
  ]);
});

test('a run in which nothing of the core was loaded is a gap', () => {
  expect(gapsIn({ '/p/src/io/b.ts': { lines: all, branches: all } }, '/p/')).toEqual([
    'nothing of src/protocol was run',
  ]);
});
