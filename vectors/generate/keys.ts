/**
 * The families of key derivation: key files (KF-1 … KF-3), MAC keys (HS-5), session keys (HS-17).
 */

import { concat } from '../../src/protocol/bytes.ts';
import type { Family, KeyFileVector, MacKeysVector, SessionKeysVector } from '../family.ts';
import { fromHex, toHex } from '../format.ts';
import {
  bigEndian,
  macKeys as deriveMacKeys,
  sessionKeys as deriveSessionKeys,
  frame,
  ONE,
  P,
  random,
  randomBytes,
  sha256,
} from './material.ts';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Where a SHA-256 block, its padding, or a reader's buffer ends. */
const LENGTHS = [1, 2, 31, 32, 33, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000];

const CONTENTS: readonly [
  name: string,
  comment: string,
  flags: readonly string[],
  content: Uint8Array,
  repeat?: number,
][] = [
  ['empty', 'the empty file, such as /dev/null', ['Empty'], new Uint8Array(0)],
  ...LENGTHS.map((length): [string, string, readonly string[], Uint8Array] => [
    `${length}-bytes`,
    `${length} bytes`,
    length > 32 && length < 130 ? ['Padding'] : ['Plain'],
    randomBytes(`key file of ${length} bytes`, length),
  ]),
  ['no-newline', 'a line of text without its newline', ['Verbatim'], ascii('correct horse')],
  [
    'newline',
    'the same line with its newline: another key',
    ['Verbatim'],
    ascii('correct horse\n'),
  ],
  ['crlf', 'the same line with CR LF: another key again', ['Verbatim'], ascii('correct horse\r\n')],
  ['spaces', 'spaces and tabs around', ['Verbatim'], ascii(' \tcorrect horse \t')],
  ['hex-text', 'hexadecimal digits stay text', ['Verbatim'], ascii('00ff00ff')],
  ['bom', 'a byte order mark is content', ['Verbatim'], fromHex('efbbbf6b6579')],
  ['nul', 'zero bytes do not end it', ['Verbatim'], fromHex('6b00657900')],
  ['zeros', '32 zero bytes', ['Verbatim'], new Uint8Array(32)],
  ['not-utf-8', 'bytes that are no UTF-8', ['Verbatim'], fromHex('c328a0a1e28ca1f0288cbc')],
  ['all-ff', '64 bytes ff', ['Verbatim'], new Uint8Array(64).fill(0xff)],
  ['65535-bytes', 'a byte short of 64 KiB', ['Long'], ascii('k'), 65_535],
  ['65536-bytes', '64 KiB', ['Long'], ascii('k'), 65_536],
  ['65537-bytes', 'a byte more than 64 KiB', ['Long'], ascii('k'), 65_537],
  ['a-million', 'a million letters a', ['Long'], ascii('a'), 1_000_000],
];

/** Key file → K. */
export function keyFiles(): Family<KeyFileVector> {
  return {
    format: 1,
    family: 'key-files',
    about: 'K is the SHA-256 of the whole key file, whatever it contains.',
    requirements: ['KF-1', 'KF-2', 'KF-3'],
    notes: {
      Plain: { bugType: 'FUNCTIONALITY', description: 'Random bytes of an ordinary length.' },
      Empty: {
        bugType: 'EDGE_CASE',
        description: 'No byte at all. Found: a reader that takes an empty file for an error.',
      },
      Padding: {
        bugType: 'EDGE_CASE',
        description: 'A length about a SHA-256 block. Found: wrong padding in an own SHA-256.',
      },
      Verbatim: {
        bugType: 'FUNCTIONALITY',
        description: 'Content that invites to trim, decode or stop early. Found: any of these.',
      },
      Long: {
        bugType: 'EDGE_CASE',
        description: 'More than one read. Found: a reader that hashes only its first buffer.',
      },
    },
    vectors: CONTENTS.map(([name, comment, flags, content, repeat = 1]) => ({
      ...frame(`key-files/${name}`, comment, flags, { blackBox: true }),
      keyFile: toHex(content),
      repeat,
      K: toHex(sha256(Uint8Array.from(Buffer.alloc(content.length * repeat, content)))),
    })),
  };
}

interface Nonces {
  readonly name: string;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly K?: Uint8Array;
  readonly nonceC: Uint8Array;
  readonly nonceS: Uint8Array;
}

const ZERO = new Uint8Array(32);
const ONES = new Uint8Array(32).fill(0xff);

const NONCES: readonly Nonces[] = [
  ...Array.from({ length: 10 }, (_, i) => ({
    name: `random-${i + 1}`,
    comment: 'random key and nonces',
    flags: ['Plain'],
    K: random(`K ${i}`),
    nonceC: random(`nonceC ${i}`),
    nonceS: random(`nonceS ${i}`),
  })),
  ...['first', 'second'].map((name, i) => ({
    name: `order-${name}`,
    comment: 'one of a pair of vectors with the nonces exchanged: everything differs',
    flags: ['Order'],
    nonceC: random(`nonce ${i}`),
    nonceS: random(`nonce ${1 - i}`),
  })),
  {
    name: 'equal-nonces',
    comment: 'the peer has our nonce: allowed (HS-3)',
    flags: ['EqualNonces'],
    nonceC: random('the same nonce'),
    nonceS: random('the same nonce'),
  },
  ...[
    ['zero-client', ZERO, random('other nonce'), 'a client nonce of zero bytes'],
    ['zero-server', random('other nonce'), ZERO, 'a server nonce of zero bytes'],
    ['zero-both', ZERO, ZERO, 'both nonces are zero bytes'],
    ['ff-both', ONES, ONES, 'both nonces are ff bytes'],
  ].map(([name, nonceC, nonceS, comment]) => ({
    name: name as string,
    comment: comment as string,
    flags: ['SpecialNonce'],
    nonceC: nonceC as Uint8Array,
    nonceS: nonceS as Uint8Array,
  })),
  ...[
    ['zero-key', ZERO, 'K is zero bytes'],
    [
      'trailing-zeros',
      concat(random('short K').subarray(0, 20), new Uint8Array(12)),
      'K ends in zero bytes: HMAC itself pads with zeros',
    ],
    [
      'leading-zeros',
      concat(new Uint8Array(12), random('short K').subarray(0, 20)),
      'K begins with zero bytes',
    ],
  ].map(([name, K, comment]) => ({
    name: name as string,
    comment: comment as string,
    flags: ['SpecialKey'],
    K: K as Uint8Array,
    nonceC: random('nonceC of special keys'),
    nonceS: random('nonceS of special keys'),
  })),
];

const DERIVATION_NOTES = {
  Plain: { bugType: 'FUNCTIONALITY', description: 'Random values.' },
  Order: {
    bugType: 'FUNCTIONALITY',
    description:
      'Found: a salt in the wrong order. Two ends that both exchange the nonces understand each other, and nobody else.',
  },
  EqualNonces: {
    bugType: 'EDGE_CASE',
    description: 'Found: a receiver that refuses its own nonce, which nothing forbids.',
  },
  SpecialNonce: { bugType: 'EDGE_CASE', description: 'Found: a nonce that is judged or trimmed.' },
  SpecialKey: {
    bugType: 'EDGE_CASE',
    description: 'Found: a K that is handled as text or as a number, and loses its zero bytes.',
  },
} as const;

/** K and nonces → dk1 → dhmacC, dhmacS. */
export function macKeys(): Family<MacKeysVector> {
  return {
    format: 1,
    family: 'mac-keys',
    about: 'dk1 = PBKDF2(K, nonceC ‖ nonceS, 64) = dhmacC ‖ dhmacS.',
    requirements: ['HS-3', 'HS-5'],
    notes: DERIVATION_NOTES,
    vectors: NONCES.map(({ name, comment, flags, K = random('K'), nonceC, nonceS }) => {
      const { dk1, dhmacC, dhmacS } = deriveMacKeys(K, nonceC, nonceS);
      return {
        ...frame(`mac-keys/${name}`, comment, flags, { blackBox: false }),
        K: toHex(K),
        nonceC: toHex(nonceC),
        nonceS: toHex(nonceS),
        dk1: toHex(dk1),
        dhmacC: toHex(dhmacC),
        dhmacS: toHex(dhmacS),
      };
    }),
  };
}

const SECRETS: readonly [name: string, comment: string, flags: string[], ySC: Uint8Array][] = [
  ['one', 'ySC = 1, as with -f at either end', ['WeakSecret'], ONE],
  ['zero', 'ySC = 0, when the peer sends y = 0', ['SpecialSecret'], bigEndian(0n, 256)],
  [
    'p-minus-1',
    'ySC = p − 1',
    ['SpecialSecret'],
    P.map((byte, i) => (i === 255 ? byte - 1 : byte)),
  ],
  ...[1, 2, 16, 128, 255].map((zeros): [string, string, string[], Uint8Array] => [
    `${zeros}-leading-zeros`,
    `ySC begins with ${zeros === 1 ? 'a zero byte' : `${zeros} zero bytes`}; all 256 bytes are hashed`,
    ['LeadingZeros'],
    concat(new Uint8Array(zeros), nonZero(randomBytes(`ySC after ${zeros} zeros`, 256 - zeros))),
  ]),
  [
    'ySC-trailing-zeros',
    'ySC ends in zero bytes',
    ['SpecialSecret'],
    concat(nonZero(randomBytes('ySC before zeros', 224)).map(belowP), new Uint8Array(32)),
  ],
];

/** The first byte is not zero: the zeros before are all there are. */
function nonZero(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => (i === 0 ? byte | 1 : byte));
}

function belowP(byte: number, i: number): number {
  return i === 0 ? byte & 0x7f : byte;
}

/** K, nonces and ySC → dk2 → E_C, H_C, E_S, H_S. */
export function sessionKeys(): Family<SessionKeysVector> {
  const special = SECRETS.map(([name, comment, flags, ySC]) => ({
    ...{ name, comment, flags, ySC, K: random('K') },
    ...{ nonceC: random('nonceC'), nonceS: random('nonceS') },
  }));
  const ordinary = NONCES.map(({ name, comment, flags, K = random('K'), nonceC, nonceS }) => ({
    ...{ name, comment, flags, K, nonceC, nonceS },
    ySC: randomBytes(`ySC: ${name}`, 256).map(belowP),
  }));
  return {
    format: 1,
    family: 'session-keys',
    about: 'dk2 = PBKDF2(K, nonceC ‖ nonceS ‖ ySC, 128) = E_C ‖ H_C ‖ E_S ‖ H_S.',
    requirements: ['HS-14', 'HS-16', 'HS-17'],
    notes: {
      ...DERIVATION_NOTES,
      WeakSecret: {
        bugType: 'FUNCTIONALITY',
        description: 'Found: an end that leaves ySC out where it is 1, or shortens it to a byte.',
      },
      SpecialSecret: {
        bugType: 'EDGE_CASE',
        description: 'Values of ySC that only a peer with the key can bring about.',
      },
      LeadingZeros: {
        bugType: 'FUNCTIONALITY',
        description:
          'Found: ySC written as a number, without its leading zeros. One connection in 256 fails then.',
      },
    },
    vectors: [...special, ...ordinary].map(({ name, comment, flags, K, nonceC, nonceS, ySC }) => {
      const { dk2, client, server } = deriveSessionKeys(K, nonceC, nonceS, ySC);
      return {
        ...frame(`session-keys/${name}`, comment, flags, { blackBox: false }),
        K: toHex(K),
        nonceC: toHex(nonceC),
        nonceS: toHex(nonceS),
        ySC: toHex(ySC),
        dk2: toHex(dk2),
        eC: toHex(client.e),
        hC: toHex(client.h),
        eS: toHex(server.e),
        hS: toHex(server.h),
      };
    }),
  };
}
