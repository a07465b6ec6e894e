/**
 * `npm run fatal-end`: what a target gets of the bytes accepted before a fatal event, and how its
 * stream ends, with C spiped and with ours as the `-d` end. Takes about a minute and a half. The
 * result of a run is in of spec/register.md.
 */

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { locateUpstream } from '../upstream/locate.ts';
import { type Ending, type Result, type Trial, tryFatalEnd } from './fatal-end.ts';
import { UpstreamServer } from './upstream-server.ts';

type Kind = 'tcp' | 'unix';

const ENDINGS: readonly Ending[] = ['bad packet', 'reset', 'cut packet'];

/** Packets and answer, and where: what a UNIX socket holds, 200 packets, is less than TCP's. */
const ROWS: readonly (Omit<Trial, 'ending'> & { readonly kind: Kind })[] = [
  { kind: 'tcp', target: 'fast', packets: 10, answer: 0 },
  { kind: 'tcp', target: 'slow', packets: 10, answer: 0 },
  { kind: 'tcp', target: 'slow', packets: 8000, answer: 0 },
  { kind: 'unix', target: 'slow', packets: 300, answer: 0 },
  { kind: 'unix', target: 'slow', packets: 400, answer: 0 },
  { kind: 'unix', target: 'slow', packets: 1000, answer: 0 },
  { kind: 'tcp', target: 'fast', packets: 0, answer: 8_000_000 },
  { kind: 'tcp', target: 'fast', packets: 10, answer: 8_000_000 },
  { kind: 'tcp', target: 'slow', packets: 10, answer: 8_000_000 },
  { kind: 'unix', target: 'slow', packets: 200, answer: 4_000_000 },
];

const OURS = fileURLToPath(new URL('../../dist/bin/spiped.js', import.meta.url));

const keyFile = randomBytes(40);
const upstream = await locateUpstream();
if (!upstream.found) process.stdout.write(`Without C spiped: ${upstream.reason}\n\n`);
const programs = [...(upstream.found ? [upstream.spiped] : []), OURS];
const servers: Record<Kind, UpstreamServer[]> = { tcp: [], unix: [] };
try {
  for (const kind of ['tcp', 'unix'] as const) {
    for (const program of programs) {
      servers[kind].push(await UpstreamServer.startBefore(kind, program, keyFile, '-o', '60'));
    }
  }
  const names = upstream.found ? ['C', 'ours'] : ['ours'];
  print([
    'before it, the target',
    'ended by',
    ...names.map((name) => `${name}: lost`),
    ...names.map((name) => `${name}: the target's end`),
    ...names.map((name) => `${name}: peer closed at once`),
  ]);
  print(['---', '---', ...names.map(() => '--:'), ...names.flatMap(() => ['---', '---'])]);
  for (const row of ROWS) {
    for (const ending of ENDINGS) {
      const results: Result[] = [];
      for (const server of servers[row.kind]) {
        results.push(await tryFatalEnd(server, keyFile, { ...row, ending }));
      }
      print([
        describe(row),
        ending,
        ...results.map(({ lost, accepted }) => (lost === 0 ? '0' : `${lost} of ${accepted}`)),
        ...results.map(({ end }) => end),
        ...results.map(({ closedAtOnce }) => {
          // A client that reads nothing, and one that has ended its own, cannot tell.
          const known = row.target === 'slow' && row.answer === 0 && ending === 'bad packet';
          return known ? (closedAtOnce ? 'yes' : 'no') : '';
        }),
      ]);
    }
  }
} finally {
  for (const server of [...servers.tcp, ...servers.unix]) server.close();
}

function describe({ kind, target, packets, answer }: (typeof ROWS)[number]): string {
  const said = answer === 0 ? '' : `, which has said ${answer / 1e6} MB that nobody reads`;
  return `${packets} packets, ${target} ${kind === 'tcp' ? 'TCP' : 'UNIX'} target${said}`;
}

function print(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
