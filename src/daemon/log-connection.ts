/**
 * What is said when a connection ends: at `info`, one line for each; and where it ended other
 * than well, one line above that, whose event is the fault's code.
 *
 * The lines are made of addresses, counts and the texts of the fault table, never of data.
 */

import type { LogLevel } from '../config/config.ts';
import type { ConnectionSummary } from '../io/summary.ts';
import { describeCode } from '../io/system-error.ts';
import { type Outcome, textOf } from '../protocol/faults.ts';
import type { Role } from '../protocol/parameters.ts';
import type { Logger } from './log.ts';
import type { LogFields } from './log-format.ts';

/** What the system calls a program that is gone. */
const GONE: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE']);

/** An outcome that is a fault. */
type Fault = Extract<Outcome, { readonly detail?: string }>;

/** Log the end of a connection. `role` is this end's. */
//= CL-47
//# A daemon SHOULD say in one line, for each connection that failed, who caused it and why.
export function logConnectionEnd(logger: Logger, summary: ConnectionSummary, role: Role): void {
  const { peer, target, outcome } = summary;
  const level = levelOf(summary, role);
  const fields = connectionFields(summary);
  if (level !== 'info' && outcome.code !== 'closed' && outcome.code !== 'cancelled') {
    const fault = describeFault(outcome, target, role);
    const message = `connection from ${peer}: ${fault}${describeLoss(summary)}; ${describeIdentity(summary)}`;
    logger.log(level, outcome.code, message, fields);
  }
  logger.log('info', 'connection-ended', describeEnd(summary), fields);
}

/** Who has sent nothing for so long, in milliseconds, did not come to look whether a port is open. */
const LONGEST_PORT_CHECK = 1000;

/**
 * How loud an end is. A program that goes away while the pipe stands, without waiting for what is
 * on its way, is everyday life: a browser that is closed, a client that has what it wanted. Who
 * leaves a server at once and without a byte is no peer with a problem: it is a port check, and
 * those come every few seconds for the life of the daemon. Who stays a while, such as a `-d` end in
 * front of this one, is none. A client's peer is its target: that one has no reason to leave.
 */
function levelOf(
  { outcome, forwardSecrecy, milliseconds }: ConnectionSummary,
  role: Role,
): LogLevel {
  switch (outcome.code) {
    case 'closed':
    case 'cancelled':
      return 'info';
    case 'handshake-not-begun':
      return role === 'server' && milliseconds < LONGEST_PORT_CHECK ? 'info' : 'warn';
    case 'internal-error':
      return 'error';
    case 'plain-socket-failed':
      return forwardSecrecy !== undefined && GONE.has(outcome.detail) ? 'info' : 'warn';
    default:
      return 'warn';
  }
}

/** The fault, with the address that it is about where that is not the one in front. */
function describeFault({ code, detail }: Fault, target: string, role: Role): string {
  const reason = detail === undefined ? '' : `: ${describeCode(detail)}`;
  // A client's peer is behind the target's address; the one in front is a local program's.
  const aboutTarget =
    role === 'client' ? code !== 'plain-socket-failed' : code.startsWith('target-');
  return `${textOf(code, role)}${reason}${aboutTarget ? ` (target ${target})` : ''}`;
}

/** What was accepted from the peer and did not get to the plain side, if anything (CN-26). */
export function describeLoss({ plainBytes: { undelivered } }: ConnectionSummary): string {
  return undelivered === 0 ? '' : `; up to ${undelivered} bytes for the plain side not delivered`;
}

function describeEnd(summary: ConnectionSummary): string {
  const { peer, target, outcome, plainBytes, packets, milliseconds } = summary;
  const amounts = [
    `bytes: ${plainBytes.received} received, ${plainBytes.sent} sent${describeLoss(summary)}`,
    `packets: ${packets.sealed} sealed, ${packets.opened} opened`,
    `${(milliseconds / 1000).toFixed(3)} s`,
    describeIdentity(summary),
  ];
  return `connection from ${peer} to ${target} ended: ${outcome.code}; ${amounts.join('; ')}`;
}

/**
 * What leads from a line to the event log, to the other end's log and to a capture:
 * `id k3x9ab-42; pair 0f1e2d3c4b5a6978; dialled [192.0.2.7]:25 from [192.0.2.1]:41234`.
 */
export function describeIdentity({ id, pair, dialled }: ConnectionSummary): string {
  const parts = [`id ${id}`];
  if (pair !== undefined) parts.push(`pair ${pair}`);
  if (dialled !== undefined) {
    const from = dialled.from === undefined ? '' : ` from ${dialled.from}`;
    parts.push(`dialled ${dialled.to}${from}`);
  }
  return parts.join('; ');
}

/** The fields of all lines about a connection, as documented in spec/logging.md. */
export function connectionFields(summary: ConnectionSummary): LogFields {
  const { id, pair, peer, target, dialled, outcome } = summary;
  const { plainBytes, packets, milliseconds, forwardSecrecy } = summary;
  return {
    connection: id,
    pair,
    peer,
    target,
    targetAddress: dialled?.to,
    localAddress: dialled?.from,
    outcome: outcome.code,
    detail: 'detail' in outcome ? outcome.detail : undefined,
    bytesReceived: plainBytes.received,
    bytesSent: plainBytes.sent,
    bytesUndelivered: plainBytes.undelivered === 0 ? undefined : plainBytes.undelivered,
    packetsSealed: packets.sealed,
    packetsOpened: packets.opened,
    milliseconds: Math.round(milliseconds),
    forwardSecrecy,
  };
}
