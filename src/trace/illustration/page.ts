/**
 * An illustration as one page of HTML that needs nothing else: no server, no network, no file
 * beside it. Without a script everything is there, one event below the other; the script adds the
 * slider, which shows one event at a time.
 *
 * Everything from the illustration is escaped (`html.ts`), and the page forbids itself to load
 * anything or to run any script but its own.
 */

import { createHash } from 'node:crypto';
import { markHtml, PLACES } from './diagram-html.ts';
import { type Content, type Html, html, trusted } from './html.ts';
import { type Cite, cites, messageHtml, valueHtml } from './message-html.ts';
import type { Ending, Illustration, MachineView, Moment, RecordedEnd } from './model.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** How the page is made. */
export interface PageOptions {
  /** Where the requirements are, and their sentences by number; without it they are only named. */
  readonly specification?: Specification;
}

/** The text that the page cites. */
export interface Specification {
  /** A link from the page to it. */
  readonly href: string;
  readonly sentences: ReadonlyMap<string, string>;
}

/** The page. */
export function illustrationPage(illustration: Illustration, options: PageOptions = {}): string {
  const cited = new Set<string>();
  const cite = citing(cited, options.specification);
  const { title, subject, ends, remarks, moments, values } = illustration;
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${policy}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${subject === '' ? '' : html`<p class="subject">${subject}</p>`}
<div class="ends">
${ends.map((end) => endHtml(end, faultEvent(end, moments), cite))}</div>
<details class="about"><summary>What this page shows, and what it does not</summary>
<ul>${remarks.map((remark) => html`<li>${remark}</li>`)}</ul>
</details>
</header>
<main>
<h2 id="events">Event by event</h2>
${LEGEND}${controlsHtml(moments)}
<ol class="moments" style="--rows:${moments.length + 1}">
${headsHtml(ends)}
${momentsHtml(illustration, cite)}</ol>
<h2 id="values">The values, and how each comes about</h2>
<p class="aside">Written as in the specification: ‖ joins bytes, p is the modulus of group 14, PBKDF2 and HMAC are over SHA-256.</p>
<div class="values">
${values.map((value) => valueHtml(value, cite))}</div>
${() => requirementsHtml(cited, options.specification)}</main>
<footer><p>Made by <code>spiped-trace html</code> from ${ends.length === 1 ? 'the event log of one end' : 'the event logs of both ends'}.</p></footer>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

/** A requirement as a link into the list at the end of the page; notes what is cited. */
function citing(cited: Set<string>, specification: Specification | undefined): Cite {
  return (requirement): Content => {
    if (specification?.sentences.has(requirement) !== true) {
      return html`<span class="cite">${requirement}</span>`;
    }
    cited.add(requirement);
    return html`<a class="cite" href="#${requirement}">${requirement}</a>`;
  };
}

/** The sentence of each requirement that is cited, in the order of the specification. */
function requirementsHtml(cited: ReadonlySet<string>, specification?: Specification): Content {
  if (specification === undefined) return undefined;
  const { href, sentences } = specification;
  return html`<h2 id="requirements">The requirements that are cited</h2>
<p class="aside">Their explanations are in <a href="${href}">the specification</a>.</p>
<dl class="requirements">
${[...sentences].map(([id, sentence]) =>
  cited.has(id)
    ? html`<dt id="${id}">${id}</dt><dd>${sentence.replaceAll(/[`*]/g, '')}</dd>
`
    : '',
)}</dl>
`;
}

/** The number of the event with which an end's connection failed; 0 if it did not. */
function faultEvent({ role }: RecordedEnd, moments: readonly Moment[]): number {
  return 1 + moments.findIndex(({ end, fault }) => end === role && fault !== undefined);
}

function endHtml({ role, facts, ending }: RecordedEnd, failed: number, cite: Cite): Html {
  const link = html`<p class="ending fault"><a href="#event-${failed}">Event ${failed}</a> is where it happened.</p>`;
  return html`<section class="recorded-end ${role}"><h2>${role}</h2>
${endingHtml(ending, cite)}${failed === 0 ? '' : link}
<dl>${facts.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>
`;
}

function endingHtml({ kind, code, text, requirements }: Ending, cite: Cite): Html {
  const name = code === '' ? '' : html`<code>${code}</code> `;
  return html`<p class="ending ${kind}">${name}${text} ${cites(requirements, cite)}</p>`;
}

const LEGEND = html`<ul class="legend">
<li><span class="key handshake"></span>handshake</li><li><span class="key packets"></span>packets</li>
<li><span class="key plaintext"></span>plaintext</li><li><span class="key end"></span>connection, end of stream</li>
<li><span class="key changed"></span>changed on its way, or a fault</li>
<li>from the middle of the wire: as it arrives</li></ul>
`;

function controlsHtml(moments: readonly Moment[]): Html {
  return html`<div class="controls" hidden>
<button type="button" id="back" aria-label="Event before">◀</button>
<input type="range" id="time" min="1" max="${moments.length}" value="1" step="1" aria-label="Event" />
<button type="button" id="forth" aria-label="Event after">▶</button>
<output for="time" id="now"></output>
</div>`;
}

/** The names over the vertical lines. */
function headsHtml(ends: readonly RecordedEnd[]): Html {
  const recorded = (role: string): boolean => ends.some((end) => end.role === role);
  const head = (place: keyof typeof PLACES, name: string, role: string): Html =>
    html`<span class="lane-name${recorded(role) ? '' : ' absent'} ${place === role ? role : ''}" style="left:${PLACES[place]}%">${name}</span>`;
  return html`<li class="heads" aria-hidden="true"><span class="lanes">${head('client plain', 'plain', 'client')}${head('client', 'client', 'client')}${head('server', 'server', 'server')}${head('server plain', 'plain', 'server')}</span></li>`;
}

function momentsHtml({ moments, messages }: Illustration, cite: Cite): readonly Html[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const shownAt = new Map<string, number>();
  return moments.map((moment, index) => {
    const number = index + 1;
    const cards = moment.messages.map((id): Content => {
      const message = byId.get(id);
      const earlier = shownAt.get(id);
      if (message === undefined) return undefined;
      if (earlier !== undefined) {
        return html`<p class="again"><a href="#message-${id}">${message.title}</a>, as it was sent at event ${earlier}.</p>`;
      }
      shownAt.set(id, number);
      return messageHtml(message, cite);
    });
    return momentHtml(moment, number, cards, cite);
  });
}

function momentHtml(moment: Moment, number: number, cards: readonly Content[], cite: Cite): Html {
  const { end, event, marks, effects, machines, fault, leftOut } = moment;
  const left = leftOut === 0 ? '' : html`<span class="left-out">${leftOut} events left out</span>`;
  return html`<li class="moment ${end}${fault === undefined ? '' : ' faulty'}" id="event-${number}" data-said="${end}, ${event}">
<a class="row" href="#event-${number}"><span class="when"><b>${number}</b><small>${shortTime(moment)}</small></span><span class="lanes">${left}${marks.map(markHtml)}</span></a>
<section class="detail" aria-label="Event ${number}">
<h3><span class="who ${end}">${end}</span> ${event}</h3>
<p class="aside">Event ${moment.sequence} of its log, +${(moment.microseconds / 1000).toFixed(3)} ms after its first.</p>
${fault === undefined ? '' : html`${endingHtml(fault, cite)}`}
${effects.length === 0 ? html`<p class="aside">It asks for nothing.</p>` : html`<ul class="effects">${effects.map(({ text, requirements }) => html`<li>${text} ${cites(requirements, cite)}</li>`)}</ul>`}
<div class="machines">${machineHtml('client', machines.client)}${machineHtml('server', machines.server)}</div>
${cards}</section></li>
`;
}

function machineHtml(role: 'client' | 'server', { source, rows }: MachineView): Html {
  return html`<table class="machine ${role} ${source}"><caption>${role} <span class="aside">${source}</span></caption>
<tbody>${rows.map(({ name, value, changed }) => html`<tr${changed ? html` class="changed"` : ''}><th scope="row">${name}</th><td>${value}${changed ? html`<span class="spoken"> (changed)</span>` : ''}</td></tr>`)}</tbody></table>`;
}

/** As exact as there is room for beside the diagram. */
function shortTime({ microseconds }: Moment): string {
  if (microseconds < 100_000) return `+${(microseconds / 1000).toFixed(2)} ms`;
  if (microseconds < 100_000_000) return `+${(microseconds / 1e6).toFixed(2)} s`;
  return `+${Math.round(microseconds / 1e6)} s`;
}
