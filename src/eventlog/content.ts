/**
 * What each content keeps of an event or effect: the one place where secrets are left out.
 *
 * A `full` log drops the bytes of erased secrets; a `wire` log drops besides everything that
 * did not cross the cipher socket (KF-8). Both the recorder and `redact` come through here, so
 * that a redacted log holds exactly what a `wire` recording would have held.
 */

import type { ConnectionEffect, ConnectionEvent } from '../protocol/vocabulary.ts';
import type { FullEffect, FullEntry, WireEffect, WireEntry, WireEvent } from './format.ts';

/** The effect as a `full` log keeps it. */
export function withoutErasedSecrets(effect: ConnectionEffect): FullEffect {
  return effect.type === 'eraseSecrets'
    ? { type: 'eraseSecrets', lengths: effect.secrets.map((secret) => secret.length) }
    : effect;
}

/** The event as a `wire` log keeps it. */
//= KF-8
//# K MUST NOT appear in a log, an error message or a process title.
//= KF-9
//# What is derived from K MUST NOT appear in a log, an error message or a process title, unless the
//# operator asks for a record that holds it (`--event-log-content full`).
export function wireEvent(event: ConnectionEvent): WireEvent {
  switch (event.type) {
    // The nonce is on the wire, if it ever gets there: in the entry that sends it.
    case 'connectionAccepted':
    case 'keyPairGenerated':
    case 'sharedSecretComputed':
      return { type: event.type };
    case 'bytesReceived':
      return event.side === 'cipher'
        ? { type: event.type, side: event.side, bytes: event.bytes }
        : { type: event.type, side: event.side, length: event.bytes.length };
    default:
      return event;
  }
}

/** The effect as a `wire` log keeps it. */
export function wireEffect(effect: FullEffect): WireEffect {
  switch (effect.type) {
    case 'computeSharedSecret':
      return { type: effect.type };
    case 'sendBytes':
      return effect.side === 'cipher'
        ? { type: effect.type, side: effect.side, bytes: effect.bytes }
        : { type: effect.type, side: effect.side, length: effect.bytes.length };
    default:
      return effect;
  }
}

/** The entry as a `wire` log keeps it: without derivations as well. */
export function wireEntry(entry: FullEntry): WireEntry {
  return {
    content: 'wire',
    sequence: entry.sequence,
    microseconds: entry.microseconds,
    phase: entry.phase,
    event: wireEvent(entry.event),
    effects: entry.effects.map(wireEffect),
  };
}
