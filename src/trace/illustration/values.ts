/**
 * The values of a handshake, from K to the packet keys, each with its formula: what a reader has
 * to compute to check the page (HS-5, HS-8, HS-16, HS-17). What must not be shown says so instead.
 */

import { isOne } from '../../protocol/group14.ts';
import type { Role } from '../../protocol/parameters.ts';
import type { EndHistory } from './end-history.ts';
import { dhmacOf, type EndKeys, packetKeysOf, publicValueOf } from './end-keys.ts';
import { publicValue } from './message-card.ts';
import type { Reveal, Value } from './model.ts';
import { letterOf, type WireView } from './wire-view.ts';

/** What the values are taken from. */
export interface ValueSources {
  readonly ends: readonly { readonly history: EndHistory; readonly keys: EndKeys }[];
  readonly secret: Uint8Array | undefined;
  readonly reveal: Reveal;
}

const WITHHELD = 'withheld: --secrets puts it on the page';
const UNKNOWN = 'not known from the log and the key that were given';
const ABSENT = 'not in the log: it did not come to this';

/** Every value, in the order in which it comes about. */
export function valuesOf(sources: ValueSources): readonly Value[] {
  const { ends, reveal } = sources;
  const find = (of: (keys: EndKeys) => Uint8Array | undefined): Uint8Array | undefined =>
    ends.map(({ keys }) => of(keys)).find((bytes) => bytes !== undefined);
  const hidden = (bytes: Uint8Array | undefined): Value['content'] =>
    bytes === undefined ? UNKNOWN : reveal === 'wire' ? WITHHELD : bytes;
  const value = (
    name: string,
    length: number,
    formula: string,
    requirements: readonly string[],
    content: Value['content'],
  ): Value => ({ name, length, formula, requirements, content });
  const nonce = (role: Role): Value =>
    value(
      `nonce${letterOf(role)}`,
      32,
      `32 fresh random bytes of the ${role}`,
      ['HS-1'],
      complete(viewOf(ends, role), 'nonce', 32),
    );
  const dhmac = (role: Role): Value =>
    value(
      `dhmac${letterOf(role)}`,
      32,
      `dk1, bytes ${role === 'client' ? '0–31' : '32–63'}`,
      ['HS-5'],
      hidden(find((keys) => dhmacOf(keys, role))),
    );
  const packetKey = (role: Role, which: 'e' | 'h', range: string): Value =>
    value(
      `${which === 'e' ? 'E' : 'H'}_${letterOf(role)}`,
      32,
      `dk2, bytes ${range}`,
      ['HS-17', 'HS-18'],
      hidden(find((keys) => packetKeysOf(keys, role)?.[which])),
    );
  const ySC = find((keys) => keys.ySC);
  const weak = ySC !== undefined && isOne(ySC);
  return [
    value('K', 32, 'SHA-256(key file)', ['KF-1'], secretContent(sources)),
    nonce('client'),
    nonce('server'),
    value('dk1', 64, 'PBKDF2(K, nonceC ‖ nonceS, 64)', ['HS-5'], hidden(find(({ dk1 }) => dk1))),
    dhmac('client'),
    dhmac('server'),
    ...publicValues(sources, 'client', hidden),
    ...publicValues(sources, 'server', hidden),
    value(
      'ySC',
      256,
      weak ? '1, because yC or yS is 1' : 'yS^eC mod p = yC^eS mod p',
      ['HS-14', 'HS-16'],
      weak ? ySC : hidden(ySC),
    ),
    value(
      'dk2',
      128,
      'PBKDF2(K, nonceC ‖ nonceS ‖ ySC, 128)',
      ['HS-17'],
      hidden(find(({ dk2 }) => dk2)),
    ),
    packetKey('client', 'e', '0–31'),
    packetKey('client', 'h', '32–63'),
    packetKey('server', 'e', '64–95'),
    packetKey('server', 'h', '96–127'),
  ];
}

/** K: shown only where everything is. */
function secretContent({ ends, secret, reveal }: ValueSources): Value['content'] {
  if (secret === undefined || ends.every(({ keys }) => !keys.secretFits)) return UNKNOWN;
  return reveal === 'everything' ? secret : 'never shown: it opens other connections too';
}

/** x, y and h of an end. */
function publicValues(
  { ends }: ValueSources,
  role: Role,
  hidden: (bytes: Uint8Array | undefined) => Value['content'],
): readonly Value[] {
  const letter = letterOf(role);
  const view = viewOf(ends, role);
  const y = view === undefined ? undefined : publicValueOf(view);
  const own = ends.find(({ history }) => history.header.role === role)?.history;
  const weak = y !== undefined && isOne(y);
  const whole = view?.message('public value')?.bytes;
  const described = publicValue(role, y ?? new Uint8Array());
  return [
    {
      name: `x${letter}`,
      length: 32,
      formula: `256 fresh random bits of the ${role}; e${letter} = 2²⁵⁸ + x${letter}`,
      requirements: ['HS-8'],
      content: weak ? 'none: y is 1 (-f)' : hidden(own?.secrets.x),
    },
    {
      ...{ name: `y${letter}`, length: 256, content: y ?? ABSENT },
      formula: described.formula,
      requirements: described.requirements,
    },
    {
      name: `h${letter}`,
      length: 32,
      formula: `HMAC(dhmac${letter}, y${letter})`,
      requirements: [role === 'client' ? 'HS-7' : 'HS-15'],
      content: y === undefined || whole === undefined ? ABSENT : whole.subarray(256),
    },
  ];
}

function complete(
  view: WireView | undefined,
  what: 'nonce' | 'public value',
  length: number,
): Value['content'] {
  const bytes = view?.message(what)?.bytes;
  return bytes?.length === length ? bytes : ABSENT;
}

/** What an end sent: as it says itself, if its log is here. */
function viewOf(ends: ValueSources['ends'], sender: Role): WireView | undefined {
  const own = ends.find(({ history }) => history.header.role === sender);
  return own?.history.sent ?? ends[0]?.history.received;
}
