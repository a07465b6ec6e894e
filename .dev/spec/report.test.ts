/**
 * Goal of these tests: the report says of each requirement what there is on it, and its page works
 * in a browser: filters, folds, links, at every width, without a server and without an error.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, launchBrowser } from '../browser.ts';
import { readRequirements } from '../requirements.ts';
import { check } from './check.ts';
import type { Report } from './model.ts';
import { readSources } from './project.ts';
import { writeReport } from './report.ts';
import type { TestResult } from './results.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let report: Report;
/** A MUST that only one file of tests shows; they count as skipped. All others, as passed. */
let unshown: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'report-'));
  const sources = readSources(root);
  const requirements = readRequirements(root);
  const shownBy = (id: string): readonly string[] => {
    const shown = sources.citations.filter((each) => each.id === id && each.kind !== 'code');
    return [...new Set(shown.map(({ file }) => file))];
  };
  const lonely = requirements.find(({ id, level }) => level === 'MUST' && shownBy(id).length === 1);
  if (lonely === undefined) throw new Error('every MUST is shown by several files');
  unshown = lonely.id;
  const [skipped] = shownBy(unshown);
  const results = sources.citations.flatMap(({ kind, file, about }): TestResult[] => {
    if (kind !== 'test' || about === undefined) return [];
    const state = file === skipped ? 'skipped' : 'passed';
    return [{ file, line: about.first, name: `a <test> of ${file}`, state }];
  });
  writeReport(root, check(requirements, sources, results), results, folder);
  report = JSON.parse(readFileSync(path.join(folder, 'spec.json'), 'utf8')) as Report;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function requirement(id: string): Report['requirements'][number] {
  const found = report.requirements.find((each) => each.id === id);
  if (found === undefined) throw new Error(`${id} is not in the report`);
  return found;
}

describe('the data', () => {
  test('has every requirement, with code, tests, vectors, cases and what C does', () => {
    expect(report.requirements.map(({ id }) => id)).toEqual(
      readRequirements(root).map(({ id }) => id),
    );
    const { state, code, tests, vectors, cases, register, sentence } = requirement('HS-10');
    expect(state).toBe('tested');
    expect(sentence).toMatch(/^A receiver of y ‖ h MUST/);
    expect(code.map(({ file }) => file)).toContain('src/protocol/handshake.ts');
    expect(tests.flatMap((each) => each.tests).map((each) => each.state)).toContain('passed');
    expect(vectors.length).toBeGreaterThan(0);
    expect(cases.length).toBeGreaterThan(0);
    expect(register.map(({ c }) => c).join('')).not.toBe('');
  });

  test('calls a requirement open whose only test was skipped', () => {
    expect(requirement(unshown).state).toBe('open');
    const problem = `${unshown} is a MUST without a test that passed in this run`;
    expect(report.problems.some(({ what }) => what.startsWith(problem))).toBe(true);
  });
});

describe('the page in a browser', () => {
  let browser: Browser | { readonly skip: string };
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 180_000);
  afterAll(async () => {
    if (browser !== undefined && !('skip' in browser)) await browser.close();
  });

  const address = (): string => pathToFileURL(path.join(folder, 'spec.html')).href;

  /** A requirement whose explanation names another one, of another level. */
  function twoLevels(): readonly [Report['requirements'][number], Report['requirements'][number]] {
    for (const from of report.requirements) {
      const named: readonly string[] = from.explanation.match(/\b[A-Z]{2}-[0-9]+\b/g) ?? [];
      const to = report.requirements.find(
        ({ id, level }) => named.includes(id) && level !== from.level,
      );
      if (to !== undefined) return [from, to];
    }
    throw new Error('no requirement names one of another level');
  }

  /** The report at this width; what went wrong in it is collected. */
  async function open(launched: Browser, width: number, scheme: 'light' | 'dark' = 'light') {
    const page = await launched.newPage({
      viewport: { width, height: 800 },
      colorScheme: scheme,
    });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(address());
    return { page, complaints };
  }

  test('filters by text, family, level and state, and shows how many are left', async ({
    skip,
  }) => {
    if ('skip' in browser) return skip(browser.skip);
    const { page, complaints } = await open(browser, 1280);
    const shown = page.locator('#requirements > li:visible');
    const all = report.requirements.length;
    expect(await shown.count()).toBe(all);
    await page.getByLabel('Family').selectOption('TM');
    const timers = report.requirements.filter(({ family }) => family === 'TM').length;
    expect(await shown.count()).toBe(timers);
    expect(await page.locator('#count').textContent()).toBe(`${timers} of ${all}`);
    await page.getByLabel('Level').selectOption('MUST NOT');
    expect(await shown.count()).toBe(
      report.requirements.filter(({ family, level }) => family === 'TM' && level === 'MUST NOT')
        .length,
    );
    await page.getByLabel('Search').fill('no such word');
    expect(await shown.count()).toBe(0);
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await shown.count()).toBe(all);
    await page.getByLabel('State').selectOption('open');
    expect(await shown.count()).toBe(
      report.requirements.filter(({ state }) => state === 'open').length,
    );
    await page.getByLabel('Search').fill(`${unshown.toLowerCase()} must`);
    expect(await shown.locator('.id').allTextContents()).toContain(unshown);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('follows a link to another requirement, though it was filtered away', async ({ skip }) => {
    if ('skip' in browser) return skip(browser.skip);
    const { page, complaints } = await open(browser, 1280);
    const [from, to] = twoLevels();
    await page.getByLabel('Level').selectOption(from.level);
    expect(await page.locator(`#${to.id}`).isVisible()).toBe(false);
    await page.locator(`#${from.id} summary`).click();
    await page.locator(`#${from.id} .explanation a[href="#${to.id}"]`).first().click();
    await page.locator(`#${to.id}[open] .body`).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('follows a link to the code, which is a file that is there', async ({ skip }) => {
    if ('skip' in browser) return skip(browser.skip);
    const { page } = await open(browser, 1280);
    await page.locator('#HS-10 summary').click();
    await page.locator('#HS-10 figcaption a').first().click();
    await page.waitForURL(/\/src\/protocol\/handshake\.ts#L\d+$/);
    expect(await page.locator('body').innerText()).toContain('handshake-mac-mismatch');
    await page.close();
  });

  test.for([
    [390, 'light'],
    [390, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)(
    'at %i pixels, %s, nothing is wider than the window',
    async ([width, scheme], { skip }) => {
      if ('skip' in browser) return skip(browser.skip);
      const { page, complaints } = await open(browser, width, scheme);
      await page.getByRole('button', { name: 'Unfold' }).click();
      expect(await page.locator('#requirements details:not([open])').count()).toBe(0);
      const overflow =
        'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect(await page.evaluate(overflow)).toBe(0);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  test('is printed unfolded and without its filters', async ({ skip }) => {
    if ('skip' in browser) return skip(browser.skip);
    const { page } = await open(browser, 1280);
    await page.emulateMedia({ media: 'print' });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator('#filters').isVisible()).toBe(false);
    expect(await page.locator('#HS-10 .body').isVisible()).toBe(true);
    await page.close();
  });
});
