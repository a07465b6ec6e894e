/**
 * The figures of `spec/` as SVG: at present one, the key schedule (HS-1 to HS-18).
 *
 * A figure is a list of boxes and a list of lines between them, in a drawing 400 units wide, so that
 * its smallest letters can be read on a phone. Light and dark follow the reader's setting. It is
 * written by `npm run docs` and never by hand. What the values are is said in `spec/protocol.md`.
 */

/** Who may know what a box holds. */
type Kind = 'lasting' | 'passing' | 'wire' | 'plain';

/** A box: its place, one line of text, and perhaps a smaller one below. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly kind: Kind;
  readonly text: string;
  readonly small?: string;
}

/** An arrow through these points; its head is at the last. */
type Line = readonly (readonly [number, number])[];

/** Words beside the boxes. */
interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Written from top to bottom. */
  readonly upright?: boolean;
  readonly strong?: boolean;
}

const WIDTH = 400;
const HEIGHT = 742;
/** Where the two columns begin and end: the client's on the left, the server's on the right. */
const [LEFT, GAP_LEFT, GAP_RIGHT, RIGHT] = [36, 192, 208, 364] as const;
const MIDDLE = WIDTH / 2;
/** The lines along the edges: K and the nonces on their way to dk2. */
const [K_RAIL, NONCE_RAIL] = [14, 380] as const;
const ROW = {
  file: 12,
  k: 72,
  nonce: 152,
  dk1: 226,
  x: 322,
  y: 386,
  ySC: 478,
  dk2: 552,
  packets: 648,
};

const BOXES: readonly Box[] = [
  box(140, ROW.file, 120, 'lasting', 'key file'),
  box(140, ROW.k, 120, 'lasting', 'K', '32 bytes'),
  box(LEFT, ROW.nonce, GAP_LEFT - LEFT, 'wire', 'nonceC', '32 random bytes'),
  box(GAP_RIGHT, ROW.nonce, RIGHT - GAP_RIGHT, 'wire', 'nonceS', '32 random bytes'),
  derived(ROW.dk1, 'dk1 = PBKDF2(K, nonceC ‖ nonceS, 64)'),
  ...segments(ROW.dk1, ['dhmacC', 'dhmacS']),
  box(LEFT, ROW.x, 76, 'passing', 'xC', '32 random'),
  box(RIGHT - 76, ROW.x, 76, 'passing', 'xS', '32 random'),
  box(LEFT, ROW.y, 76, 'wire', 'yC', '2^eC mod p'),
  box(LEFT + 92, ROW.y, 64, 'wire', 'hC', 'HMAC'),
  box(GAP_RIGHT, ROW.y, 64, 'wire', 'hS', 'HMAC'),
  box(RIGHT - 76, ROW.y, 76, 'wire', 'yS', '2^eS mod p'),
  box(90, ROW.ySC, 220, 'passing', 'ySC = yS^eC = yC^eS mod p', '256 bytes'),
  derived(ROW.dk2, 'dk2 = PBKDF2(K, nonceC ‖ nonceS ‖ ySC, 128)'),
  ...segments(ROW.dk2, ['E_C', 'H_C', 'E_S', 'H_S']),
  box(LEFT, ROW.packets, 156, 'wire', 'client’s packets', 'AES: E_C, HMAC: H_C'),
  box(GAP_RIGHT, ROW.packets, 156, 'wire', 'server’s packets', 'AES: E_S, HMAC: H_S'),
];

const LINES: readonly Line[] = [
  down(MIDDLE, ROW.file + 40, ROW.k),
  // K passes between the two nonces.
  down(MIDDLE, ROW.k + 40, ROW.dk1),
  down(114, ROW.nonce + 40, ROW.dk1),
  down(286, ROW.nonce + 40, ROW.dk1),
  [
    [140, ROW.k + 20],
    [K_RAIL, ROW.k + 20],
    [K_RAIL, ROW.dk2 + 15],
    [LEFT, ROW.dk2 + 15],
  ],
  [
    [RIGHT, ROW.nonce + 20],
    [NONCE_RAIL, ROW.nonce + 20],
    [NONCE_RAIL, ROW.dk2 + 15],
    [RIGHT, ROW.dk2 + 15],
  ],
  // The MAC keys to the MACs, past x.
  down(160, ROW.dk1 + 60, ROW.y),
  down(240, ROW.dk1 + 60, ROW.y),
  down(74, ROW.x + 40, ROW.y),
  down(326, ROW.x + 40, ROW.y),
  [
    [LEFT + 76, ROW.y + 20],
    [LEFT + 92, ROW.y + 20],
  ],
  [
    [RIGHT - 76, ROW.y + 20],
    [RIGHT - 92, ROW.y + 20],
  ],
  [
    [74, ROW.y + 40],
    [74, ROW.ySC - 22],
    [150, ROW.ySC - 22],
    [150, ROW.ySC],
  ],
  [
    [326, ROW.y + 40],
    [326, ROW.ySC - 22],
    [250, ROW.ySC - 22],
    [250, ROW.ySC],
  ],
  down(MIDDLE, ROW.ySC + 40, ROW.dk2),
  ...[77, 159, 241, 323].map((x) => down(x, ROW.dk2 + 60, ROW.packets)),
];

const LABELS: readonly Label[] = [
  { x: MIDDLE + 8, y: ROW.file + 54, text: 'SHA-256' },
  { x: LEFT, y: ROW.nonce - 10, text: 'client', strong: true },
  { x: RIGHT, y: ROW.nonce - 10, text: 'server', anchor: 'end', strong: true },
  { x: MIDDLE, y: ROW.x + 16, text: 'e =', anchor: 'middle' },
  { x: MIDDLE, y: ROW.x + 32, text: '2²⁵⁸ + x', anchor: 'middle' },
  { x: MIDDLE, y: ROW.y + 58, text: 'with -f: y = 1, ySC = 1', anchor: 'middle' },
  { x: NONCE_RAIL + 5, y: 380, text: 'nonceC ‖ nonceS', upright: true },
];

const LEGEND: readonly (readonly [Kind, string])[] = [
  ['lasting', 'secret, lasting'],
  ['passing', 'secret of a connection'],
  ['wire', 'on the wire'],
];

const TITLE = 'The key schedule of spiped';
const DESCRIPTION =
  'The key file is hashed to K. K and the two nonces give dk1, which is dhmacC and dhmacS, the keys ' +
  'of the MACs hC and hS over the public values yC and yS. Each end arrives at ySC by its own ' +
  'exponent and the public value of the other. K, the nonces and ySC give dk2, which is E_C, H_C, ' +
  'E_S and H_S, the keys of the packets of client and server.';

const STYLE = `
  svg { max-width: 100%; height: auto }
  text { font: 13px system-ui, sans-serif; fill: #1a1a1a; text-anchor: middle }
  .small { font-size: 11px; fill: #4a4a4a }
  .strong { font-weight: 600 }
  .start { text-anchor: start }
  .end { text-anchor: end }
  rect { stroke-width: 1.2; rx: 4px }
  .page { fill: #ffffff; stroke: none; rx: 0 }
  .lasting { fill: #ffe1d6; stroke: #b3391a }
  .passing { fill: #fff3c9; stroke: #8a6a00 }
  .wire { fill: #dcebff; stroke: #2459a8 }
  .plain { fill: none; stroke: #8a6a00 }
  .line { fill: none; stroke: #555555; stroke-width: 1.2 }
  .head { fill: #555555 }
  @media (prefers-color-scheme: dark) {
    text { fill: #eeeeee }
    .small { fill: #c4c4c4 }
    .page { fill: #16181c }
    .lasting { fill: #4a2118; stroke: #ff9a78 }
    .passing { fill: #3d3410; stroke: #e2be4a }
    .wire { fill: #17304f; stroke: #86b6ff }
    .plain { stroke: #e2be4a }
    .line { stroke: #b0b0b0 }
    .head { fill: #b0b0b0 }
  }
`;

/** The key schedule, from the key file to the packets, as a whole SVG file. */
export function keyScheduleFigure(): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title description">`,
    `<title id="title">${TITLE}</title>`,
    `<desc id="description">${DESCRIPTION}</desc>`,
    '<!-- Generated by `npm run docs`, from .dev/figures.ts. -->',
    `<style>${STYLE}</style>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="head" d="M0 0 L8 4 L0 8 z"/></marker></defs>',
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    ...LINES.map(drawLine),
    ...BOXES.map(drawBox),
    ...LABELS.map(drawLabel),
    ...LEGEND.map(drawLegend),
    '</svg>',
    '',
  ].join('\n');
}

function box(x: number, y: number, width: number, kind: Kind, text: string, small?: string): Box {
  return { x, y, width, height: 40, kind, text, ...(small === undefined ? {} : { small }) };
}

/** The head of a derived value; its parts stand below it. */
function derived(y: number, text: string): Box {
  return { x: LEFT, y, width: RIGHT - LEFT, height: 30, kind: 'passing', text };
}

/** The parts of a derived value, all as wide as each other. */
function segments(y: number, names: readonly string[]): readonly Box[] {
  const width = (RIGHT - LEFT) / names.length;
  return names.map((text, index) => ({
    x: LEFT + index * width,
    y: y + 30,
    width,
    height: 30,
    kind: 'plain',
    text,
  }));
}

function down(x: number, from: number, to: number): Line {
  return [
    [x, from],
    [x, to],
  ];
}

function drawBox({ x, y, width, height, kind, text, small }: Box): string {
  const middle = x + width / 2;
  const base = y + height / 2 + (small === undefined ? 4.5 : -2);
  return [
    `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}"/>`,
    `<text x="${middle}" y="${base}">${text}</text>`,
    small === undefined ? '' : `<text class="small" x="${middle}" y="${base + 14}">${small}</text>`,
  ].join('');
}

function drawLine(points: Line): string {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join(' ');
  return `<path class="line" d="${path}" marker-end="url(#head)"/>`;
}

function drawLabel({
  x,
  y,
  text,
  anchor = 'start',
  upright = false,
  strong = false,
}: Label): string {
  const turn = upright ? ` transform="rotate(90 ${x} ${y})"` : '';
  const classes = [strong ? 'strong' : 'small', upright ? 'middle' : anchor].join(' ');
  return `<text class="${classes}" x="${x}" y="${y}"${turn}>${text}</text>`;
}

function drawLegend([kind, text]: readonly [Kind, string], index: number): string {
  const x = [LEFT, 146, 290][index] ?? LEFT;
  const y = HEIGHT - 28;
  return (
    `<rect class="${kind}" x="${x}" y="${y}" width="12" height="12"/>` +
    `<text class="small start" x="${x + 17}" y="${y + 10}">${text}</text>`
  );
}
