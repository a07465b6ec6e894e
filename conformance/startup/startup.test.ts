/**
 * The measurements of `npm run startup`, once each: that they measure what they say and leave
 * nothing behind. How long anything takes is not judged.
 */

import { afterEach, beforeEach, expect, test } from 'vitest';
import { processesMarked } from '../subjects/processes.ts';
import { SCOPE_MARK, Scope } from '../subjects/scope.ts';
import { type Command, ours } from '../subjects/subject.ts';
import { cell, median } from './figures.ts';
import { timeToBackground, timeToExit, timeToListening } from './measure.ts';

const TIMEOUT = 60_000;

let scope: Scope;

beforeEach(async () => {
  scope = await Scope.open();
});

afterEach(async () => {
  await scope.close();
});

async function running(): Promise<number> {
  return (await processesMarked(`${SCOPE_MARK}=${scope.mark}`)).length;
}

const node = (script: string): Command => [process.execPath, '-e', script];

test('the time to an end is that of the whole program', { timeout: TIMEOUT }, async () => {
  const waits = node('setTimeout(() => {}, 300)');
  expect(await timeToExit(scope, waits, [])).toBeGreaterThanOrEqual(300);
});

test('a program that fails has no time', { timeout: TIMEOUT }, async () => {
  await expect(timeToExit(scope, node('process.exit(3)'), [])).rejects.toThrow('ended with 3');
});

test('the time to listening ends with an accepted connection', { timeout: TIMEOUT }, async () => {
  const subject = await ours();
  expect(await timeToListening(scope, subject)).toBeGreaterThan(0);
  expect(await running()).toBe(0);
});

test('a daemon that ends instead of listening has no time', { timeout: TIMEOUT }, async () => {
  const subject = { ...(await ours()), spiped: node('') };
  await expect(timeToListening(scope, subject)).rejects.toThrow('does not listen');
});

test('the time to the background leaves no daemon running', { timeout: TIMEOUT }, async () => {
  const subject = await ours();
  expect(await timeToBackground(scope, subject)).toBeGreaterThan(0);
  // Which looks for what was left behind.
  await scope.close();
});

test('a cell shows the median and the quickest round', () => {
  expect(cell([30, 10, 20])).toBe('20.0 ms (10.0)');
  expect(cell([])).toBe('-');
  expect(median([1, 2, 30, 40])).toBe(16);
});
