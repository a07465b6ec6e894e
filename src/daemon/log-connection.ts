/**
 * What is said when a connection ends: at `info`, one line for each; and where it ended other
 * than well, one line above that, whose event is the fault's code.
 *
 * The lines are made of addresses, counts and the texts of the fault table, never of data.
 */

import { getSystemErrorMap } from 'node:util';
import type { LogLevel } from '../cli/config.ts';
import type { ConnectionSummary } from '../io/summary.ts';
import { FAULTS, type Outcome } from '../protocol/faults.ts';
import type { Role } from '../protocol/parameters.ts';
import type { LogFields, Logger } from './log.ts';

/** An outcome that is a fault. */
type Fault = Extract<Outcome, { readonly detail?: string }>;

/** Log the end of a connection. `role` is this end's. */
//= CL-47
//# A daemon SHOULD say in one line, for each connection that failed, who caused it and why.
export function logConnectionEnd(logger: Logger, summary: ConnectionSummary, role: Role): void {
  const { peer, target, outcome } = summary;
  const level = levelOf(outcome, role);
  const fields = fieldsOf(summary);
  if (level !== 'info' && outcome.code !== 'closed' && outcome.code !== 'cancelled') {
    const about = `connection from ${peer}`;
    logger.log(level, outcome.code, `${about}: ${describeFault(outcome, target, role)}`, fields);
  }
  logger.log('info', 'connection-ended', describeEnd(summary), fields);
}

/**
 * How loud an end is. Who leaves a server before saying anything is no peer with a problem: it is
 * a port check, and those come every few seconds for the life of the daemon. A client's peer is
 * its target: that one has no reason to leave.
 */
function levelOf(outcome: Outcome, role: Role): LogLevel {
  switch (outcome.code) {
    case 'closed':
    case 'cancelled':
      return 'info';
    case 'handshake-ended-in-nonce':
      return role === 'server' ? 'info' : 'warn';
    case 'internal-error':
      return 'error';
    default:
      return 'warn';
  }
}

/** The fault, with the address that it is about where that is not the one in front. */
function describeFault({ code, detail }: Fault, target: string, role: Role): string {
  const { text } = FAULTS[code];
  const reason = detail === undefined ? '' : `: ${describeReason(detail)}`;
  // A client's peer is behind the target's address; the one in front is a local program's.
  const aboutTarget =
    role === 'client' ? code !== 'plain-socket-failed' : code.startsWith('target-');
  return `${text}${reason}${aboutTarget ? ` (target ${target})` : ''}`;
}

/** `connection refused (ECONNREFUSED)`; what is no code of the system stays as it is. */
function describeReason(detail: string): string {
  for (const [name, words] of getSystemErrorMap().values()) {
    if (name === detail) return `${words} (${detail})`;
  }
  return detail;
}

function describeEnd(summary: ConnectionSummary): string {
  const { peer, target, outcome, plainBytes, packets, milliseconds } = summary;
  const amounts = [
    `bytes: ${plainBytes.received} received, ${plainBytes.sent} sent`,
    `packets: ${packets.sealed} sealed, ${packets.opened} opened`,
    `${(milliseconds / 1000).toFixed(3)} s`,
  ];
  return `connection from ${peer} to ${target} ended: ${outcome.code}; ${amounts.join('; ')}`;
}

/** The fields of both lines, as documented in spec/logging.md. */
function fieldsOf(summary: ConnectionSummary): LogFields {
  const { peer, target, outcome, plainBytes, packets, milliseconds, forwardSecrecy } = summary;
  return {
    peer,
    target,
    outcome: outcome.code,
    ...('detail' in outcome && outcome.detail !== undefined ? { detail: outcome.detail } : {}),
    bytesReceived: plainBytes.received,
    bytesSent: plainBytes.sent,
    packetsSealed: packets.sealed,
    packetsOpened: packets.opened,
    milliseconds: Math.round(milliseconds),
    ...(forwardSecrecy === undefined ? {} : { forwardSecrecy }),
  };
}
