/**
 * Confirms transcripts: what one end must do, derived anew from all it has received so far.
 *
 * After each input everything is computed again from the beginning of the stream. So there is no
 * state that could go wrong as a state machine's can, and nothing in common with the reducers. It
 * reads HS-4, HS-7, HS-9 … HS-19, PK-5 … PK-12, CN-10, CN-12 and CN-13.
 */

import type { TranscriptVector } from '../family.ts';
import { fromHex } from '../format.ts';
import { bytesOf } from '../independent/group14.ts';
import { concat } from '../independent/hmac.ts';
import type { Primitives } from './primitives.ts';
import {
  exponentOf,
  judge,
  macKeys,
  openAll,
  powerOf,
  publicValue,
  same,
  seal,
  sessionKeys,
} from './protocol.ts';
import type { Confirm } from './steps.ts';

export const transcript: Confirm<TranscriptVector> = (by, vector) => {
  let cipher = new Uint8Array(0);
  const plain: Uint8Array[] = [];
  const ended = { cipher: false, plain: false };
  let now = read(by, vector, cipher, false, plain);
  let endsAt = -1;
  for (const [i, { side, bytes }] of vector.input.entries()) {
    if (bytes === null) ended[side] = true;
    else if (side === 'cipher') cipher = Uint8Array.from(concat(cipher, fromHex(bytes)));
    else plain.push(fromHex(bytes));
    now = read(by, vector, cipher, ended.cipher, plain);
    if (now.fault === null && !(ended.cipher && ended.plain)) continue;
    endsAt = i;
    break;
  }
  const outcome = now.fault ?? (now.truncated ? 'packet-truncated' : 'closed');
  const accepted = now.fault === null;
  return [
    ...(same(now.sends, fromHex(vector.sends)) ? [] : ['sends']),
    ...(same(now.releases, fromHex(vector.releases)) ? [] : ['releases']),
    ...(outcome === vector.outcome ? [] : ['outcome']),
    ...(endsAt === vector.endsAt ? [] : ['endsAt']),
    ...(accepted === (vector.result !== 'invalid') ? [] : ['result']),
  ];
};

/** What an end has sent and delivered after so much, and why it gives up, if it does. */
interface Reading {
  readonly sends: Uint8Array;
  readonly releases: Uint8Array;
  readonly fault: string | null;
  readonly truncated: boolean;
}

const NOTHING = new Uint8Array(0);

function read(
  by: Primitives,
  vector: TranscriptVector,
  received: Uint8Array,
  ended: boolean,
  plain: readonly Uint8Array[],
): Reading {
  const { role, exponentForm, x } = vector;
  const own = fromHex(vector.nonce);
  const after = (sends: Uint8Array, fault: string | null): Reading => {
    return { sends, releases: NOTHING, fault, truncated: false };
  };
  if (received.length < 32) {
    const fault = received.length === 0 ? 'handshake-not-begun' : 'handshake-ended-in-nonce';
    return after(own, ended ? fault : null);
  }

  const K = by.sha256(fromHex(vector.keyFile));
  const peer = received.slice(0, 32);
  const [nonceC, nonceS] = role === 'client' ? [own, peer] : [peer, own];
  const { dhmacC, dhmacS } = macKeys(by, K, nonceC, nonceS);
  const yOwn = publicValue(by, exponentForm, x === null ? null : fromHex(x));
  const message = concat(own, yOwn, by.hmac(role === 'client' ? dhmacC : dhmacS, yOwn));
  const before = role === 'client' ? message : own;
  if (received.length < 320) {
    return after(before, ended ? endedAfterNonce(vector, received.length) : null);
  }

  const [y, h] = [received.slice(32, 288), received.slice(288, 320)];
  const fault = judge(by, role === 'client' ? dhmacS : dhmacC, y, h, vector.policy === '-g');
  if (fault !== null) return after(before, isText(peer) ? 'handshake-foreign-protocol' : fault);
  const ySC =
    exponentForm === null || x === null
      ? bytesOf(1n)
      : powerOf(by, y, exponentOf(exponentForm, fromHex(x)));
  const keys = sessionKeys(by, K, nonceC, nonceS, ySC);
  const [sealing, opening] =
    role === 'client' ? [keys.client, keys.server] : [keys.server, keys.client];
  const opened = openAll(by, opening, received.slice(320));
  const packets = plain.flatMap(cut).map((text, i) => seal(by, sealing, BigInt(i), text));
  return {
    sends: concat(message, ...packets),
    releases: concat(...opened.messages),
    fault: opened.fault,
    truncated: ended && (received.length - 320) % 1060 !== 0,
  };
}

/** What a stream that ends after its nonce and before the 320th byte tells about its sender. */
function endedAfterNonce({ role, policy }: TranscriptVector, length: number): string {
  if (role === 'server') return 'handshake-ended-before-proof';
  if (length > 32) return 'handshake-ended-in-proof';
  return policy === '-f'
    ? 'handshake-ended-without-forward-secrecy'
    : 'handshake-ended-in-public-value';
}

/** Whether bytes are printable ASCII and line ends, as 32 random ones hardly ever are. */
function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => (byte >= 32 && byte < 127) || byte === 10 || byte === 13);
}

/** PK-6: full packets, and what is left. */
function cut(plaintext: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(plaintext.length / 1024) }, (_, i) =>
    plaintext.slice(1024 * i, 1024 * (i + 1)),
  );
}
