/** Goal: the page holds what the illustration says, as text, and loads and runs nothing else. */

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Illustration, MachineView, Moment, Range } from './model.ts';
import { illustrationPage } from './page.ts';

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`;

const machine: MachineView = {
  source: 'replayed',
  rows: [{ name: HOSTILE, value: HOSTILE, changed: true }],
};

const ending = { kind: 'fault', text: HOSTILE, code: HOSTILE, requirements: [HOSTILE] } as const;

const range: Range = {
  ...{ start: 4, bytes: Uint8Array.from([1, 2, 3]), field: HOSTILE, formula: HOSTILE },
  ...{ requirements: [HOSTILE], verdict: { kind: 'bad', text: HOSTILE }, changed: [] },
};

const moment: Moment = {
  ...{ end: 'client', sequence: 1, microseconds: 1250, event: HOSTILE, fault: ending },
  marks: [
    { kind: 'note', at: 'client', what: 'work', label: HOSTILE },
    {
      ...{ kind: 'arrow', from: 'client', to: 'server', what: 'packets' },
      ...{ label: HOSTILE, changed: true },
    },
  ],
  effects: [{ text: HOSTILE, requirements: [HOSTILE] }],
  machines: { client: machine, server: machine },
  messages: ['client-nonce'],
  leftOut: 3,
};

/** Hostile text wherever there is text. */
const hostile: Illustration = {
  title: HOSTILE,
  subject: HOSTILE,
  ends: [{ role: 'client', facts: [{ name: HOSTILE, value: HOSTILE }], ending }],
  remarks: [HOSTILE],
  moments: [moment, moment],
  messages: [
    {
      ...{
        id: 'client-nonce',
        title: HOSTILE,
        from: 'client',
        seen: 'sent',
        offset: 0,
        length: 32,
      },
      ...{
        ranges: [range],
        cleartext: [range],
        remarks: [{ kind: 'bad' as const, text: HOSTILE }],
      },
    },
  ],
  values: [
    { name: HOSTILE, length: 3, formula: HOSTILE, requirements: [HOSTILE], content: HOSTILE },
    { name: 'K', length: 3, formula: '', requirements: [], content: Uint8Array.from([9, 8, 7]) },
  ],
};

const specification = { href: HOSTILE, sentences: new Map([[HOSTILE, HOSTILE]]) };

describe('a page', () => {
  const page = illustrationPage(hostile, { specification });

  test('lets no text become markup, wherever it stands', () => {
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toContain('<img');
    expect(page).not.toContain("onerror='");
    expect(page.split('&lt;script&gt;').length).toBeGreaterThan(20);
  });

  test('runs its own script and no other, and loads nothing', () => {
    const script = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(script).digest('base64');
    expect(page).toContain(`script-src &#39;sha256-${hash}&#39;`);
    expect(page).toContain('default-src &#39;none&#39;');
    expect(page).not.toMatch(/<link|@import|url\(|\bsrc=(?!x)/);
    expect(page).not.toMatch(/https?:/);
  });

  test('labels each range with its own offsets', () => {
    expect(page).toContain('<span class="offsets">bytes 4–6</span>');
  });

  test('shows a message where it is first complete, and points to it afterwards', () => {
    expect(page.match(/<details class="message/g)).toHaveLength(1);
    expect(page).toContain('href="#message-client-nonce"');
    expect(page).toContain('as it was sent at event 1');
  });

  test.each([
    [99_994, '+99.99 ms'],
    [100_000, '+0.10 s'],
    [99_994_000, '+99.99 s'],
    [100_000_000, '+100 s'],
  ])('shows the time %d µs beside the diagram as %s', (microseconds, text) => {
    const late = illustrationPage({ ...hostile, moments: [{ ...moment, microseconds }] });
    expect(late).toContain(`<small>${text}</small>`);
  });

  test('has no id twice', () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('names requirements without a specification, and links nowhere', () => {
    const plain = illustrationPage({ ...hostile, remarks: [] });
    expect(plain).not.toContain('id="requirements"');
    expect(plain).toContain('class="cite"');
  });
});
