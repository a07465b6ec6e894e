/** The figures: that they are well-formed, that nothing overlaps or leaves the page, in both schemes. */

import { expect, test } from 'vitest';
import { keyScheduleFigure } from './figures.ts';

const figure = keyScheduleFigure();

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const boxes: readonly Rectangle[] = [
  ...figure.matchAll(
    /<rect class="(?!page)\w+" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g,
  ),
].map(([, x, y, width, height]) => ({
  x: Number(x),
  y: Number(y),
  width: Number(width),
  height: Number(height),
}));

test('no box covers another, and none leaves the page', () => {
  expect(boxes.length).toBeGreaterThan(20);
  const [, width = 0, height = 0] = (/viewBox="0 0 (\d+) (\d+)"/.exec(figure) ?? []).map(Number);
  for (const [index, one] of boxes.entries()) {
    expect(one.x + one.width).toBeLessThanOrEqual(width);
    expect(one.y + one.height).toBeLessThanOrEqual(height);
    const covered = boxes
      .slice(index + 1)
      .filter(
        (other) =>
          one.x < other.x + other.width &&
          other.x < one.x + one.width &&
          one.y < other.y + other.height &&
          other.y < one.y + one.height,
      );
    expect(covered).toEqual([]);
  }
});

test('every element is closed, and it has a title, a description and a dark scheme', () => {
  const open: string[] = [];
  for (const [, closing, name = '', own] of figure.matchAll(/<(\/?)(\w+)[^<>]*?(\/?)>/g)) {
    if (closing === '/') expect(open.pop()).toBe(name);
    else if (own !== '/') open.push(name);
  }
  expect(open).toEqual([]);
  expect(figure).toMatch(/<title id="title">[^<]+<\/title>\n<desc id="description">[^<]+</);
  expect(figure).toContain('prefers-color-scheme: dark');
});

test('it names every value of the key schedule', () => {
  const texts = [...figure.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text).join(' ');
  for (const value of 'K nonceC nonceS dk1 dhmacC dhmacS xC xS yC yS hC hS ySC dk2 E_C H_C E_S H_S'.split(
    ' ',
  )) {
    expect(texts).toContain(value);
  }
});
