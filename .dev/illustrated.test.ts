/**
 * Goal: the illustrated connections are runs with the values of their vectors, each shows the end
 * that it is there for, and a browser shows one as it is meant: on a wide screen and on a phone.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { illustrate } from '../src/trace/illustration/illustrate.ts';
import type { Illustration } from '../src/trace/illustration/model.ts';
import { type ConnectionVector, fromHex, toHex } from '../vectors/format.ts';
import { type Browser, launchBrowser } from './browser.ts';
import { stalePages } from './docs.ts';
import {
  ILLUSTRATED_PAGES,
  indexPage,
  recordScenario,
  SCENARIOS,
  type Scenario,
  scenarioOptions,
  scenarioPage,
  vectorOf,
} from './illustrated.ts';

const LARGEST_PAGE = 200_000;

/** How each page's connection ends, as the client and the server say where they are shown. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  normal: ['closed', 'closed'],
  'without-forward-secrecy': ['closed', 'closed'],
  'flipped-mac-bit': ['closed', 'packet-mac-mismatch'],
  'y-not-below-p': ['handshake-value-out-of-range'],
  'replayed-packet': ['closed', 'packet-mac-mismatch'],
  'truncated-end': ['closed', 'packet-truncated'],
};

function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
}

async function illustrationOf(scenario: Scenario): Promise<Illustration> {
  const options = scenarioOptions(scenario, await recordScenario(scenario));
  return (await illustrate(options)).illustration;
}

/** What a vector says that an end sends, as far as the scenario goes. */
function streamOf(vector: ConnectionVector, role: 'client' | 'server', messages: number): string {
  const nonce = role === 'client' ? vector.nonceC : vector.nonceS;
  const packets = vector[`${role}Packets`]
    .slice(0, messages)
    .flatMap((sealed) => sealed.packets.map(({ ciphertext, mac }) => ciphertext + mac));
  return nonce + vector[role].y + vector[role].h + packets.join('');
}

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  '%s',
  (name, scenario) => {
    test('ends as it is there to show', async () => {
      const { ends } = await illustrationOf(scenario);
      expect(ends.map(({ ending }) => ending.code)).toEqual(ENDINGS[name]);
    });

    test('is a page of modest size, and is the same every time', async () => {
      const page = await scenarioPage(scenario);
      expect(page.length).toBeLessThan(LARGEST_PAGE);
      expect(ILLUSTRATED_PAGES.find(({ file }) => file.includes(`/${name}.`))?.text()).toBe(page);
    });

    test('says of every requirement that it cites what it is', async () => {
      const page = await scenarioPage(scenario);
      expect(page).toContain('class="cite" href="#');
      expect(page.match(/<span class="cite">[^<]*/g)).toBeNull();
      const cited = new Set(
        [...page.matchAll(/class="cite" href="#([^"]*)"/g)].map(([, id]) => id),
      );
      const explained = [...page.matchAll(/<dt id="([^"]*)">/g)].map(([, id]) => id);
      expect(new Set(explained)).toEqual(cited);
    });
  },
);

test.each(['normal', 'without-forward-secrecy'])(
  '%s: both ends send what the vector says, to the byte',
  async (name) => {
    const scenario = scenarioNamed(name);
    const vector = vectorOf(scenario);
    const { messages } = await illustrationOf(scenario);
    for (const role of ['client', 'server'] as const) {
      const sent = messages
        .filter(({ from, seen }) => from === role && seen === 'sent')
        .flatMap(({ ranges }) => ranges.map(({ bytes }) => toHex(bytes)));
      expect(sent.join('')).toBe(streamOf(vector, role, scenario.messages[role]));
    }
  },
);

test('the values on a page are those of its vector', async () => {
  const vector = vectorOf(scenarioNamed('normal'));
  const { values } = await illustrationOf(scenarioNamed('normal'));
  const shown = Object.fromEntries(
    values.map(({ name, content }) => [
      name,
      content instanceof Uint8Array ? toHex(content) : content,
    ]),
  );
  const { K, nonceC, nonceS, dk1, dhmacC, dhmacS, ySC, dk2, packetKeys } = vector;
  expect(shown).toMatchObject({ K, nonceC, nonceS, dk1, dhmacC, dhmacS, ySC, dk2 });
  const { eC, hC, eS, hS } = packetKeys;
  expect(shown).toMatchObject({ E_C: eC, H_C: hC, E_S: eS, H_S: hS });
  expect(shown).toMatchObject({ xC: vector.client.x, yS: vector.server.y, hS: vector.server.h });
});

test('y ≥ p: the MAC of the value holds, and the value is what is refused (HS-10, HS-11)', async () => {
  const { messages, values } = await illustrationOf(scenarioNamed('y-not-below-p'));
  const value = messages.find(({ id }) => id === 'client-public-value-arrived');
  expect(value?.ranges.map(({ field, verdict }) => [field, verdict?.kind])).toEqual([
    ['yC', 'bad'],
    ['hC', 'good'],
  ]);
  expect(toHex(value?.ranges[0]?.bytes ?? fromHex(''))).toMatch(/^f{16}c90fdaa2/);
  expect(values.find(({ name }) => name === 'ySC')?.content).toMatch(/^not known/);
});

test('the index names every page', () => {
  const named = [...indexPage().matchAll(/\]\(([\w-]+)\.html\)/g)].map(([, name]) => name);
  expect(named).toEqual(SCENARIOS.map(({ name }) => name));
});

test('a page that somebody edited, or that is missing, is found', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'spiped-illustrated-'));
  try {
    expect(stalePages(root, ILLUSTRATED_PAGES)).toHaveLength(ILLUSTRATED_PAGES.length);
  } finally {
    rmSync(root, { recursive: true });
  }
});

describe('in a browser', async () => {
  const browser = await launchBrowser();
  const directory = mkdtempSync(path.join(tmpdir(), 'spiped-illustrated-'));
  const file = path.join(directory, 'page.html');
  let tab: Tab;
  let complaints: string[];

  afterAll(async () => {
    if (!('skip' in browser)) await browser.close();
    rmSync(directory, { recursive: true });
  });

  async function open(
    chromium: Browser,
    width: number,
    hash = '',
    javaScriptEnabled = true,
  ): Promise<void> {
    const context = await chromium.newContext({
      viewport: { width, height: 844 },
      javaScriptEnabled,
    });
    tab = await context.newPage();
    complaints = [];
    tab.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    tab.on('pageerror', (error) => complaints.push(error.message));
    tab.on('request', (request) => {
      if (!request.url().startsWith('file:')) complaints.push(`it asks for ${request.url()}`);
    });
    await tab.goto(pathToFileURL(file).href + hash);
  }

  const inBrowser = (name: string, act: (page: Browser) => Promise<void>): void => {
    test(name, async (context) => {
      if ('skip' in browser) return context.skip(browser.skip);
      await act(browser);
      expect(complaints).toEqual([]);
      await tab.context().close();
    });
  };

  const current = (): Promise<readonly (string | null)[]> =>
    tab.locator('.moment.current').evaluateAll((list) => list.map(({ id }) => id));

  beforeAll(async () => {
    writeFileSync(file, await scenarioPage(scenarioNamed('flipped-mac-bit')));
  });

  inBrowser('the slider goes through time, with the keyboard too', async (chromium) => {
    await open(chromium, 1280);
    expect(await current()).toEqual(['event-1']);
    const slider = tab.getByRole('slider', { name: 'Event' });
    await slider.focus();
    await slider.press('ArrowRight');
    await slider.press('ArrowRight');
    expect(await current()).toEqual(['event-3']);
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^3 of \d+: client, target conn/);
    await slider.press('End');
    expect(await tab.getByRole('button', { name: 'Event after' }).isDisabled()).toBe(true);
    await tab.getByRole('button', { name: 'Event before' }).click();
    const max = Number(await slider.getAttribute('max'));
    expect(await current()).toEqual([`event-${max - 1}`]);
    expect(tab.url()).toMatch(new RegExp(`#event-${max - 1}$`));
    expect(await tab.locator('.detail:visible').count()).toBe(1);
  });

  inBrowser('a message opens to its bytes, each range with its label', async (chromium) => {
    await open(chromium, 1280);
    await tab.locator('.row', { hasText: 'yC = 2^eC mod p' }).click();
    const message = tab.locator('#message-client-public-value');
    expect(await message.getByText('bytes 0–255').isVisible()).toBe(false);
    await message.locator('summary').click();
    const ranges = message.locator('.range');
    expect(await ranges.locator('.head b').allTextContents()).toEqual(['yC', 'hC']);
    expect(await ranges.locator('.offsets').allTextContents()).toEqual([
      'bytes 0–255',
      'bytes 256–287',
    ]);
    expect(await ranges.nth(1).locator('.formula').textContent()).toBe('= HMAC(dhmacC, yC)');
    const { h } = vectorOf(scenarioNamed('flipped-mac-bit')).client;
    const bytes = await ranges.nth(1).locator('.bytes').textContent();
    expect(bytes?.replaceAll(' ', '')).toBe(h);
  });

  inBrowser(
    'the fault is found from the top of the page, with the byte that was changed',
    async (chromium) => {
      await open(chromium, 1280);
      await tab.locator('header .ending a', { hasText: /^Event/ }).click();
      const detail = tab.locator('.detail:visible');
      expect(await detail.locator('.ending.fault').textContent()).toContain('packet-mac-mismatch');
      expect(await detail.locator('mark').count()).toBe(1);
      expect(await detail.locator('mark').isVisible()).toBe(true);
      expect(await detail.locator('table').count()).toBe(2);
    },
  );

  inBrowser('an address with an event or a message shows it', async (chromium) => {
    await open(chromium, 1280, '#message-server-nonce');
    expect(await tab.locator('#message-server-nonce .bytes').isVisible()).toBe(true);
    await tab.evaluate("location.hash = '#event-4'");
    await tab.locator('#event-4.current').waitFor();
  });

  inBrowser('no width makes the page scroll sideways, with everything opened', async (chromium) => {
    for (const width of [320, 390, 768, 1280]) {
      await open(chromium, width);
      await tab.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })");
      // All at once: what one event would make too wide, all of them do.
      await tab.evaluate(
        "document.querySelectorAll('.moment').forEach((m) => m.classList.add('current'))",
      );
      const wide = await tab.evaluate('document.documentElement.scrollWidth');
      expect(wide, `at ${width}`).toBe(width);
      if (width !== 1280) await tab.context().close();
    }
  });

  inBrowser('without its script, every event is there to be read', async (chromium) => {
    await open(chromium, 390, '', false);
    const details = await tab.locator('.detail:visible').count();
    expect(details).toBe(await tab.locator('.moment').count());
    expect(await tab.locator('.controls').isVisible()).toBe(false);
  });

  inBrowser('on paper, every message is opened', async (chromium) => {
    await open(chromium, 1280);
    await tab.emulateMedia({ media: 'print' });
    await tab.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await tab.locator('details:not([open])').count()).toBe(0);
    expect(await tab.locator('.detail:visible').count()).toBe(await tab.locator('.moment').count());
  });
});
