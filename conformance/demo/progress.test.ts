/** What the progress display promises: true shares, a bar on a terminal, four lines elsewhere. */

import { expect, test } from 'vitest';
import { progressBar, quarter, showProgress } from './progress.ts';

test('the bar is as full as the work is done', () => {
  expect(progressBar(0, 100, 1, 10)).toBe('[..........]   0 %  0 MB/s');
  expect(progressBar(55_000_000, 100_000_000, 1, 10)).toBe('[#####.....]  55 %  55 MB/s');
  expect(progressBar(100, 100, 0, 10)).toBe('[##########] 100 %  - MB/s');
});

test('a bar never overflows, and nothing to do is done', () => {
  expect(progressBar(250, 100, 1, 4)).toContain('[####] 100 %');
  expect(progressBar(0, 0, 1, 4)).toContain('[####] 100 %');
});

test('a quarter counts when it is reached, not before', () => {
  expect([0, 24, 25, 50, 99, 100, 101].map((done) => quarter(done, 100))).toEqual([
    0, 0, 1, 2, 3, 4, 4,
  ]);
});

test('without a terminal there are plain lines only, and the last one says 100 %', () => {
  let written = '';
  const write = (text: string) => {
    written += text;
  };
  showProgress({ total: 8, done: () => 8, terminal: false, indent: '> ', write }).stop();
  expect(written).toBe('> 100 % uploaded\n');
});

test('a stopped display that got nowhere claims nothing', () => {
  let written = '';
  const write = (text: string) => {
    written += text;
  };
  showProgress({ total: 8, done: () => 1, terminal: false, indent: '', write }).stop();
  expect(written).toBe('');
});

test('on a terminal the bar is redrawn in its line, and the line is ended', () => {
  let written = '';
  const write = (text: string) => {
    written += text;
  };
  showProgress({ total: 8, done: () => 8, terminal: true, indent: '', write }).stop();
  expect(written.startsWith(`\r[${'#'.repeat(30)}] 100 %`)).toBe(true);
  expect(written.endsWith('\x1b[K\n')).toBe(true);
});
