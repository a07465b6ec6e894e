/**
 * The state of a machine in words: of a recorded end, from the replay or, where a `wire` log does
 * not replay, from its phase and counts; of an end without a log, what the wire lets one infer.
 *
 * Phases and counts only: a state holds keys, and none of them is shown here (KF-8).
 */

import type { ConnectionState } from '../../protocol/connection.ts';
import type { Flow } from '../../protocol/flow.ts';
import type { HandshakeState } from '../../protocol/handshake-state.ts';
import {
  NONCE_BYTES,
  PACKET_BYTES,
  PUBLIC_VALUE_MESSAGE_BYTES,
  type Role,
} from '../../protocol/parameters.ts';
import type { PipeState } from '../../protocol/pipe.ts';
import type { Fact, MachineView } from './model.ts';
import { messageAt } from './wire-view.ts';

/** How far the two streams of the wire are. */
export interface WireProgress {
  readonly sent: number;
  readonly received: number;
  readonly endSent: boolean;
  readonly endReceived: boolean;
}

const HANDSHAKE_BYTES = NONCE_BYTES + PUBLIC_VALUE_MESSAGE_BYTES;

/** A state of the core. */
export function replayedState(state: ConnectionState): readonly Fact[] {
  const rows: Fact[] = [{ name: 'connection', value: state.phase }];
  const add = (name: string, value: string): number => rows.push({ name, value });
  if ('handshake' in state) add('handshake', describeHandshake(state.handshake));
  if (state.phase === 'dialingEstablished') {
    add('early packets', `${state.handshake.received.length} bytes kept`);
  }
  if (state.phase === 'piping') describePipe(state.pipe, add);
  if ('flow' in state) describeFlow(state.flow, add);
  if (state.phase === 'delivering' || state.phase === 'closed') add('outcome', state.outcome.code);
  return rows;
}

function describeHandshake(state: HandshakeState): string {
  switch (state.phase) {
    case 'awaitingNonce':
      return `${state.phase}, ${state.received.length} of ${NONCE_BYTES} bytes`;
    case 'awaitingPublicValue':
      return `${state.phase}, ${state.received.length} of ${PUBLIC_VALUE_MESSAGE_BYTES} bytes`;
    default:
      return state.phase;
  }
}

function describePipe(pipe: PipeState, add: (name: string, value: string) => void): void {
  const { sealing, opening, ends } = pipe;
  add(
    'sealing',
    sealing.phase === 'sealing' ? `next is packet ${sealing.packetNumber}` : sealing.phase,
  );
  const partial =
    opening.phase === 'opening' && opening.partial.length > 0
      ? `, ${opening.partial.length} of ${PACKET_BYTES} bytes of it`
      : '';
  add(
    'opening',
    opening.phase === 'opening'
      ? `next is packet ${opening.packetNumber}${partial}`
      : opening.phase,
  );
  add('end of plain side', ends.plain);
  add('end of cipher side', ends.cipher);
}

function describeFlow({ reading, unsent }: Flow, add: (name: string, value: string) => void): void {
  const read = (['plain', 'cipher'] as const).filter((side) => reading[side]);
  add('reads', read.length === 0 ? 'neither side' : read.join(' and '));
  add('not yet written', `plain ${unsent.plain}, cipher ${unsent.cipher} bytes`);
}

/** What a `wire` log says of a state: its phase, and how far the streams are. */
export function recordedState(phase: string, wire: WireProgress): readonly Fact[] {
  return [
    { name: 'connection', value: phase },
    { name: 'sent', value: describeProgress(wire.sent, wire.endSent) },
    { name: 'received', value: describeProgress(wire.received, wire.endReceived) },
  ];
}

function describeProgress(total: number, ended: boolean): string {
  const end = ended ? ', then the end' : '';
  if (total < HANDSHAKE_BYTES) return `${total} of ${HANDSHAKE_BYTES} handshake bytes${end}`;
  const packets = Math.floor((total - HANDSHAKE_BYTES) / PACKET_BYTES);
  const partial = total - messageAt(total).start;
  const rest = partial === 0 ? '' : ` and ${partial} bytes`;
  return `the handshake, ${packets} ${packets === 1 ? 'packet' : 'packets'}${rest}${end}`;
}

/**
 * What must be true of the peer, whose log is not here, when its bytes have arrived. It may be
 * further than that. `wire` is seen from the recorded end; `peer` is the other's role.
 */
export function inferredState(peer: Role, wire: WireProgress): readonly Fact[] {
  const rows: Fact[] = [{ name: 'connection', value: inferPhase(peer, wire.received) }];
  rows.push({ name: 'sent', value: describeProgress(wire.received, wire.endReceived) });
  if (wire.received > HANDSHAKE_BYTES) {
    const packets = Math.ceil((wire.received - HANDSHAKE_BYTES) / PACKET_BYTES);
    rows.push({ name: 'sealing', value: `next is packet ${packets}, or a later one` });
  }
  if (wire.endReceived) {
    rows.push({ name: 'end of its stream', value: 'passed on, or it has gone' });
  }
  return rows;
}

function inferPhase(peer: Role, sent: number): string {
  if (sent === 0) return 'not known: nothing of it has arrived';
  if (sent < HANDSHAKE_BYTES) return 'awaitingNonce or later';
  if (sent > HANDSHAKE_BYTES) return 'piping: it has the packet keys';
  // HS-9: a server that answers has accepted the client's y and h.
  return peer === 'server'
    ? 'computingSharedSecret or later: it has accepted yC ‖ hC'
    : 'awaitingPublicValue or later: it has nonceS';
}

/** Rows as a view, with what is another than in `before`. */
export function viewOf(
  source: MachineView['source'],
  rows: readonly Fact[],
  before: MachineView | undefined,
): MachineView {
  const old = new Map(before?.rows.map(({ name, value }) => [name, value]));
  return {
    source,
    rows: rows.map((row) => ({ ...row, changed: old.get(row.name) !== row.value })),
  };
}
