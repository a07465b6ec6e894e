/**
 * The family of whole connections: every pair of policies, every pair of exponents, with each value
 * from the key file to the last packet (HS-5 … HS-18, PK-1 … PK-6).
 *
 * Computed step by step from the requirements' text. What our state machines make of the same
 * values is the tests' business.
 */

import { concat } from '../../src/protocol/bytes.ts';
import type {
  ConnectionEnd,
  ConnectionVector,
  ExponentForm,
  Family,
  PolicyOption,
} from '../family.ts';
import { toHex } from '../format.ts';
import {
  bigEndian,
  frame,
  macKeys,
  numberOf,
  ONE,
  publicValue,
  random,
  randomBytes,
  sessionKeys,
  sha256,
  sharedSecret,
  suite,
} from './material.ts';

interface EndRecipe {
  readonly policy: PolicyOption;
  readonly form: ExponentForm;
  readonly x: Uint8Array;
  /** Lengths of the messages, one a packet. */
  readonly lengths: readonly number[];
}

interface Recipe {
  readonly name: string;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly keyFile?: Uint8Array;
  readonly client: EndRecipe;
  readonly server: EndRecipe;
}

const FORMS: readonly ExponentForm[] = ['2^258+x', 'x'];
const POLICIES: readonly PolicyOption[] = ['none', '-f', '-g'];
const idOf = (form: ExponentForm): string => (form === 'x' ? 'x' : '258');

function end(role: string, given: Partial<EndRecipe> = {}): EndRecipe {
  return {
    policy: 'none',
    form: '2^258+x',
    x: random(`x of the ${role}`),
    lengths: role === 'client' ? [17, 1024] : [100],
    ...given,
  };
}

function policyFlags(client: PolicyOption, server: PolicyOption): readonly string[] {
  const weak = [client, server].includes('-f');
  const strict = [client, server].includes('-g');
  if (weak && strict) return ['MustFail'];
  return weak ? ['Weak'] : strict ? ['Strict'] : ['Plain'];
}

const POLICY_PAIRS: readonly Recipe[] = POLICIES.flatMap((client) =>
  POLICIES.map((server) => ({
    name: `policy-${client}-${server}`.replaceAll('--', '-'),
    comment: `client ${nameOf(client)}, server ${nameOf(server)}`,
    flags: policyFlags(client, server),
    client: end('client', { policy: client }),
    server: end('server', { policy: server }),
  })),
);

function nameOf(policy: PolicyOption): string {
  return policy === 'none' ? 'without option' : `with ${policy}`;
}

const EXPONENT_PAIRS: readonly Recipe[] = FORMS.flatMap((client) =>
  FORMS.map((server) => ({
    name: `exponents-${idOf(client)}-${idOf(server)}`,
    comment: `the client uses e = ${client}, the server e = ${server}`,
    flags: ['Exponents'],
    client: end('client', { form: client, x: random('x of exponent pairs, client') }),
    server: end('server', { form: server, x: random('x of exponent pairs, server') }),
  })),
);

/** With `-f` at one end, the exponent of the other makes no difference to ySC. */
const WEAK_EXPONENTS: readonly Recipe[] = [
  {
    name: 'weak-client-exponent-x',
    comment: 'client with -f; the server uses e = x',
    flags: ['Weak', 'Exponents'],
    client: end('client', { policy: '-f' }),
    server: end('server', { form: 'x' }),
  },
  {
    name: 'weak-server-exponent-x',
    comment: 'server with -f; the client uses e = x',
    flags: ['Weak', 'Exponents'],
    client: end('client', { form: 'x' }),
    server: end('server', { policy: '-f' }),
  },
];

const xS = random('x of the server, leading zeros');
const SPECIAL: readonly Recipe[] = [
  {
    name: 'ySC-leading-zero',
    comment: 'ySC begins with a zero byte',
    flags: ['LeadingZeros'],
    client: end('client', {
      x: search('ySC', (x) => sharedSecret('2^258+x', x, publicValue('2^258+x', xS))),
    }),
    server: end('server', { x: xS }),
  },
  {
    name: 'yC-leading-zero',
    comment: 'yC begins with a zero byte',
    flags: ['LeadingZeros'],
    client: end('client', { x: search('yC', (x) => publicValue('2^258+x', x)) }),
    server: end('server'),
  },
  {
    name: 'yS-leading-zero',
    comment: 'yS begins with a zero byte',
    flags: ['LeadingZeros'],
    client: end('client'),
    server: end('server', { x: search('yS', (x) => publicValue('2^258+x', x)) }),
  },
  {
    name: 'empty-key-file',
    comment: 'the key file is empty',
    flags: ['Plain'],
    keyFile: new Uint8Array(0),
    client: end('client'),
    server: end('server'),
  },
  {
    name: 'no-packets',
    comment: 'neither end has anything to say',
    flags: ['Traffic'],
    client: end('client', { lengths: [] }),
    server: end('server', { lengths: [] }),
  },
  {
    name: 'only-client-speaks',
    comment: 'packets in one direction only',
    flags: ['Traffic'],
    client: end('client', { lengths: [1, 1, 1] }),
    server: end('server', { lengths: [] }),
  },
  {
    name: 'only-server-speaks',
    comment: 'packets in the other direction only',
    flags: ['Traffic'],
    client: end('client', { lengths: [] }),
    server: end('server', { lengths: [1023, 1024] }),
  },
  {
    name: 'edges',
    comment: 'messages at every edge of a cipher block and of a packet',
    flags: ['Traffic'],
    client: end('client', { lengths: [1, 15, 16, 17, 1023, 1024] }),
    server: end('server', { lengths: [1024, 1023, 17, 16, 15, 1] }),
  },
  {
    name: 'equal-exponents',
    comment: 'both ends have the same x: yC = yS, but hC ≠ hS',
    flags: ['Reflection'],
    client: end('client', { x: random('the same x') }),
    server: end('server', { x: random('the same x') }),
  },
];

function search(label: string, of: (x: Uint8Array) => Uint8Array): Uint8Array {
  const start = numberOf(random(`start of the search for ${label}`));
  for (let x = start; ; x++) {
    const candidate = bigEndian(x, 32);
    if (of(candidate)[0] === 0) return candidate;
  }
}

/** Whole connections. */
export function connections(): Family<ConnectionVector> {
  return {
    format: 1,
    family: 'connections',
    about: 'Whole connections: what each end has, what it sends, and every value between.',
    requirements: [
      ...['KF-1', 'HS-5', 'HS-6', 'HS-7', 'HS-8', 'HS-9', 'HS-12', 'HS-14', 'HS-15', 'HS-16'],
      ...['HS-17', 'HS-18', 'PK-1', 'PK-2', 'PK-3', 'PK-4', 'PK-5'],
    ],
    notes: {
      Plain: { bugType: 'FUNCTIONALITY', description: 'An ordinary connection.' },
      Weak: {
        bugType: 'FUNCTIONALITY',
        description: 'Found: an end that takes -f for a property of both ends.',
      },
      Strict: {
        bugType: 'FUNCTIONALITY',
        description: 'Found: a -g that changes anything but the judgement of y = 1.',
      },
      MustFail: {
        bugType: 'CONFIDENTIALITY',
        description:
          'One end gives up forward secrecy, the other demands it. Found: a connection all the same; a server that answers before it refuses.',
      },
      Exponents: {
        bugType: 'FUNCTIONALITY',
        description: 'Found: an end that depends on which exponent the peer uses.',
      },
      LeadingZeros: {
        bugType: 'FUNCTIONALITY',
        description:
          'Found: a number that loses its leading zero byte. It happens by chance, rarely.',
      },
      Traffic: { bugType: 'FUNCTIONALITY', description: 'Found: directions that share a counter.' },
      Reflection: {
        bugType: 'AUTH_BYPASS',
        description: 'Found: one key for both directions.',
      },
    },
    vectors: [...POLICY_PAIRS, ...EXPONENT_PAIRS, ...WEAK_EXPONENTS, ...SPECIAL].map(connection),
  };
}

function connection(recipe: Recipe): ConnectionVector {
  const { name, comment, flags, client, server } = recipe;
  const keyFile = recipe.keyFile ?? random(`${name}: key file`);
  const K = sha256(keyFile);
  const nonceC = random(`${name}: nonceC`);
  const nonceS = random(`${name}: nonceS`);
  const { dk1, dhmacC, dhmacS } = macKeys(K, nonceC, nonceS);
  const yC = client.policy === '-f' ? ONE : publicValue(client.form, client.x);
  const yS = server.policy === '-f' ? ONE : publicValue(server.form, server.x);

  // HS-12: a server judges before it sends; a client has sent before it judges.
  const serverRefuses = server.policy === '-g' && client.policy === '-f';
  const clientRefuses = client.policy === '-g' && server.policy === '-f';
  const ySC = secretOf(client, server, yC, yS);
  const keys = serverRefuses ? undefined : sessionKeys(K, nonceC, nonceS, ySC);
  const silent = serverRefuses || clientRefuses;
  const WEAK = 'handshake-without-forward-secrecy';
  return {
    ...frame(`connections/${name}`, comment, flags, {
      result: silent ? 'invalid' : 'valid',
      blackBox: false,
    }),
    keyFile: toHex(keyFile),
    K: toHex(K),
    dk1: toHex(dk1),
    dhmacC: toHex(dhmacC),
    dhmacS: toHex(dhmacS),
    client: endVector(client, {
      ...{ label: `${name}: client`, nonce: nonceC, dhmac: dhmacC, y: yC },
      packetKeys: silent ? undefined : keys?.client,
      handshake: clientRefuses
        ? WEAK
        : serverRefuses
          ? 'handshake-ended-without-forward-secrecy'
          : 'established',
    }),
    server: endVector(server, {
      ...{ label: `${name}: server`, nonce: nonceS, dhmac: dhmacS },
      y: serverRefuses ? undefined : yS,
      packetKeys: silent ? undefined : keys?.server,
      handshake: serverRefuses ? WEAK : 'established',
    }),
    ySC: keys === undefined ? null : toHex(ySC),
    dk2: keys === undefined ? null : toHex(keys.dk2),
    packetKeys:
      keys === undefined
        ? null
        : {
            eC: toHex(keys.client.e),
            hC: toHex(keys.client.h),
            eS: toHex(keys.server.e),
            hS: toHex(keys.server.h),
          },
  };
}

/** HS-14, HS-16: what each end arrives at, which must be the same. */
function secretOf(client: EndRecipe, server: EndRecipe, yC: Uint8Array, yS: Uint8Array) {
  const ofClient = client.policy === '-f' ? ONE : sharedSecret(client.form, client.x, yS);
  const ofServer = server.policy === '-f' ? ONE : sharedSecret(server.form, server.x, yC);
  if (toHex(ofClient) !== toHex(ofServer)) throw new Error('the two ends disagree on ySC');
  return ofClient;
}

interface EndValues {
  readonly label: string;
  readonly nonce: Uint8Array;
  readonly dhmac: Uint8Array;
  /** Undefined for a server that does not come to send it. */
  readonly y: Uint8Array | undefined;
  /** Undefined where no packet is sent. */
  readonly packetKeys: { readonly e: Uint8Array; readonly h: Uint8Array } | undefined;
  readonly handshake: string;
}

function endVector(recipe: EndRecipe, values: EndValues): ConnectionEnd {
  const { label, nonce, dhmac, y, packetKeys, handshake } = values;
  const h = y && suite.hmac(dhmac, y);
  const lengths = packetKeys === undefined ? [] : recipe.lengths;
  const messages = lengths.map((length, i) => randomBytes(`${label}: message ${i}`, length));
  const packets = messages.map((message, i) =>
    packetKeys === undefined
      ? new Uint8Array(0)
      : suite.sealPackets(packetKeys, BigInt(i), message),
  );
  const none = new Uint8Array(0);
  const exponent = y !== undefined && recipe.policy !== '-f';
  return {
    policy: recipe.policy,
    nonce: toHex(nonce),
    exponentForm: exponent ? recipe.form : null,
    x: exponent ? toHex(recipe.x) : null,
    y: y === undefined ? null : toHex(y),
    h: h === undefined ? null : toHex(h),
    messages: messages.map(toHex),
    sends: toHex(concat(nonce, y ?? none, h ?? none, ...packets)),
    handshake,
  };
}
