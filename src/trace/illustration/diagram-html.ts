/**
 * One row of the sequence diagram: the marks of an event between the vertical lines of the two
 * ends and their plain sides. Lines and arrows are boxes placed by percentages, so that the
 * diagram is as wide as its reader's screen, and its labels are text.
 */

import { type Html, html } from './html.ts';
import type { Mark, Place } from './model.ts';

/** Where the vertical lines are, in percent of the width; `style.ts` draws them there. */
export const PLACES: Readonly<Record<Place, number>> = {
  'client plain': 9,
  client: 35,
  wire: 50,
  server: 65,
  'server plain': 91,
};

/** A mark as a box in its row. */
export function markHtml(mark: Mark): Html {
  if (mark.kind === 'note') {
    return html`<span class="mark note ${mark.what}"><span class="label" style="${centred(PLACES[mark.at])}">${mark.label}</span></span>`;
  }
  const from = PLACES[mark.from];
  const to = PLACES[mark.to];
  const direction = from < to ? 'right' : 'left';
  const left = Math.min(from, to);
  const width = Math.abs(to - from);
  const kind = `${mark.what} ${direction}${mark.changed ? ' changed' : ''}`;
  const spoken = `${nameOfPlace(mark.from)} to ${nameOfPlace(mark.to)}: `;
  const label = mark.changed ? `${mark.label}, changed` : mark.label;
  return html`<span class="mark arrow ${kind}"><span class="label" style="${centred(left + width / 2)}"><span class="spoken">${spoken}</span>${label}</span><span class="line" style="left:${left}%;width:${width}%"></span></span>`;
}

/** A label of any width around a place, kept inside of the row. */
function centred(place: number): string {
  return `margin-left:${place}%;max-width:${2 * Math.min(place, 100 - place)}%`;
}

function nameOfPlace(place: Place): string {
  return place.endsWith('plain') ? `${place} side` : place;
}
