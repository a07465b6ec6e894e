/** A message as a card that opens: a strip of its ranges, then each range with its bytes. */

import { bytesHtml, textOf } from './bytes-html.ts';
import { type Content, type Html, html } from './html.ts';
import type { Message, Range, Value, Verdict } from './model.ts';

/** Makes a requirement's number a link to its sentence, or leaves it a word. */
export type Cite = (requirement: string) => Content;

/** The card of a message. It stands open when there is something wrong with it. */
export function messageHtml(message: Message, cite: Cite): Html {
  const { id, title, from, seen, offset, length, ranges, cleartext, remarks } = message;
  const verdicts = [...remarks, ...ranges.flatMap(({ verdict }) => verdict ?? [])];
  const bad = verdicts.some(({ kind }) => kind === 'bad');
  const stream = `bytes ${offset}–${offset + length - 1} of the ${from}'s stream`;
  return html`<details class="message ${from}${bad ? ' bad' : ''}" id="message-${id}"${bad ? html` open` : ''}>
<summary><b>${title}</b>${seen === 'arrived' ? ' as it arrived' : ''} <span class="aside">${length} bytes: ${stream}</span></summary>
${remarks.map(verdictHtml)}
${stripHtml(ranges)}
${ranges.map((range, i) => rangeHtml(range, i, cite))}
${
  cleartext.length === 0
    ? ''
    : html`<p class="under">Bytes 0–1027 decrypt to:</p>
${stripHtml(cleartext)}
${cleartext.map((range, i) => rangeHtml(range, i, cite))}`
}</details>
`;
}

/** A value of the key schedule. */
export function valueHtml(
  { name, length, formula, requirements, content }: Value,
  cite: Cite,
): Html {
  const shown =
    typeof content === 'string'
      ? html`<p class="absent">${content}</p>`
      : html`<div class="bytes">${bytesHtml(content)}</div>`;
  return html`<div class="value" id="value-${name}"><p class="head"><b>${name}</b> <span class="aside">${length} bytes</span> ${cites(requirements, cite)}</p>
<p class="formula">= ${formula}</p>${shown}</div>
`;
}

/** Requirement numbers, as links where there is something to link to. */
export function cites(requirements: readonly string[], cite: Cite): Html {
  return html`<span class="cites">${requirements.map((requirement) => html`${cite(requirement)} `)}</span>`;
}

/** What a check found, as a line. */
export function verdictHtml({ kind, text }: Verdict): Html {
  const sign = { good: '✓', bad: '✗', unknown: '·' }[kind];
  return html`<p class="verdict ${kind}"><span aria-hidden="true">${sign}</span> ${text}</p>
`;
}

/** The ranges as a strip, in proportion, for the eye only. */
function stripHtml(ranges: readonly Range[]): Html {
  return html`<div class="strip" aria-hidden="true">${ranges.map(
    ({ bytes, field, verdict }, i) =>
      html`<span class="r${i}${verdict?.kind === 'bad' ? ' bad' : ''}" style="flex-grow:${bytes.length}">${field}</span>`,
  )}</div>`;
}

function rangeHtml(range: Range, index: number, cite: Cite): Html {
  const { start, bytes, field, formula, requirements, verdict, changed } = range;
  const offsets =
    bytes.length === 1 ? `byte ${start}` : `bytes ${start}–${start + bytes.length - 1}`;
  const text = field === 'M' ? textOf(bytes) : undefined;
  return html`<div class="range r${index}${verdict?.kind === 'bad' ? ' bad' : ''}">
<p class="head"><b>${field}</b> <span class="offsets">${offsets}</span> ${cites(requirements, cite)}</p>
<p class="formula">= ${formula}</p>
${verdict === undefined ? '' : verdictHtml(verdict)}<div class="bytes">${bytesHtml(bytes, changed)}</div>${text === undefined ? '' : html`<pre class="text">${text}</pre>`}</div>
`;
}
