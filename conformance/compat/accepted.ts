/**
 * Where ours answers otherwise than C on purpose: each difference with its reason, as data.
 *
 * An entry covers a difference when everything that it names matches. What no entry covers is
 * unexplained, and a failure; an entry that covers nothing any more is one, too.
 */

import type { Difference } from './compare.ts';
import type { Vector } from './vector.ts';

/** One way to differ, and why. */
export interface Accepted {
  readonly id: string;
  /** One sentence for the table. */
  readonly reason: string;
  /** Matches the whole name of an aspect. */
  readonly aspect: RegExp;
  /** What C shows, and what ours shows; anything where absent. */
  readonly c?: RegExp;
  readonly subject?: RegExp;
  /** Matches the words of the command line, joined by spaces; any where absent. */
  readonly line?: RegExp;
  /** Matches the id of the vector; any where absent. */
  readonly vector?: RegExp;
}

/** The entry for vectors in which ours does the same as C, and says more about it. */
export const SAYS_MORE = 'says more';

export const ACCEPTED: readonly Accepted[] = [
  {
    id: 'own option',
    reason: 'C does not have this option: it prints its usage text. Ours are long options only.',
    aspect: /.*/,
    line: / ?--(event-log|log-(level|format)|drain-timeout|dial|workers|help|version)/,
  },
  {
    id: 'bind address',
    reason: 'C has -b since 1.6.3. We have it, with the answers of C 1.6.4.',
    aspect: /.*/,
    line: / -b/,
  },
  {
    id: 'no host',
    reason:
      'An address without a host is refused before any look-up, with the usage text, as C 1.6.4 does.',
    aspect: /usage text|says about: .*|gives the reason: .*|names: .*/,
    line: /(^| )-[st] (:[^ ]*)?( |$)/,
  },
  {
    id: 'impossible port',
    reason: 'C takes a port without brackets modulo 65536, and none as 0. Neither can be meant.',
    aspect: /.*/,
    line: / 127\.0\.0\.1:(65536)?( |$)/,
  },
  {
    id: 'socket left behind',
    reason:
      'A UNIX socket on which nobody listens is replaced. With C, the start after a crash fails.',
    aspect: /.*/,
    vector: /^source socket left behind/,
  },
  {
    id: 'socket removed',
    reason: 'A UNIX socket is removed at the end. C leaves it, and then does not start again.',
    aspect: /file socket/,
    c: /^socket$/,
    subject: /^\(nothing\)$/,
    vector: /SIG(TERM|INT), UNIX socket$/,
  },
  {
    id: 'terminal released',
    reason:
      'A daemon gives up standard input and output of whoever started it. C holds them for good.',
    aspect: /daemon std(in|out)/,
    subject: /^\/dev\/null$/,
  },
  {
    id: 'syslog',
    reason: 'Node cannot write to syslog: the program logger does it for the daemon.',
    aspect: /other programs left/,
    subject: /^logger$/,
    line: /--syslog/,
  },
  {
    id: 'user before return',
    reason:
      'The program ends with 1 when the daemon cannot change its user. With C it has ended with 0 by then.',
    aspect: /outcome/,
    c: /^exit 0$/,
    subject: /^exit 1$/,
    line: /^-d .* -u /,
  },
  {
    id: 'impossible name',
    reason: 'An address that can never be looked up is refused, also with -D. C tries it for ever.',
    aspect: /.*/,
    vector: /^background -D, source that never can be$/,
  },
  {
    id: 'hang-up',
    reason:
      'A daemon in the background ignores SIGHUP: its terminal has nothing to do with it any more.',
    aspect: /after the signal/,
    c: /^gone$/,
    subject: /^serves$/,
    vector: /SIGHUP$/,
  },
  {
    id: 'timed out',
    reason:
      'spipe says what timed out. C has one sentence for every end that it does not distinguish.',
    aspect: /says about: connection lost/,
    c: /^yes$/,
    vector: /^spipe (timed out|key from standard input)/,
  },
  {
    id: SAYS_MORE,
    reason:
      'Ours also names the option, the value or the reason, where C prints only its usage text, or less.',
    aspect: /says in the name of|says about: .*|gives the reason: .*|names: .*/,
    c: /^\(nothing\)$/,
  },
];

/** The first entry that covers a difference. */
export function acceptanceOf(
  vector: Vector,
  difference: Difference,
  accepted: readonly Accepted[] = ACCEPTED,
): Accepted | undefined {
  const line = vector.args.join(' ');
  return accepted.find(
    (each) =>
      new RegExp(`^(?:${each.aspect.source})$`, each.aspect.flags).test(difference.aspect) &&
      (each.c?.test(difference.c) ?? true) &&
      (each.subject?.test(difference.subject) ?? true) &&
      (each.line?.test(line) ?? true) &&
      (each.vector?.test(vector.id) ?? true),
  );
}
