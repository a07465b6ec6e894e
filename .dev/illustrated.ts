/**
 * The illustrated connections of `spec/illustrated/`: real runs of the core, with the nonces,
 * exponents, keys and plaintext of a test vector, recorded by the event log and shown by
 * `spiped-trace html`'s own code. No byte of them is written by hand.
 *
 * Where something goes wrong, somebody between the two ends has changed the bytes: that is what
 * the functions here do. `npm run docs` writes the pages; a check fails when one is not current.
 */

import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  computeSharedSecret,
  createSuite,
  generateKeyPair,
  referenceEngine,
} from '../src/crypto/index.ts';
import { readEventLog } from '../src/eventlog/index.ts';
import { type RecordedPair, recordPair } from '../src/eventlog/testing/recorded-pair.ts';
import { pieces } from '../src/eventlog/testing/reseal.ts';
import { GROUP14_MODULUS, PACKET_BYTES, type Role } from '../src/protocol/index.ts';
import { type IllustrateOptions, illustrate } from '../src/trace/illustration/illustrate.ts';
import { illustrationPage } from '../src/trace/illustration/page.ts';
import { type ConnectionVector, fromHex, readHandshakeAndPackets } from '../vectors/format.ts';
import { readRequirements } from './requirements.ts';

/** A page of `spec/illustrated/`, before it is one. */
export interface Scenario {
  /** The name of its file, without the ending. */
  readonly name: string;
  readonly title: string;
  readonly subject: string;
  /** The name of the vector that it runs with. */
  readonly vector: string;
  /** How many of the vector's plaintexts each end sends. */
  readonly messages: Readonly<Record<Role, number>>;
  /** The ends whose logs are shown. */
  readonly shown: readonly Role[];
  /** What somebody on the way does to the client's stream, from each piece to what arrives. */
  readonly onTheWay?: (piece: Uint8Array, offset: number, vector: ConnectionVector) => Uint8Array;
}

const HANDSHAKE_BYTES = 320;
const USUAL = 'forward secrecy at both ends';
const BOTH = ['client', 'server'] as const;
const FEW = { client: 3, server: 2 };

/** Every page, in the order of the index. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'normal',
    title: 'A normal connection',
    subject:
      'Nonces, Diffie-Hellman values, keys, packets in both directions, two half-closes: nothing goes wrong.',
    ...{ vector: USUAL, messages: { client: 4, server: 2 }, shown: BOTH },
  },
  {
    name: 'without-forward-secrecy',
    title: 'A client without forward secrecy (-f)',
    subject:
      'The client sends y = 1 and computes no power; the server computes one, and 1 comes out of it.',
    ...{ vector: 'client without forward secrecy', messages: FEW, shown: BOTH },
  },
  {
    name: 'flipped-mac-bit',
    title: 'One bit of a MAC is flipped',
    subject:
      'Somebody on the way changes the last bit of packet 1 of the client. What was before it is delivered; nothing of it or after it is.',
    ...{ vector: USUAL, messages: FEW, shown: BOTH },
    onTheWay: (piece, offset) => {
      const last = HANDSHAKE_BYTES + 2 * PACKET_BYTES - 1 - offset;
      return piece.map((byte, i) => (i === last ? byte ^ 1 : byte));
    },
  },
  {
    name: 'y-not-below-p',
    title: 'A client sends y = p',
    subject:
      'The client holds the key, so its MAC is right; but its value is the modulus itself. The server refuses it, and computes no power.',
    ...{ vector: USUAL, messages: FEW, shown: ['server'] },
    onTheWay: (piece, offset, { dhmacC }) => {
      if (offset !== 32) return piece;
      const h = createHmac('sha256', fromHex(dhmacC)).update(GROUP14_MODULUS).digest();
      return Uint8Array.from([...GROUP14_MODULUS, ...h]);
    },
  },
  {
    name: 'replayed-packet',
    title: 'A packet is sent a second time',
    subject:
      'Somebody on the way repeats packet 1 of the client. Its MAC covers the packet number, which is not sent: as packet 2 it does not hold.',
    ...{ vector: USUAL, messages: FEW, shown: BOTH },
    onTheWay: (piece, offset) =>
      offset === HANDSHAKE_BYTES + PACKET_BYTES ? Uint8Array.from([...piece, ...piece]) : piece,
  },
  {
    name: 'truncated-end',
    title: 'The stream ends inside a packet',
    subject:
      'Of the last packet of the client, 400 bytes arrive, and then the end of the stream. The server passes on the packets before it and the end, and reports that something is missing.',
    ...{ vector: USUAL, messages: FEW, shown: BOTH },
    onTheWay: (piece, offset) =>
      offset === HANDSHAKE_BYTES + 2 * PACKET_BYTES ? piece.subarray(0, 400) : piece,
  },
];

/** The vector that a scenario runs with. */
export function vectorOf({ vector: name }: Scenario): ConnectionVector {
  const vector = readHandshakeAndPackets().connections.find((candidate) => candidate.name === name);
  if (vector === undefined) throw new Error(`there is no vector "${name}"`);
  return vector;
}

/** Run and record a scenario. Time, nonces and exponents are fixed, so that it is always the same. */
export function recordScenario(scenario: Scenario): Promise<RecordedPair> {
  const vector = vectorOf(scenario);
  const plaintext = (role: Role): readonly Uint8Array[] =>
    vector[`${role}Packets`]
      .slice(0, scenario.messages[role])
      .map((sealed) => fromHex(sealed.plaintext));
  const policy = (role: Role) => ({ weak: vector[role].weak, requireForwardSecrecy: false });
  const exponent = (role: Role): Partial<Record<Role, Uint8Array>> => {
    const { x } = vector[role];
    return typeof x === 'string' ? { [role]: fromHex(x) } : {};
  };
  const { onTheWay } = scenario;
  return recordPair({
    suite: createSuite(referenceEngine),
    arithmetic: { generateKeyPair, computeSharedSecret },
    content: 'full',
    software: { name: 'the core', version: `with the vector "${vector.name}"` },
    plaintext: { client: plaintext('client'), server: plaintext('server') },
    policies: { client: policy('client'), server: policy('server') },
    secrets: { client: fromHex(vector.K), server: fromHex(vector.K) },
    nonces: { client: fromHex(vector.nonceC), server: fromHex(vector.nonceS) },
    exponents: { ...exponent('client'), ...exponent('server') },
    onWire: (from, piece, offset) =>
      from === 'client' && onTheWay !== undefined ? onTheWay(piece, offset, vector) : piece,
  });
}

/** What is illustrated of a recorded scenario. */
export function scenarioOptions(scenario: Scenario, { logs }: RecordedPair): IllustrateOptions {
  return {
    logs: scenario.shown.map((role) => readEventLog(pieces(logs[role]))),
    suite: createSuite(referenceEngine),
    secret: fromHex(vectorOf(scenario).K),
    reveal: 'everything',
    title: scenario.title,
    subject: scenario.subject,
  };
}

/** The page of a scenario. */
export async function scenarioPage(scenario: Scenario): Promise<string> {
  const options = scenarioOptions(scenario, await recordScenario(scenario));
  const { illustration } = await illustrate(options);
  return illustrationPage(illustration, {
    specification: { href: '../protocol.md', sentences: requirementSentences() },
  });
}

function requirementSentences(): ReadonlyMap<string, string> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  return new Map(readRequirements(root).map(({ id, sentence }) => [id, sentence]));
}

/** The page that leads to the others. */
export function indexPage(): string {
  return [
    '<!-- Generated by `npm run docs`. Change the code it comes from, not this page. -->',
    '# Illustrated connections',
    'Each page is one connection, event by event: what crossed the wire down to the byte, what each ' +
      'byte means and how it comes about, and both state machines after every event. Open the ' +
      'files in a browser; they need no server and load nothing.',
    SCENARIOS.map(({ name, title, subject }) => `- [${title}](${name}.html). ${subject}`).join(
      '\n',
    ),
    'The connections are runs of the core in `src/protocol` with the values of ' +
      '`vectors/handshake-and-packets.json`, recorded as event logs ([eventlog.md](../eventlog.md)). ' +
      'A page of a connection of your own is made by `spiped-trace html`.',
  ]
    .join('\n\n')
    .concat('\n');
}

const TEXTS: ReadonlyMap<string, string> = new Map(
  // When this is loaded, because logs are written and read asynchronously and `text` is not.
  await Promise.all(
    SCENARIOS.map(async (scenario) => [scenario.name, await scenarioPage(scenario)] as const),
  ),
);

/** The generated files, as `docs.ts` wants them. */
export const ILLUSTRATED_PAGES: readonly { readonly file: string; readonly text: () => string }[] =
  [
    { file: 'spec/illustrated/README.md', text: indexPage },
    ...SCENARIOS.map(({ name }) => ({
      file: `spec/illustrated/${name}.html`,
      text: () => TEXTS.get(name) ?? '',
    })),
  ];
