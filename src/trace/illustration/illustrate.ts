/**
 * From event logs to an illustration: the one log of an end, or the logs of both.
 *
 * Pure but for reading the records it is given. It says what it cannot show, and leaves out what
 * it must not: K is in the result only when everything is to be shown (KF-8).
 */

import { describeAmounts, type LogRecord, otherRole, printable } from '../../eventlog/index.ts';
import type { CryptoSuite } from '../../protocol/suite.ts';
import { cardsOf, type KeyedEnd } from './cards.ts';
import { describeLeftOut, type EndHistory, type Limits, readEndHistory } from './end-history.ts';
import { endKeys, noncesOf } from './end-keys.ts';
import type { Fact, Illustration, RecordedEnd, Reveal } from './model.ts';
import { endingOf, momentsOf } from './moments.ts';
import { valuesOf } from './values.ts';

/** What an illustration is made from. */
export interface IllustrateOptions {
  /** The records of one log, or of the logs of both ends, as `readEventLog` yields them. */
  readonly logs: readonly AsyncIterable<LogRecord>[];
  readonly suite: CryptoSuite;
  /** K, 32 bytes. Without it, the keys that a `full` log holds are used, if there is one. */
  readonly secret?: Uint8Array | undefined;
  readonly reveal: Reveal;
  readonly title?: string;
  readonly subject?: string;
  readonly limits?: Limits;
}

/** What came of it. */
export interface IllustrateResult {
  readonly illustration: Illustration;
  /** A log that could be shown in part only: its place among the given ones, and what is wrong. */
  readonly truncation: { readonly log: number; readonly message: string } | undefined;
}

/** Two logs that are not those of the two ends of one connection. */
export class NotOneConnection extends Error {}

/** Enough for a conversation; more would make a page that no browser likes. */
export const DEFAULT_LIMITS: Limits = {
  events: { first: 300, last: 100 },
  packets: { first: 12, last: 8 },
};

/**
 * Illustrate one connection. Rejects with the reader's error when a log is damaged, and with
 * {@link NotOneConnection} when two logs do not belong together.
 */
export async function illustrate(options: IllustrateOptions): Promise<IllustrateResult> {
  const { suite, secret, reveal, limits = DEFAULT_LIMITS } = options;
  const histories: EndHistory[] = [];
  for (const log of options.logs) histories.push(await readEndHistory(log, suite, limits));
  requireOneConnection(histories);
  const truncated = histories.findIndex(({ truncation }) => truncation !== undefined);
  const message = histories[truncated]?.truncation?.message;
  histories.sort((a, b) => (a.header.role < b.header.role ? -1 : 1));
  const ends: readonly KeyedEnd[] = histories.map((history) => ({
    history,
    keys: endKeys(history, suite, secret),
  }));
  const cards = cardsOf(ends, suite, reveal);
  return {
    illustration: {
      title: options.title ?? defaultTitle(histories),
      subject: options.subject ?? '',
      ends: histories.map(recordedEnd),
      remarks: remarksOf(ends, secret !== undefined, reveal),
      moments: momentsOf(histories, cards),
      messages: cards.messages,
      values: valuesOf({ ends, secret, reveal }),
    },
    truncation: message === undefined ? undefined : { log: truncated, message },
  };
}

/** Logs of the same connection are of two roles and, if they got so far, one pair of nonces. */
function requireOneConnection([a, b]: readonly EndHistory[]): void {
  if (a === undefined || b === undefined) return;
  if (a.header.role === b.header.role) {
    throw new NotOneConnection(
      `both logs are of a ${a.header.role}: the other end has another role`,
    );
  }
  const [one, other] = [noncesOf(a), noncesOf(b)];
  if (one === undefined || other === undefined) return;
  // One half may differ, where somebody changed a nonce on its way; both do only by mistake.
  const half = one.length / 2;
  const same = (start: number): boolean =>
    one.subarray(start, start + half).every((byte, i) => byte === other[start + i]);
  if (!same(0) && !same(half)) {
    throw new NotOneConnection('the logs are of two connections: their nonces differ');
  }
}

function defaultTitle(histories: readonly EndHistory[]): string {
  const names = histories.map(({ header }) => printable(header.connection));
  return `Connection ${names.join(' and ')}`;
}

function recordedEnd({ header, end, truncation }: EndHistory): RecordedEnd {
  const { role, policy, software } = header;
  const flags = [
    role === 'client' ? '-e' : '-d',
    ...(policy.weak ? ['-f'] : []),
    ...(policy.requireForwardSecrecy ? ['-g'] : []),
    `-o ${header.timeoutMilliseconds / 1000}`,
    ...(header.dial === 'after-handshake' ? ['--dial after-handshake'] : []),
  ];
  const facts: Fact[] = [
    { name: 'runs as', value: flags.join(' ') },
    { name: 'log', value: `${header.content}, by ${software.name} ${software.version}` },
    { name: 'started', value: header.started },
  ];
  if (end !== undefined) {
    const amounts = describeAmounts(end);
    facts.push(
      { name: 'plain side', value: amounts.plain },
      { name: 'cipher side', value: amounts.cipher },
    );
  }
  const ending = endingOf(end?.outcome, role);
  return {
    role,
    facts: facts.map(({ name, value }) => ({ name, value: printable(value) })),
    ending:
      truncation === undefined
        ? { ...ending, text: printable(ending.text) }
        : { ...ending, text: `the log was cut short: ${truncation.message}` },
  };
}

/** What the page shows and does not show, in sentences. */
function remarksOf(ends: readonly KeyedEnd[], withKey: boolean, reveal: Reveal): readonly string[] {
  const remarks: string[] = [];
  const [only, other] = ends;
  if (only !== undefined && other === undefined) {
    const { role } = only.history.header;
    const peer = otherRole(role);
    remarks.push(
      `Only the ${role} was recorded. What is said of the ${peer}'s machine ` +
        'is inferred from what has arrived of it; it may be further.',
    );
  }
  for (const { history, keys } of ends) {
    const { role, content } = history.header;
    if (content === 'wire') {
      remarks.push(
        `The ${role}'s log is a wire log: its states are the recorded phases and the amounts on ` +
          'the wire. It holds no plaintext and no exponent.',
      );
    }
    if (!keys.secretFits) {
      remarks.push(`The key that was given is not the one that the ${role} ran with.`);
    }
    const packets = history.sent.packets + history.received.packets;
    if (keys.dk2 === undefined && (packets > 0 || keys.dk1 === undefined)) {
      remarks.push(whyNoPackets(withKey, keys.dk1 !== undefined, role));
    }
    const leftOut = describeLeftOut(history);
    if (leftOut !== '') remarks.push(`Of the ${role}'s log, ${leftOut}`);
  }
  remarks.push(SECRETS[reveal]);
  return remarks;
}

function whyNoPackets(withKey: boolean, withMacKeys: boolean, role: string): string {
  if (withMacKeys) {
    return (
      `Packets as the ${role} saw them are not opened: their keys were never made, or need ySC, ` +
      'which with forward secrecy only a full log holds.'
    );
  }
  return withKey
    ? `Neither MACs nor packets of the ${role} can be checked: there is no dk1.`
    : `There is no key (--key) for the ${role}'s log, so its MACs are not checked and its packets ` +
        'not opened. Lengths, ranges and order need none.';
}

const SECRETS: Readonly<Record<Reveal, string>> = {
  wire:
    'The bytes on this page are those that crossed the wire, and no others: it may go wherever a ' +
    'capture of the traffic may go.',
  connection:
    'This page shows the plaintext and the keys of this connection. K, which opens others, is not ' +
    'in it.',
  everything: 'This page shows everything, K too: its keys are public.',
};
