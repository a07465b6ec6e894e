/**
 * The page's style sheet: light and dark by the reader's own preference, one column on a phone and
 * two on a wide screen, everything unfolded on paper.
 */

import { PLACES } from './diagram-html.ts';

const LANES = (['client plain', 'client', 'server', 'server plain'] as const)
  .map((place) => {
    const colour = place === 'client' || place === 'server' ? `var(--${place})` : 'var(--rule)';
    return `linear-gradient(${colour}, ${colour}) ${PLACES[place]}% 0 / 1px 100% no-repeat`;
  })
  .join(', ');

/** The style sheet. */
export const STYLE = `
:root {
  --paper: #ffffff; --panel: #f5f6f8; --ink: #1c2127; --quiet: #59626d; --rule: #d3d8de;
  --client: #1f5fae; --server: #7b3fa0; --plaintext: #1c7a45; --end: #6a7480; --bad: #b3261e;
  --now: #fff3cc; --now-rule: #c99700; --badpaper: #fdecea;
  --r0: #1f5fae; --r1: #b25e09; --r2: #1c7a45;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --panel: #1c2127; --ink: #e4e8ec; --quiet: #9aa4af; --rule: #363d46;
    --client: #7db3f5; --server: #cf9df0; --plaintext: #6fcf97; --end: #97a1ad; --bad: #ff8a80;
    --now: #39321a; --now-rule: #e0b93f; --badpaper: #3a1f1d;
    --r0: #7db3f5; --r1: #f0a65a; --r2: #6fcf97;
  }
}
* { box-sizing: border-box; }
html { scroll-padding: 7rem 0 5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 84rem; padding: 0 1rem 6rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 1.5rem 0 0.25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: 0.25rem 0; }
a { color: inherit; }
code, .formula, .bytes, .text { font-family: var(--mono); }
code { font-size: 0.9em; }
:focus-visible { outline: 2px solid var(--now-rule); outline-offset: 1px; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.aside { color: var(--quiet); font-size: 0.85rem; font-weight: normal; }
.subject { font-size: 1.05rem; color: var(--quiet); max-width: 46rem; margin-bottom: 1rem; }
.cite { font-size: 0.75rem; color: var(--quiet); white-space: nowrap; }

.ends { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); }
.recorded-end { border-top: 3px solid var(--rule); background: var(--panel); padding: 0.6rem 0.9rem 0.75rem; border-radius: 0 0 6px 6px; }
.recorded-end h2 { margin: 0; font-size: 1rem; }
.recorded-end.client { border-color: var(--client); } .recorded-end.server { border-color: var(--server); }
.recorded-end dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 0.75rem; margin: 0.4rem 0 0; font-size: 0.85rem; }
dt { color: var(--quiet); } dd { margin: 0; }
.ending { padding-left: 0.6rem; border-left: 3px solid var(--end); }
.ending.good { border-color: var(--plaintext); }
.ending.fault { border-color: var(--bad); }
.ending.fault code { color: var(--bad); font-weight: 600; }
.about { margin-top: 0.75rem; font-size: 0.9rem; }
.about ul { margin: 0.5rem 0; padding-left: 1.2rem; }
.legend { margin: 0 0 0.75rem; padding: 0; font-size: 0.82rem; color: var(--quiet); display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; }
.legend .key { display: inline-block; width: 1.5rem; height: 0; border-top: 2px solid; margin-right: 0.4rem; vertical-align: middle; }
.key.handshake { color: var(--r1); } .key.packets { color: var(--r0); } .key.plaintext { color: var(--plaintext); }
.key.end { color: var(--end); border-top-style: dashed; } .key.changed { color: var(--bad); }

.controls { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.5rem; background: var(--paper);
  border-top: 1px solid var(--rule); padding: 0.5rem 1rem; position: fixed; left: 0; right: 0; bottom: 0; z-index: 3; }
.controls[hidden] { display: none; }
.controls input { flex: 1 1 8rem; min-width: 0; height: 2.25rem; margin: 0; accent-color: var(--now-rule); }
.controls button { width: 2.75rem; height: 2.25rem; border: 1px solid var(--rule); border-radius: 6px;
  background: var(--panel); color: var(--ink); font: inherit; cursor: pointer; }
.controls button:disabled { opacity: 0.4; cursor: default; }
.controls output { flex: 1 1 100%; font-size: 0.85rem; color: var(--quiet); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }

.moments { list-style: none; margin: 0; padding: 0; }
.lanes { display: block; position: relative; min-height: 1.75rem; padding: 0.15rem 0; background: ${LANES}; }
.heads { position: sticky; top: 0; z-index: 2; background: var(--paper); border-bottom: 1px solid var(--rule); padding-left: 3.6rem; }
.heads .lanes { height: 1.9rem; background: none; }
.heads .lane-name { position: absolute; top: 0.3rem; transform: translateX(-50%); font-size: 0.85rem; color: var(--quiet); }
.heads .lane-name.client, .heads .lane-name.server { color: var(--client); font-weight: 600; }
.heads .lane-name.server { color: var(--server); }
.heads .lane-name.absent { opacity: 0.6; font-style: italic; }
.row { --behind: var(--paper); display: grid; grid-template-columns: 3.6rem 1fr; background: var(--behind); color: inherit; text-decoration: none; }
.row:hover { --behind: var(--panel); }
.when { display: flex; flex-direction: column; padding: 0.3rem 0 0 0.4rem; line-height: 1.1; border-left: 3px solid transparent; }
.when b { font-size: 0.8rem; } .when small { font-size: 0.65rem; color: var(--quiet); white-space: nowrap; }
.moment.client .when { border-color: var(--client); } .moment.server .when { border-color: var(--server); }
.faulty .row { --behind: var(--badpaper); }
.live .current .row { --behind: var(--now); }
.live .faulty.current .row { --behind: var(--badpaper); }
.live .faulty.current .row { outline: 2px solid var(--bad); outline-offset: -2px; }
.mark { display: block; position: relative; font-size: 0.78rem; line-height: 1.25; }
.mark .label { display: block; position: relative; z-index: 1; width: max-content; transform: translateX(-50%); text-align: center; padding: 0 0.3rem; background: var(--behind); border-radius: 3px; }
.arrow { padding-bottom: 0.55rem; }
.arrow .line { position: absolute; bottom: 0.3rem; border-top: 2px solid; }
.arrow .line::after { content: ""; position: absolute; top: -6px; border: 5px solid transparent; }
.arrow.right .line::after { right: 0; border-left: 8px solid; border-right: 0; }
.arrow.left .line::after { left: 0; border-right: 8px solid; border-left: 0; }
.arrow.handshake { color: var(--r1); } .arrow.packets { color: var(--r0); } .arrow.plaintext { color: var(--plaintext); }
.arrow.end, .arrow.dial { color: var(--end); } .arrow.end .line, .arrow.dial .line { border-top-style: dashed; }
.arrow.changed { color: var(--bad); font-weight: 600; }
.note { padding: 0.15rem 0; }
.note .label { border: 1px solid var(--rule); border-radius: 999px; background: var(--paper); padding: 0.05rem 0.6rem; }
.note.quiet .label { border-color: transparent; background: var(--behind); color: var(--quiet); padding: 0.05rem 0.3rem; }
.note.good .label { border-color: var(--plaintext); color: var(--plaintext); }
.note.fault .label { border-color: var(--bad); color: var(--bad); font-weight: 600; }
.left-out { display: block; text-align: center; color: var(--quiet); font-size: 0.8rem; font-style: italic; }

.detail { background: var(--panel); border-radius: 6px; padding: 0.75rem 0.9rem; margin: 0.35rem 0 0.9rem; }
.live .detail { display: none; } .live .current .detail { display: block; }
.who { color: var(--client); } .who.server { color: var(--server); } .who::after { content: ":"; }
.effects { margin: 0.5rem 0; padding-left: 1.1rem; font-size: 0.9rem; }
.again { font-size: 0.9rem; }
.machines { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); margin-top: 0.75rem; }
.machine { border-collapse: collapse; font-size: 0.82rem; width: 100%; align-self: start; }
.machine caption { text-align: left; font-weight: 600; border-bottom: 2px solid var(--client); padding: 0.1rem 0; }
.machine.server caption { border-color: var(--server); }
.machine.inferred caption { border-bottom-style: dashed; }
.machine th { font-weight: normal; color: var(--quiet); text-align: left; vertical-align: top; padding: 0.1rem 0.6rem 0.1rem 0; width: 8.5rem; }
.machine td { padding: 0.1rem 0.3rem; }
.machine .changed td { background: var(--now); }

.message { border: 1px solid var(--rule); border-left: 4px solid var(--client); border-radius: 4px; background: var(--paper); margin: 0.5rem 0; padding: 0 0.75rem; }
.message.server { border-left-color: var(--server); } .message.bad { border-color: var(--bad); }
summary { cursor: pointer; padding: 0.45rem 0; }
.strip { display: flex; gap: 2px; margin: 0.25rem 0 0.5rem; font-size: 0.7rem; }
.strip span { flex-basis: 2.6rem; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 0.1rem 0.35rem; color: var(--paper); background: var(--r0); }
.strip .r1 { background: var(--r1); } .strip .r2 { background: var(--r2); } .strip .bad { background: var(--bad); }
.range, .value { border-left: 3px solid var(--r0); padding-left: 0.6rem; margin: 0.5rem 0 0.75rem; min-width: 0; }
.range.r1 { border-color: var(--r1); } .range.r2 { border-color: var(--r2); } .range.bad { border-color: var(--bad); }
.value { border-color: var(--rule); }
.values { display: grid; gap: 0 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); }
.head { margin: 0; } .offsets { font-size: 0.85rem; color: var(--quiet); font-variant-numeric: tabular-nums; }
.formula { font-size: 0.8rem; color: var(--quiet); }
.verdict { font-size: 0.88rem; overflow-wrap: anywhere; } .verdict.good { color: var(--plaintext); }
.verdict.bad { color: var(--bad); font-weight: 600; } .verdict.unknown { color: var(--quiet); }
.under { font-size: 0.88rem; margin-top: 0.75rem; }
.bytes, .text { font-size: 0.74rem; line-height: 1.5; background: var(--panel); border-radius: 4px; padding: 0.3rem 0.5rem; margin: 0.25rem 0; }
.bytes i { color: var(--quiet); }
.bytes mark { background: var(--bad); color: var(--paper); padding: 0 1px; }
.text { white-space: pre-wrap; }
.absent { font-size: 0.85rem; font-style: italic; color: var(--quiet); }
.requirements { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; font-size: 0.88rem; }
.requirements dt { font-variant-numeric: tabular-nums; } .requirements :target { background: var(--now); color: var(--ink); } .requirements :target + dd { background: var(--now); }
footer { margin-top: 2rem; border-top: 1px solid var(--rule); font-size: 0.85rem; color: var(--quiet); }

@media (min-width: 60rem) {
  html { scroll-padding: 8rem 0 2rem; }
  body { padding: 0 2rem 3rem; }
  .controls { position: sticky; top: 0; bottom: auto; border-top: 0; border-bottom: 1px solid var(--rule); flex-wrap: nowrap; padding: 0.5rem 0; }
  .controls input { flex: 1 1 20rem; } .controls output { flex: 1 1 24rem; }
  .heads { top: 3.3rem; }
  .live .moments { display: grid; grid-template-columns: minmax(0, 11fr) minmax(0, 10fr); grid-template-rows: repeat(var(--rows), auto) 1fr; column-gap: 1.5rem; }
  .live .moment { display: contents; }
  .live .heads, .live .row { grid-column: 1; }
  .live .detail { grid-column: 2; grid-row: 1 / -1; position: sticky; top: 4rem; align-self: start; max-height: calc(100vh - 5rem); overflow-y: auto; margin: 0.35rem 0 0; }
}
@media print {
  body { max-width: none; font-size: 10pt; padding: 0; }
  .live .controls { display: none; }
  .live .moments { display: block; } .live .moment { display: block; }
  .live .detail, .live .current .detail { display: block; position: static; max-height: none; overflow: visible; }
  .heads { position: static; }
  .row, .range, .value { break-inside: avoid; }
  .live .current .row { --behind: var(--paper); }
}
`;
