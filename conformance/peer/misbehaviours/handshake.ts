/**
 * Nonces, and y ‖ h with an h that is not the right one (HS-1 to HS-10).
 */

import { randomBytes } from 'node:crypto';
import { flipped, inverted, minimal, reversed } from '../bytes.ts';
import { grind } from '../group.ts';
import { macKeyOf, sharedSecretOf } from '../key.ts';
import { accepted, type Misbehaviour, refused } from '../misbehaviour.ts';
import { HANDSHAKE_LENGTH, NONCE_LENGTH, otherRole, type Role } from '../parameters.ts';
import { before, nonceLate, type Step } from '../plan.ts';
import type { Known } from '../points.ts';
import { pausing } from './writes.ts';

/** What a subject has sent when it has the peer's nonce, and nothing that follows it. */
const answersNonce = (subject: Role) => (subject === 'server' ? NONCE_LENGTH : HANDSHAKE_LENGTH);

/** A client that gets nonce and y ‖ h at once may refuse before it has sent its own. */
const mayAnswer = (subject: Role) => ({
  sends: subject === 'server' ? [NONCE_LENGTH] : [NONCE_LENGTH, HANDSHAKE_LENGTH],
});

/** y ‖ h without waiting for the subject's: a server's, too, may send it then (HS-20). */
const messageEarly = (plan: readonly Step[]): readonly Step[] => [
  'send nonce',
  'read nonce',
  'send message',
  'read message',
  ...plan.slice(4),
];

export const nonces = {
  'nonce-zero': accepted('HS-3', 'sends a nonce of zeros', {
    nonce: () => Buffer.alloc(NONCE_LENGTH),
  }),
  'nonce-ff': accepted('HS-3', 'sends a nonce of bytes FF', {
    nonce: () => Buffer.alloc(NONCE_LENGTH, 0xff),
  }),
  'nonce-mirrored': accepted('HS-2 HS-3', "sends the subject's own nonce", {
    plan: nonceLate,
    nonce: (_, known) => known.peerNonce,
  }),
  'nonce-again': accepted('HS-1 HS-3', 'sends the nonce of an earlier connection', {
    nonce: (nonce, known) => known.earlier?.nonce ?? nonce,
  }),
  'nonce-late': accepted('HS-2', "sends nothing before it has the subject's nonce", {
    plan: nonceLate,
  }),
  'nonce-withheld': accepted(
    'HS-2 HS-7 HS-9',
    'is silent, and sends its nonce later',
    { plan: (plan) => ['look', ...nonceLate(plan)] },
    { looks: [{ sent: NONCE_LENGTH }] },
  ),
  'nonce-in-two': accepted(
    'HS-7 HS-9 HS-20',
    'sends 31 bytes of its nonce, and later the last',
    { writes: pausing(NONCE_LENGTH - 1) },
    { looks: [{ sent: NONCE_LENGTH }] },
  ),
  'nonce-short': refused(
    'HS-3 HS-10',
    'sends a nonce of 31 bytes, and a byte after its y ‖ h',
    {
      plan: messageEarly,
      nonce: (nonce) => nonce.subarray(1),
      message: (message) => Buffer.concat([message, Buffer.alloc(1)]),
    },
    { deaf: true, reaction: mayAnswer },
  ),
  'nonce-long': refused('HS-3 HS-10', 'sends a nonce of 33 bytes', {
    nonce: (nonce) => Buffer.concat([nonce, Buffer.from([0x55])]),
  }),
  'nonce-never': refused(
    'HS-6 HS-10',
    'sends y ‖ h and no nonce',
    {
      plan: messageEarly,
      nonce: () => Buffer.alloc(0),
      message: (message) => Buffer.concat([message, Buffer.alloc(NONCE_LENGTH)]),
    },
    { deaf: true, reaction: mayAnswer },
  ),
} satisfies Record<string, Misbehaviour>;

/** A y ‖ h of which nothing but h is wrong. */
export const proofs = {
  // The plain end of a client has spoken by then: nothing of that may have been sent (CN-6).
  'message-withheld': accepted(
    'HS-7 HS-9 CN-6',
    'sends its nonce, and its y ‖ h later',
    { plan: (plan) => before(plan, 'send message', 'look') },
    { reaction: (subject) => ({ looks: [{ sent: answersNonce(subject) }] }) },
  ),
  'message-in-two': accepted(
    'HS-9 HS-15 HS-20',
    'sends y ‖ h but for its last byte, and that later',
    { writes: pausing(HANDSHAKE_LENGTH - 1) },
    { reaction: (subject) => ({ looks: [{ sent: answersNonce(subject) }] }) },
  ),
  'message-early': accepted(
    'HS-7 HS-20',
    "sends y ‖ h as a server before it has read the client's",
    { plan: messageEarly },
    { subjects: ['client'] },
  ),
  'h-first-bit': refused('HS-10', 'flips a bit in the first byte of h', {
    h: (h) => flipped(h, 0),
  }),
  'h-last-bit': refused('HS-10', 'flips a bit in the last byte of h', {
    h: (h) => flipped(h, -1),
  }),
  'h-first-16-right': refused('HS-10', 'sends an h of which only bytes 0 to 15 are right', {
    h: (h) => inverted(h, 16, 32),
  }),
  'h-last-16-right': refused('HS-10', 'sends an h of which only bytes 16 to 31 are right', {
    h: (h) => inverted(h, 0, 16),
  }),
  'h-first-4-right': refused('HS-10', 'sends an h of which only bytes 0 to 3 are right', {
    h: (h) => inverted(h, 4, 32),
  }),
  'h-reversed': refused('HS-10', 'sends the bytes of h from last to first', { h: reversed }),
  'h-zero': refused('HS-10', 'sends an h of zeros', { h: (h) => Buffer.alloc(h.length) }),
  'h-ff': refused('HS-10', 'sends an h of bytes FF', { h: (h) => Buffer.alloc(h.length, 0xff) }),
  'h-of-other-role': refused('HS-5 HS-10', "makes h with the other role's MAC key", {
    hKey: (_, known) => macKeyOf(known.dk1, otherRole(known.role)),
  }),
  'h-of-k': refused('HS-5 HS-10', 'makes h with K itself', {
    hKey: (_, known) => sharedSecretOf(known.keyFile),
  }),
  'h-without-key': refused('HS-10', 'makes h with no key', { hKey: () => Buffer.alloc(0) }),
  'h-over-nonces': refused('HS-7 HS-10', 'makes h over the nonces and y', {
    hInput: (y, known) => Buffer.concat([known.nonces, y]),
  }),
  'h-over-minimal-y': refused('HS-6 HS-10', 'makes h over y without its leading zeros', {
    own: (own) => grind(own, { y: 1 }),
    hInput: minimal,
  }),
  'h-over-shared-nonce': refused('HS-7 HS-10', "makes h over y and the subject's nonce", {
    hInput: (y, known) => Buffer.concat([y, known.peerNonce]),
  }),
  'y-first-bit': refused('HS-10', 'flips a bit in the first byte of y, when h is made', {
    message: (message) => flipped(message, 0),
  }),
  'y-middle-bit': refused('HS-10', 'flips a bit in the middle of y, when h is made', {
    message: (message) => flipped(message, 128),
  }),
  'y-last-bit': refused('HS-10', 'flips a bit in the last byte of y, when h is made', {
    message: (message) => flipped(message, 255),
  }),
  'message-of-earlier': refused('HS-1 HS-10', 'replays the y ‖ h of an earlier connection', {
    message: (message, known) => known.earlier?.message ?? message,
  }),
  'message-of-earlier-with-nonce': refused(
    'HS-1 HS-10',
    'replays nonce and y ‖ h of an earlier connection',
    {
      nonce: (nonce, known) => known.earlier?.nonce ?? nonce,
      message: (message, known) => known.earlier?.message ?? message,
    },
  ),
  'message-reflected': refused(
    'HS-3 HS-10',
    'sends back all that the client sends',
    {
      plan: nonceLate,
      nonce: (_, known) => known.peerNonce,
      message: (_, known) => known.peerMessage,
    },
    { subjects: ['client'] },
  ),
  'nonce-reflected-ten-times': refused(
    'HS-3 HS-10',
    'sends back the only thing that a server says, ten times',
    { plan: nonceLate, nonce: (_, known) => known.peerNonce, message: nineNonces },
    { subjects: ['server'] },
  ),
  'message-random': refused('HS-10', 'sends random bytes as y ‖ h', {
    message: (message) => randomBytes(message.length),
  }),
} satisfies Record<string, Misbehaviour>;

function nineNonces(_message: Buffer, known: Known): Buffer {
  return Buffer.concat(Array.from({ length: 9 }, () => known.peerNonce));
}
