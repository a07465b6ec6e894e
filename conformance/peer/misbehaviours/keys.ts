/**
 * A key schedule with one error in it (KF-1, KF-3, HS-5, HS-16 to HS-18). In a MAC key it shows in h,
 * in a packet key in the first packet.
 */

import { createHash, pbkdf2Sync } from 'node:crypto';
import { minimal, reversed, swapped } from '../bytes.ts';
import { grind, toNumber } from '../group.ts';
import { packetKeysOf, pbkdf2, sharedSecretOf } from '../key.ts';
import { type Misbehaviour, refused, refusedFirst } from '../misbehaviour.ts';
import { otherRole, Y_LENGTH } from '../parameters.ts';
import type { Known } from '../points.ts';

const k = ({ keyFile }: Known) => sharedSecretOf(keyFile);
const otherKeys = (known: Known) => packetKeysOf(known.dk2, otherRole(known.role));
const salt = ({ nonces, ySC }: Known) => Buffer.concat([nonces, ySC]);

/** Errors that spoil dk1, and with it h. */
export const macKeys = {
  'k-of-other-file': refused('HS-9 HS-10', 'has the key of another file', {
    k: (_, { keyFile }) => sharedSecretOf(Buffer.concat([keyFile, keyFile])),
  }),
  'k-unhashed': refused('KF-1', 'takes the key file itself for K', {
    k: (_, known) => known.keyFile,
  }),
  'k-trimmed': refused('KF-3', 'drops the newline at the end of the key file', {
    k: (_, { keyFile }) => sharedSecretOf(keyFile.subarray(0, -1)),
  }),
  'k-first-32-bytes': refused('KF-1 KF-3', 'reads 32 bytes of the key file', {
    k: (_, { keyFile }) => sharedSecretOf(keyFile.subarray(0, 32)),
  }),
  'k-hashed-twice': refused('KF-1', 'hashes the key file twice', { k: sharedSecretOf }),
  'dk1-salt-swapped': refused('HS-5', 'puts the nonces into dk1 in the other order', {
    macSalt: swapped,
  }),
  'dk1-without-nonces': refused('HS-1 HS-5', 'derives dk1 from K alone', {
    macSalt: () => Buffer.alloc(0),
  }),
  'dk1-halves-swapped': refused('HS-5', 'takes dhmacS for dhmacC', { dk1: swapped }),
  'dk1-two-iterations': refused('HS-5', 'derives dk1 with two iterations', {
    dk1: (_, known) => pbkdf2Sync(k(known), known.nonces, 2, 64, 'sha256'),
  }),
  'dk1-with-sha-512': refused('HS-5', 'derives dk1 with SHA-512', {
    dk1: (_, known) => pbkdf2Sync(k(known), known.nonces, 1, 64, 'sha512'),
  }),
} satisfies Record<string, Misbehaviour>;

/** Errors that spoil dk2, or what is taken from it, and with it the packets. */
export const packetKeys = {
  'dk2-without-ysc': refusedFirst('HS-17', 'leaves ySC out of dk2', { ySC: () => Buffer.alloc(0) }),
  'dk2-ysc-minimal': refusedFirst('HS-16 HS-17', 'puts ySC into dk2 without its leading zeros', {
    // A client comes before the server has chosen: it makes ySC = 1, which has the most of them.
    own: (fresh, { role, peerMessage }) =>
      role === 'client'
        ? { exponent: 0n, sign: 1 }
        : grind(fresh, { ySC: 1 }, toNumber(peerMessage.subarray(0, Y_LENGTH))),
    ySC: minimal,
  }),
  'dk2-ysc-little-endian': refusedFirst('HS-16 HS-17', 'reverses ySC in dk2', { ySC: reversed }),
  'dk2-ysc-first': refusedFirst('HS-17', 'puts ySC before the nonces', {
    dk2: (_, known) => pbkdf2(k(known), Buffer.concat([known.ySC, known.nonces]), 128),
  }),
  'dk2-y-for-ysc': refusedFirst('HS-16 HS-17', 'takes its own y for ySC', {
    ySC: (_, known) => known.y,
  }),
  'dk2-salt-swapped': refusedFirst('HS-17', 'puts the nonces into dk2 in the other order', {
    keySalt: swapped,
  }),
  'dk2-without-nonces': refusedFirst('HS-17', 'leaves the nonces out of dk2', {
    keySalt: () => Buffer.alloc(0),
  }),
  'dk2-from-dk1': refusedFirst('HS-17', 'derives dk2 from dk1 and not from K', {
    dk2: (_, known) => pbkdf2(known.dk1, salt(known), 128),
  }),
  'dk2-from-ysc': refusedFirst('HS-17', 'derives dk2 from ySC and not from K', {
    dk2: (_, known) => pbkdf2(known.ySC, known.nonces, 128),
  }),
  'dk2-two-iterations': refusedFirst('HS-17', 'derives dk2 with two iterations', {
    dk2: (_, known) => pbkdf2Sync(k(known), salt(known), 2, 128, 'sha256'),
  }),
  'dk2-keys-by-kind': refusedFirst('HS-17', 'splits dk2 into E_C, E_S, H_C, H_S', {
    dk2: (dk2) => {
      const [eC, hC, eS, hS] = [0, 32, 64, 96].map((at) => dk2.subarray(at, at + 32));
      return Buffer.concat([eC, eS, hC, hS].filter((each) => each !== undefined));
    },
  }),
  'keys-e-for-h': refusedFirst('HS-17', 'encrypts with H and authenticates with E', {
    keys: ({ e, h }) => ({ e: h, h: e }),
  }),
  'keys-of-other-direction': refusedFirst('HS-18', "seals with the subject's keys", {
    keys: (_, known) => otherKeys(known),
  }),
  'h-of-other-direction': refusedFirst('HS-18 PK-7', "authenticates with the subject's H", {
    keys: ({ e }, known) => ({ e, h: otherKeys(known).h }),
  }),
  'e-of-other-direction': refusedFirst('HS-18 PK-8', "encrypts with the subject's E", {
    keys: ({ h }, known) => ({ e: otherKeys(known).e, h }),
  }),
  'h-hashed': refusedFirst('PK-4', 'hashes H before it is a key of HMAC', {
    macKey: (key) => createHash('sha256').update(key).digest(),
  }),
} satisfies Record<string, Misbehaviour>;
