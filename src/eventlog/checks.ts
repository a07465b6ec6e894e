/**
 * The checks of `verify.ts`: each is about one fact that a {@link WireObserver} has gathered, and
 * says what was found, or plainly why it could not be checked.
 */

import { FAULTS, type Outcome } from '../protocol/faults.ts';
import { isBelowModulus, isOne } from '../protocol/group14.ts';
import { MAX_MESSAGE_BYTES, NONCE_BYTES, type Role } from '../protocol/parameters.ts';
import type { LogEnd } from './format.ts';
import { counted } from './render.ts';
import { otherRole, type WireObserver } from './wire-observer.ts';

/** One thing that was, or could not be, checked. */
export interface Check {
  readonly name: string;
  /** The requirements that it is about. */
  readonly requirements: readonly string[];
  readonly verdict: 'holds' | 'fails' | 'not checked';
  /** What was found, or why it could not be checked. */
  readonly detail: string;
}

/** Every check, in the order of the protocol. `end` is absent when the log was cut short. */
export function runChecks(wire: WireObserver, end: LogEnd | undefined): readonly Check[] {
  const own = wire.header.role;
  const peer = otherRole(own);
  return [
    nonces(wire),
    mac(wire, 'client'),
    mac(wire, 'server'),
    range(wire, 'client'),
    range(wire, 'server'),
    order(wire),
    packets(wire, 'client'),
    packets(wire, 'server'),
    sealedAmount(wire, own),
    openedAmount(wire, peer, end),
    outcome(wire, end),
  ];
}

function nonces({ streams }: WireObserver): Check {
  const check = checkOf('nonces', ['HS-2', 'HS-3']);
  return streams.client.nonce !== undefined && streams.server.nonce !== undefined
    ? check.holds('both are complete')
    : check.notChecked('the log ends before both were sent');
}

function mac(wire: WireObserver, sender: Role): Check {
  const requirement = sender === 'client' ? 'HS-7' : 'HS-15';
  const check = checkOf(`MAC of the ${sender}'s y`, [requirement, 'HS-10']);
  switch (wire.macHolds(sender)) {
    case undefined:
      return check.notChecked(`the ${sender} did not send it completely`);
    case true:
      return check.holds('was made with this key');
    case false:
      return check.fails(
        sender === wire.header.role
          ? 'was not made with this key: it is not the key that this end ran with'
          : 'was not made with this key: the peer had another, or this is the wrong one, or it ' +
              'was changed on the way',
      );
  }
}

function range({ streams }: WireObserver, sender: Role): Check {
  const check = checkOf(`range of the ${sender}'s y`, ['HS-6', 'HS-11']);
  const { y } = streams[sender];
  if (y === undefined) return check.notChecked(`the ${sender} did not send it completely`);
  if (!isBelowModulus(y)) return check.fails('is not below the modulus');
  return check.holds(isOne(y) ? 'is 1: no forward secrecy (-f)' : 'is below the modulus');
}

function order(wire: WireObserver): Check {
  const check = checkOf('who speaks first', ['HS-9']);
  if (wire.serverSpokeEarly) {
    return check.fails("the server sent more than its nonce before the client's y and h");
  }
  return wire.streams.server.total > NONCE_BYTES
    ? check.holds("the server's y came after the client's y and h")
    : check.notChecked('the server sent no more than its nonce');
}

function packets(wire: WireObserver, sender: Role): Check {
  const check = checkOf(`packets of the ${sender}`, ['PK-1', 'PK-4', 'PK-5', 'PK-7', 'PK-8']);
  const { packets: count, trailing, failure, opened } = wire.streams[sender];
  const found =
    counted(count, 'packet') + (trailing === 0 ? '' : `, then ${trailing} bytes of another`);
  if (count === 0) return check.notChecked(`there is no whole one (${found})`);
  if (wire.packets !== 'readable') return check.notChecked(`${found}; ${whyUnreadable(wire)}`);
  if (failure === undefined) {
    const lengths = `every MAC holds, in order, and every length is 1 to ${MAX_MESSAGE_BYTES}`;
    return check.holds(`${found}: ${lengths}; ${opened.bytes} bytes of plaintext`);
  }
  return check.fails(
    `packet ${failure.packet} of ${count} (the first is 0): ` +
      (failure.kind === 'mac'
        ? 'its MAC does not hold'
        : `its length is not 1 to ${MAX_MESSAGE_BYTES}`),
  );
}

function whyUnreadable(wire: WireObserver): string {
  switch (wire.packets) {
    case 'key does not fit':
      return 'they cannot be opened, because a MAC of the handshake does not hold';
    case 'forward secrecy':
      return (
        'with forward secrecy the key alone does not open them: ' +
        "it takes a private exponent, which only a 'full' log holds"
      );
    default:
      return 'the log ends before their keys are known';
  }
}

/** What came from our plain side is all in our packets. */
function sealedAmount(wire: WireObserver, own: Role): Check {
  const check = checkOf(`amount sealed by the ${own}`, ['CN-8', 'PK-1', 'PK-6']);
  const { packets: count, opened } = wire.streams[own];
  const { plainReceived: received } = wire.bytes;
  const recorded = `${received} bytes were received on the plain side`;
  if (wire.packets === 'readable') {
    const found = `${recorded}, ${opened.bytes} are in the packets`;
    return opened.bytes === received ? check.holds(found) : check.fails(found);
  }
  const found = `${recorded}, ${counted(count, 'packet')} of 1 to ${MAX_MESSAGE_BYTES} bytes sent`;
  const fits = count <= received && received <= count * MAX_MESSAGE_BYTES;
  return fits ? check.holds(found) : check.fails(found);
}

/**
 * What is in the peer's packets was all given to our plain side; where the connection did not
 * come to its end, some of it may not have been.
 */
function openedAmount(wire: WireObserver, peer: Role, end: LogEnd | undefined): Check {
  const check = checkOf(`amount opened from the ${peer}`, ['CN-8', 'PK-1', 'PK-11']);
  const { packets: count, opened } = wire.streams[peer];
  const { plainSent: sent } = wire.bytes;
  const recorded = `${sent} bytes were sent to the plain side`;
  const code = end?.outcome?.code;
  const complete = code === 'closed' || code === 'packet-truncated';
  const atMost = wire.packets === 'readable' ? opened.bytes : count * MAX_MESSAGE_BYTES;
  const atLeast = !complete ? 0 : wire.packets === 'readable' ? opened.bytes : count;
  const found =
    wire.packets === 'readable'
      ? `${recorded}, ${opened.bytes} are in the packets`
      : `${recorded}, ${counted(count, 'packet')} of 1 to ${MAX_MESSAGE_BYTES} bytes received`;
  return atLeast <= sent && sent <= atMost ? check.holds(found) : check.fails(found);
}

/** The recorded outcome is one that the peer's bytes lead to. */
function outcome(wire: WireObserver, end: LogEnd | undefined): Check {
  const check = checkOf('outcome', ['HS-10', 'HS-11', 'HS-12', 'PK-7', 'PK-8']);
  if (end === undefined) return check.notChecked('the log was cut short');
  if (end.outcome === null) return check.notChecked('the recording ended before the connection');
  const { code } = end.outcome;
  const called = faultOnWire(wire);
  if (called !== undefined && called !== code && DECIDED_BY_PEER.has(code)) {
    return check.fails(`the log says ${code}, but what was received calls for ${called}`);
  }
  if (called === undefined && FAULTS_OF_PEER.has(code)) {
    return code.startsWith('packet-') && wire.packets !== 'readable'
      ? check.notChecked(`${code}: ${whyUnreadable(wire)}`)
      : check.fails(`the log says ${code}, but what was received does not call for it`);
  }
  const requirement =
    code === 'closed' || code === 'cancelled' ? 'CN-12' : FAULTS[code].requirement;
  return check.holds(code === 'cancelled' ? code : `${code} (${requirement})`);
}

/** The fault that the peer's bytes lead to, as soon as this end gets to check them. */
function faultOnWire(wire: WireObserver): Outcome['code'] | undefined {
  const peer = otherRole(wire.header.role);
  const { y, failure } = wire.streams[peer];
  if (wire.macHolds(peer) === false) return 'handshake-mac-mismatch';
  if (wire.macHolds(peer) === true && y !== undefined) {
    if (!isBelowModulus(y)) return 'handshake-value-out-of-range';
    if (wire.header.policy.requireForwardSecrecy && isOne(y)) {
      return 'handshake-without-forward-secrecy';
    }
  }
  switch (failure?.kind) {
    case 'mac':
      return 'packet-mac-mismatch';
    case 'length':
      return 'packet-length-invalid';
    default:
      return undefined;
  }
}

const FAULTS_OF_PEER: ReadonlySet<string> = new Set<Outcome['code']>([
  'handshake-mac-mismatch',
  'handshake-value-out-of-range',
  'handshake-without-forward-secrecy',
  'packet-mac-mismatch',
  'packet-length-invalid',
]);

/** Every other outcome (a timer, a lost socket) may come before a fault is found. */
const DECIDED_BY_PEER: ReadonlySet<string> = new Set<string>([
  ...FAULTS_OF_PEER,
  'closed',
  'packet-truncated',
]);

/** The three kinds of result of one check. */
function checkOf(name: string, requirements: readonly string[]) {
  const result = (verdict: Check['verdict']) => {
    return (detail: string): Check => ({ name, requirements, verdict, detail });
  };
  return { holds: result('holds'), fails: result('fails'), notChecked: result('not checked') };
}
