/**
 * The report as a page: a summary, filters, and one foldable entry for each requirement. A pure
 * function from data to HTML; readable without its script, which only filters and unfolds.
 */

import type { RegisterEntry } from './evidence.ts';
import type {
  CasePlace,
  CodePlace,
  Place,
  Report,
  ReportedRequirement,
  State,
  TestPlace,
} from './model.ts';

/** What the page is dressed with. */
export interface Dress {
  readonly style: string;
  readonly script: string;
  /** From the page's folder to the project's directory, for links: `..`. */
  readonly toRoot: string;
}

const FAMILIES: Readonly<Record<string, string>> = {
  KF: 'key file',
  HS: 'handshake',
  PK: 'packets',
  CN: 'connections',
  TM: 'timers',
  CL: 'command line and daemon',
};

const STATES: Readonly<Record<State, string>> = {
  open: 'open',
  tested: 'tested',
  met: 'in code only',
  exception: 'exception',
};

/** Of the tests of one citation, so many are named; the others are counted. */
const NAMED_TESTS = 6;

/** Draw the page. */
export function drawPage(report: Report, { style, script, toRoot }: Dress): string {
  const known = new Set(report.requirements.map(({ id }) => id));
  const pen: Pen = { known, toRoot };
  const families = [...new Set(report.requirements.map(({ family }) => family))];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Requirements of spiped, and what shows them</title>
<style>
${style}</style>
</head>
<body>
<main>
<header>
<h1>Requirements, and what shows them</h1>
<p class="lead">${verdict(report)}</p>
${tiles(report)}
${problems(report, pen)}
${familyTable(report, families)}
</header>
${filters(families)}
<ol class="requirements" id="requirements">
${report.requirements.map((each) => entry(each, pen)).join('\n')}
</ol>
<p class="none" id="none" hidden>No requirement is like that. <button type="button" data-reset>Show all</button></p>
<footer>
<p>Made ${escapeHtml(report.made.slice(0, 16).replace('T', ' '))} UTC by <code>npm run spec:report</code>,
from the <a href="${toRoot}/spec/protocol.md">normative text</a>, the citations in the sources and the
results of one run of the tests. The same as data: <a href="spec.json">spec.json</a>.</p>
<p>“Tested” means that a test which cites the requirement was executed and passed in that run; a test
that was skipped shows nothing. Vectors, cases and pages are named for the reader and count for
nothing here.</p>
</footer>
</main>
<script>
${script}</script>
</body>
</html>
`;
}

/** What the parts of the page need to make links. */
interface Pen {
  readonly known: ReadonlySet<string>;
  readonly toRoot: string;
}

function verdict({ problems: found, musts }: Report): string {
  return found.length === 0
    ? `No MUST is open: each of the ${musts} is met by code that quotes it and shown by a test that passed.`
    : `${found.length} ${found.length === 1 ? 'problem' : 'problems'}: not every requirement is met and shown.`;
}

function tiles({ counts }: Report): string {
  const share = (count: number): string => `${Math.round((100 * count) / counts.requirements)} %`;
  const tile = (value: number, what: string, more: string): string =>
    `<div><dt>${what}</dt><dd>${value} <span class="share">${more}</span></dd></div>`;
  return `<dl class="tiles">
${tile(counts.requirements, 'requirements', '')}
${tile(counts.implemented, 'implemented', share(counts.implemented))}
${tile(counts.tested, 'tested in this run', share(counts.tested))}
${tile(counts.exceptions, counts.exceptions === 1 ? 'exception' : 'exceptions', 'with a reason')}
</dl>`;
}

function problems({ problems: found }: Report, pen: Pen): string {
  if (found.length === 0) return '';
  const items = found.map(
    ({ file, line, what }) => `<li>${fileLink({ file, line }, pen)}: ${prose(what, pen)}</li>`,
  );
  return `<section class="problems"><h2>Problems</h2><ul>${items.join('\n')}</ul></section>`;
}

function familyTable({ requirements }: Report, families: readonly string[]): string {
  const rows = families.map((family) => {
    const own = requirements.filter((each) => each.family === family);
    const part = (state: State): number => own.filter((each) => each.state === state).length;
    const bar = (['tested', 'met', 'exception', 'open'] as const)
      .filter((state) => part(state) > 0)
      .map((state) => `<i class="${state}" style="flex:${part(state)}"></i>`)
      .join('');
    const words = (['tested', 'met', 'exception', 'open'] as const)
      .filter((state) => part(state) > 0)
      .map((state) => `${part(state)} ${STATES[state]}`)
      .join(', ');
    return `<tr><th scope="row"><abbr>${family}</abbr> ${FAMILIES[family] ?? ''}</th><td class="bar"><span aria-hidden="true">${bar}</span></td><td>${words}</td></tr>`;
  });
  return `<table class="families"><caption>By family</caption><tbody>${rows.join('\n')}</tbody></table>`;
}

function filters(families: readonly string[]): string {
  const options = (name: string, all: string, values: readonly (readonly [string, string])[]) =>
    `<label>${name}<select id="${name.toLowerCase()}"><option value="">${all}</option>${values
      .map(([value, text]) => `<option value="${value}">${text}</option>`)
      .join('')}</select></label>`;
  return `<form class="filters" id="filters" role="search" aria-label="Filter the requirements">
<label class="search">Search<input id="text" type="search" placeholder="a word, an id, a file" autocomplete="off"></label>
${options(
  'Family',
  'all',
  families.map((family) => [family, `${family} ${FAMILIES[family] ?? ''}`]),
)}
${options(
  'Level',
  'all',
  ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY'].map((level) => [level, level]),
)}
${options('State', 'any', Object.entries(STATES))}
<p class="count" aria-live="polite"><output id="count"></output> <button type="button" id="unfold">Unfold</button></p>
</form>`;
}

function entry(requirement: ReportedRequirement, pen: Pen): string {
  const { id, family, level, state, sentence, explanation } = requirement;
  const { code, tests, vectors, cases, exceptions, c, register, passages, place } = requirement;
  const runs = tests.reduce((sum, each) => sum + each.tests.length, 0);
  const vectorCount = vectors.reduce((sum, each) => sum + each.vectors, 0);
  const figures = [
    figure(code.length, 'place', 'places'),
    figure(runs, 'test', 'tests'),
    figure(vectorCount, 'vector', 'vectors'),
    figure(cases.length, 'case', 'cases'),
  ].join('');
  const part = (title: string, body: string): string =>
    body === '' ? '' : `<section><h3>${title}</h3>${body}</section>`;
  return `<li data-family="${family}" data-level="${level}" data-state="${state}">
<details id="${id}">
<summary>
<span class="id">${id}</span>
<span class="level ${level.split(' ')[0]?.toLowerCase()}">${level}</span>
<span class="sentence">${inline(sentence)}</span>
<span class="figures">${figures}</span>
<span class="state ${state}">${STATES[state]}</span>
</summary>
<div class="body">
${explanation === '' ? '' : `<p class="explanation">${prose(explanation, pen)}</p>`}
<p class="where">${fileLink(place, pen)} <a class="self" href="#${id}">link to this</a></p>
${part('Where it is met', code.map((each) => codeItem(each, pen)).join(''))}
${part('What shows it', tests.map((each) => testItem(each, pen)).join(''))}
${part(
  'Exception',
  exceptions.map((each) => `<p>${prose(each.reason, pen)} ${fileLink(each, pen)}</p>`).join(''),
)}
${part(
  'Vectors',
  list(
    vectors.map(
      ({ file, vectors: count, about }) =>
        `<a href="${pen.toRoot}/${file}">${file}</a>, ${count}: ${prose(about, pen)}`,
    ),
  ),
)}
${part('Conformance cases', list(cases.map((each) => caseItem(each, pen))))}
${part('C spiped', list([...c.map((each) => prose(each, pen)), ...register.map((each) => registerItem(each, pen))]))}
${part(
  'More on it',
  list(
    passages.map(
      ({ file, line, heading }) => `${fileLink({ file, line }, pen)}: ${inline(heading)}`,
    ),
  ),
)}
</div>
</details>
</li>`;
}

function figure(count: number, one: string, many: string): string {
  return count === 0
    ? '<span class="zero"></span>'
    : `<span>${count} ${count === 1 ? one : many}</span>`;
}

function codeItem({ excerpt, ...place }: CodePlace, pen: Pen): string {
  return `<figure><figcaption>${fileLink(place, pen)}</figcaption><pre tabindex="0"><code>${escapeHtml(excerpt)}</code></pre></figure>`;
}

function testItem({ tests, ...place }: TestPlace, pen: Pen): string {
  const names = tests
    .slice(0, NAMED_TESTS)
    .map(({ name, state }) => `<span class="run ${state}">${state}</span> ${escapeHtml(name)}`);
  const more = tests.length - names.length;
  return `<p>${fileLink(place, pen)}</p>${list([
    ...names,
    ...(more > 0 ? [`and ${more} more of the same, ${statesOf(tests.slice(NAMED_TESTS))}`] : []),
    ...(tests.length === 0 ? ['<span class="run failed">did not run</span>'] : []),
  ])}`;
}

function statesOf(tests: TestPlace['tests']): string {
  return [...new Set(tests.map(({ state }) => state))]
    .map((state) => `${tests.filter((test) => test.state === state).length} ${state}`)
    .join(', ');
}

function caseItem({ goal, passed, failed, skipped, ...place }: CasePlace, pen: Pen): string {
  const runs = [
    ...(passed > 0 ? [`<span class="run passed">${passed} passed</span>`] : []),
    ...(failed > 0 ? [`<span class="run failed">${failed} failed</span>`] : []),
    ...(skipped > 0 ? [`<span class="run skipped">${skipped} skipped</span>`] : []),
  ];
  const ran = runs.length > 0 ? runs.join(' ') : '<span class="run absent">not in this run</span>';
  return `${prose(goal, pen)} ${ran} ${fileLink(place, pen)}`;
}

function registerItem({ number, file, question, c }: RegisterEntry, pen: Pen): string {
  const href = `${pen.toRoot}/${file}#${number.toLowerCase()}`;
  return `${prose(c === '' ? question : c, pen)} (<a href="${href}">${number}</a>: ${inline(question)})`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

function fileLink({ file, line }: Place, { toRoot }: Pen): string {
  const shown = escapeHtml(`${file}:${line}`).replaceAll('/', '/<wbr>');
  return `<a class="file" href="${toRoot}/${escapeHtml(file)}#L${line}">${shown}</a>`;
}

/** Text with its code marked, and a link for each requirement that it names. */
function prose(text: string, { known, toRoot }: Pen): string {
  return inline(text, toRoot).replace(/\b[A-Z]{2}-[1-9][0-9]*\b/g, (id) =>
    known.has(id) ? `<a class="ref" href="#${id}">${id}</a>` : id,
  );
}

/**
 * The little Markdown that sentences use. Links lead to where they would from a page of `spec/`, when
 * it is said where that is; else only their words are left, as inside of something else to click.
 */
function inline(text: string, toRoot?: string): string {
  return escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\[([^\]]+)\]\(([^)]*)\)/g, (_, words: string, target: string) => {
      if (toRoot === undefined) return words;
      const href = /^(?:[a-z]+:|#)/.test(target) ? target : `${toRoot}/spec/${target}`;
      return `<a href="${href}">${words}</a>`;
    });
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
