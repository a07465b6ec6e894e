/**
 * The values of a handshake, from K to the packet keys, each with its formula: what a reader has
 * to compute to check the page (HS-5, HS-8, HS-16, HS-17). What must not be shown says so instead.
 */

import { macKeyOf, packetKeysOf } from '../../eventlog/index.ts';
import { isOne } from '../../protocol/group14.ts';
import type { Role } from '../../protocol/parameters.ts';
import type { KeyedEnd } from './cards.ts';
import { publicValue } from './message-card.ts';
import type { Reveal, Value } from './model.ts';
import { letterOf, type WireView } from './wire-view.ts';

/** What the values are taken from. */
export interface ValueSources {
  readonly ends: readonly KeyedEnd[];
  readonly secret: Uint8Array | undefined;
  readonly reveal: Reveal;
}

const WITHHELD = 'withheld: --secrets puts it on the page';
const UNKNOWN = 'not known from the log and the key that were given';
const ABSENT = 'not in the log: it did not come to this';

/** Every value, in the order in which it comes about. */
export function valuesOf(sources: ValueSources): readonly Value[] {
  const { ends, reveal } = sources;
  const hidden = (bytes: Uint8Array | undefined): Value['content'] =>
    bytes === undefined ? UNKNOWN : reveal === 'wire' ? WITHHELD : bytes;
  const find = (name: 'dk1' | 'ySC' | 'dk2'): Uint8Array | undefined =>
    ends.map(({ keys }) => keys[name]).find((bytes) => bytes !== undefined);
  const [dk1, ySC, dk2] = [find('dk1'), find('ySC'), find('dk2')];
  const weak = ySC !== undefined && isOne(ySC);

  const nonce = (role: Role): Value =>
    value(
      `nonce${letterOf(role)}`,
      32,
      `32 fresh random bytes of the ${role}`,
      ['HS-1'],
      viewOf(ends, role)?.nonce ?? ABSENT,
    );
  const dhmac = (role: Role): Value =>
    value(
      `dhmac${letterOf(role)}`,
      32,
      `dk1, bytes ${role === 'client' ? '0–31' : '32–63'}`,
      ['HS-5'],
      hidden(dk1 && macKeyOf(dk1, role)),
    );
  /** x, y and h of an end. */
  const publicValues = (role: Role): readonly Value[] => {
    const letter = letterOf(role);
    const { y, h } = viewOf(ends, role) ?? {};
    const { formula, requirements } = publicValue(role, y ?? new Uint8Array());
    const own = ends.find(({ history }) => history.header.role === role);
    return [
      value(
        `x${letter}`,
        32,
        `256 fresh random bits of the ${role}; e${letter} = 2²⁵⁸ + x${letter}`,
        ['HS-8'],
        y !== undefined && isOne(y) ? 'none: y is 1 (-f)' : hidden(own?.history.secrets.x),
      ),
      value(`y${letter}`, 256, formula, requirements, y ?? ABSENT),
      value(
        `h${letter}`,
        32,
        `HMAC(dhmac${letter}, y${letter})`,
        [role === 'client' ? 'HS-7' : 'HS-15'],
        h ?? ABSENT,
      ),
    ];
  };
  const packetKeys = (role: Role, ranges: readonly [string, string]): readonly Value[] =>
    (['e', 'h'] as const).map((which, i) =>
      value(
        `${which.toUpperCase()}_${letterOf(role)}`,
        32,
        `dk2, bytes ${ranges[i]}`,
        ['HS-17', 'HS-18'],
        hidden(dk2 && packetKeysOf(dk2, role)[which]),
      ),
    );

  return [
    value('K', 32, 'SHA-256(key file)', ['KF-1'], secretContent(sources)),
    nonce('client'),
    nonce('server'),
    value('dk1', 64, 'PBKDF2(K, nonceC ‖ nonceS, 64)', ['HS-5'], hidden(dk1)),
    dhmac('client'),
    dhmac('server'),
    ...publicValues('client'),
    ...publicValues('server'),
    value(
      'ySC',
      256,
      weak ? '1, because yC or yS is 1' : 'yS^eC mod p = yC^eS mod p',
      ['HS-14', 'HS-16'],
      weak ? ySC : hidden(ySC),
    ),
    value('dk2', 128, 'PBKDF2(K, nonceC ‖ nonceS ‖ ySC, 128)', ['HS-17'], hidden(dk2)),
    ...packetKeys('client', ['0–31', '32–63']),
    ...packetKeys('server', ['64–95', '96–127']),
  ];
}

function value(
  name: string,
  length: number,
  formula: string,
  requirements: readonly string[],
  content: Value['content'],
): Value {
  return { name, length, formula, requirements, content };
}

/** K: shown only where everything is. */
function secretContent({ ends, secret, reveal }: ValueSources): Value['content'] {
  if (secret === undefined || ends.every(({ keys }) => !keys.secretFits)) return UNKNOWN;
  return reveal === 'everything' ? secret : 'never shown: it opens other connections too';
}

/** What an end sent: as it says itself, if its log is here. */
function viewOf(ends: ValueSources['ends'], sender: Role): WireView | undefined {
  const own = ends.find(({ history }) => history.header.role === sender);
  return own?.history.sent ?? ends[0]?.history.received;
}
