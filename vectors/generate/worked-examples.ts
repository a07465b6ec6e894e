/**
 * The worked examples: `handshake-and-packets.json`, whole connections with a name each and every
 * value on the way, for people who read along and for the pages of `spec/`.
 *
 * It follows the requirements HS-5 … HS-17 and PK-1 … PK-4 step by step. It came first; the
 * families beside it are for programs.
 */

import { computeSharedSecret, generateKeyPair } from '../../src/crypto/index.ts';
import { concat } from '../../src/protocol/bytes.ts';
import {
  type ConnectionVector,
  type HandshakeAndPackets,
  type PacketVector,
  type SealedPlaintextVector,
  type SinglePacketVector,
  toHex,
} from '../format.ts';
import { frame, ONE, random, randomBytes, sha256, suite } from './material.ts';

/** What a connection is made from. */
interface Recipe {
  readonly name: string;
  readonly shows: string;
  readonly keyFile: Uint8Array;
  /** Exponents' random parts, 32 bytes; null for an end without forward secrecy (-f). */
  readonly xC: Uint8Array | null;
  readonly xS: Uint8Array | null;
  /** Lengths of the plaintexts that the client seals, one call each, in bytes. */
  readonly clientSeals: readonly number[];
  readonly serverSeals: readonly number[];
}

const EDGES = [1, 16, 17, 1023, 1024, 2049];

const RECIPES: readonly Recipe[] = [
  {
    name: 'forward secrecy at both ends',
    shows: 'the usual connection; messages at every edge of a cipher block and of a packet',
    keyFile: random('key file'),
    xC: random('xC'),
    xS: random('xS'),
    clientSeals: EDGES,
    serverSeals: EDGES,
  },
  {
    name: 'client without forward secrecy',
    shows: 'yC = 1; the server computes ySC and gets 1',
    keyFile: new TextEncoder().encode('a short key with a newline\n'),
    xC: null,
    xS: random('xS, weak client'),
    clientSeals: [17],
    serverSeals: [100],
  },
  {
    name: 'server without forward secrecy',
    shows: 'yS = 1; the client computes ySC and gets 1; the key file is empty, like /dev/null',
    keyFile: new Uint8Array(0),
    xC: random('xC, weak server'),
    xS: null,
    clientSeals: [17],
    serverSeals: [100],
  },
  {
    name: 'no forward secrecy at either end',
    shows: 'yC = yS = 1; nobody computes a power',
    keyFile: random('key file without forward secrecy'),
    xC: null,
    xS: null,
    clientSeals: [17],
    serverSeals: [100],
  },
  {
    name: 'ySC with a leading zero byte',
    shows: 'all 256 bytes of ySC are hashed, the leading zero byte too',
    keyFile: random('key file of a short ySC'),
    // The first of "xC 0", "xC 1", … whose ySC with this xS begins with a zero byte.
    xC: firstWith('xC', (x) => computeSharedSecret(x, generateKeyPair(random('xS')).y)),
    xS: random('xS'),
    clientSeals: [17],
    serverSeals: [100],
  },
  {
    name: 'yC and yS with a leading zero byte',
    shows: 'all 256 bytes of y are sent and authenticated, the leading zero byte too',
    keyFile: random('key file of short public values'),
    // The first of "client 0", … and of "server 0", … whose public value begins with a zero byte.
    xC: firstWith('client', (x) => generateKeyPair(x).y),
    xS: firstWith('server', (x) => generateKeyPair(x).y),
    clientSeals: [17],
    serverSeals: [100],
  },
];

/** Where a packet number's bytes carry, and where a 32-bit or floating-point number ends. */
const PACKET_NUMBERS: readonly bigint[] = [
  0n,
  1n,
  255n,
  256n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** Whole connections with a name, and single packets. */
export function workedExamples(): HandshakeAndPackets {
  return {
    format: 1,
    origin: 'vectors/generate.ts, over src/crypto; each value confirmed by vectors/confirm',
    requirements: [
      ...['KF-1', 'KF-2', 'HS-5', 'HS-6', 'HS-7', 'HS-8', 'HS-14', 'HS-15', 'HS-16', 'HS-17'],
      ...['HS-18', 'PK-1', 'PK-2', 'PK-3', 'PK-4', 'PK-5'],
    ],
    notes: {
      WorkedExample: {
        bugType: 'FUNCTIONALITY',
        description: 'A whole connection to read along with spec/protocol.md.',
      },
      LargeNumber: {
        bugType: 'EDGE_CASE',
        description: 'A packet number that no test can count to.',
      },
    },
    connections: RECIPES.map(connection),
    singlePackets: PACKET_NUMBERS.map(singlePacket),
  };
}

function connection(recipe: Recipe): ConnectionVector {
  const { name, shows, keyFile, xC, xS } = recipe;
  const K = sha256(keyFile);
  const nonceC = random(`${name}: nonceC`);
  const nonceS = random(`${name}: nonceS`);

  const dk1 = suite.pbkdf2(K, concat(nonceC, nonceS), 64); // HS-5
  const dhmacC = dk1.subarray(0, 32);
  const dhmacS = dk1.subarray(32, 64);

  const yC = publicValue(xC); // HS-8, HS-14
  const yS = publicValue(xS);
  const ySC = sharedSecret(xC, xS, yC, yS);

  const dk2 = suite.pbkdf2(K, concat(nonceC, nonceS, ySC), 128); // HS-17
  const eC = dk2.subarray(0, 32);
  const hC = dk2.subarray(32, 64);
  const eS = dk2.subarray(64, 96);
  const hS = dk2.subarray(96, 128);

  return {
    ...frame(`worked-examples/${idOf(name)}`, shows, ['WorkedExample'], { blackBox: false }),
    name,
    shows,
    keyFile: toHex(keyFile),
    K: toHex(K),
    nonceC: toHex(nonceC),
    nonceS: toHex(nonceS),
    dk1: toHex(dk1),
    dhmacC: toHex(dhmacC),
    dhmacS: toHex(dhmacS),
    client: message(xC, yC, dhmacC), // HS-7
    server: message(xS, yS, dhmacS), // HS-15
    ySC: toHex(ySC),
    dk2: toHex(dk2),
    packetKeys: { eC: toHex(eC), hC: toHex(hC), eS: toHex(eS), hS: toHex(hS) },
    clientPackets: seals(eC, hC, recipe.clientSeals, `${name}: client`), // HS-18
    serverPackets: seals(eS, hS, recipe.serverSeals, `${name}: server`),
  };
}

/** `ySC with a zero` → `ysc-with-a-zero`. */
function idOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}

function publicValue(x: Uint8Array | null): Uint8Array {
  return x === null ? ONE : generateKeyPair(x).y;
}

function message(x: Uint8Array | null, y: Uint8Array, dhmac: Uint8Array) {
  const h = toHex(suite.hmac(dhmac, y));
  return { weak: x === null, x: x === null ? null : toHex(x), y: toHex(y), h };
}

/** HS-14, HS-16: what each end arrives at, which must be the same. */
function sharedSecret(
  xC: Uint8Array | null,
  xS: Uint8Array | null,
  yC: Uint8Array,
  yS: Uint8Array,
): Uint8Array {
  const ofClient = xC === null ? ONE : computeSharedSecret(xC, yS);
  const ofServer = xS === null ? ONE : computeSharedSecret(xS, yC);
  if (toHex(ofClient) !== toHex(ofServer)) throw new Error('the two ends disagree on ySC');
  return ofClient;
}

function seals(
  e: Uint8Array,
  h: Uint8Array,
  lengths: readonly number[],
  label: string,
): SealedPlaintextVector[] {
  let packetNumber = 0n;
  return lengths.map((length) => {
    const plaintext = randomBytes(`${label}, ${length} bytes`, length);
    const first = packetNumber;
    const packets: PacketVector[] = [];
    for (let at = 0; at < length; at += 1024) {
      packets.push(packet(e, h, packetNumber++, plaintext.subarray(at, at + 1024)));
    }
    return { firstPacketNumber: first.toString(), plaintext: toHex(plaintext), packets };
  });
}

function packet(
  e: Uint8Array,
  h: Uint8Array,
  packetNumber: bigint,
  message: Uint8Array,
): PacketVector {
  const cleartext = new Uint8Array(1028);
  cleartext.set(message);
  new DataView(cleartext.buffer).setUint32(1024, message.length);
  const sealed = suite.sealPackets({ e, h }, packetNumber, message);
  return {
    packetNumber: packetNumber.toString(),
    firstCounterBlock: `${packetNumber.toString(16).padStart(16, '0')}${'0'.repeat(16)}`,
    cleartext: toHex(cleartext),
    ciphertext: toHex(sealed.subarray(0, 1028)),
    mac: toHex(sealed.subarray(1028)),
  };
}

function singlePacket(packetNumber: bigint): SinglePacketVector {
  const [e, h] = [random('E of single packets'), random('H of single packets')];
  const plaintext = randomBytes(`packet ${packetNumber}`, 40);
  return {
    ...frame(`worked-examples/packet-${packetNumber}`, `packet ${packetNumber}`, ['LargeNumber'], {
      blackBox: packetNumber <= 256n,
    }),
    e: toHex(e),
    h: toHex(h),
    message: toHex(plaintext),
    ...packet(e, h, packetNumber, plaintext),
  };
}

/** SHA-256(`label` 0), SHA-256(`label` 1), … up to the first that `of` maps to a leading zero. */
function firstWith(label: string, of: (x: Uint8Array) => Uint8Array): Uint8Array {
  for (let i = 0; i < 10_000; i++) {
    const x = sha256(new TextEncoder().encode(`${label} ${i}`));
    if (of(x)[0] === 0) return x;
  }
  throw new Error(`no ${label} gives a leading zero byte: one in 256 should`);
}
