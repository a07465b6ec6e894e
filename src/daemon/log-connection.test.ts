/** What is said when a connection ends: which lines, how loud, with which fields. */

import { describe, expect, test } from 'vitest';
import type { LogLevel } from '../config/config.ts';
import type { ConnectionSummary } from '../io/summary.ts';
import { FAULTS, type FaultCode, type Outcome, textOf } from '../protocol/faults.ts';
import type { Role } from '../protocol/parameters.ts';
import { logConnectionEnd } from './log-connection.ts';
import type { LogFields } from './log-format.ts';

interface Said {
  readonly level: LogLevel;
  readonly event: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

const SUMMARY: ConnectionSummary = {
  id: 'k3x9ab-42',
  pair: '0f1e2d3c4b5a6978',
  peer: '[192.0.2.1]:4711',
  target: 'mail.example:25',
  dialled: { to: '[192.0.2.7]:25', from: '[192.0.2.2]:33333' },
  outcome: { code: 'closed' },
  plainBytes: { received: 2048, sent: 7, undelivered: 0 },
  packets: { sealed: 2, opened: 1 },
  milliseconds: 1234.56,
  forwardSecrecy: true,
};

function said(
  outcome: Outcome,
  role: Role = 'server',
  summary: ConnectionSummary = SUMMARY,
): readonly Said[] {
  const lines: Said[] = [];
  const log = (level: LogLevel, event: string, message: string, fields?: LogFields): void => {
    // As a line in JSON has them.
    lines.push({ level, event, message, fields: JSON.parse(JSON.stringify(fields)) });
  };
  logConnectionEnd({ log }, { ...summary, outcome }, role);
  return lines;
}

/** The line above `info`, if there is one. */
function loud(
  outcome: Outcome,
  role?: Role,
  milliseconds = SUMMARY.milliseconds,
): string | undefined {
  const lines = said(outcome, role, { ...SUMMARY, milliseconds }).filter(
    ({ level }) => level !== 'info',
  );
  expect(lines.length).toBeLessThanOrEqual(1);
  return lines[0]?.message;
}

const CODES = Object.keys(FAULTS) as FaultCode[];

describe('at info', () => {
  test.each(['closed', 'cancelled', ...CODES] as const)('%s is one line for the end', (code) => {
    const ends = said({ code }).filter(({ level }) => level === 'info');
    expect(ends).toMatchObject([{ event: 'connection-ended', fields: { outcome: code } }]);
  });

  test('the line has peer, target, outcome, bytes each way, packets and duration', () => {
    expect(said({ code: 'closed' })).toEqual([
      {
        level: 'info',
        event: 'connection-ended',
        message:
          'connection from [192.0.2.1]:4711 to mail.example:25 ended: closed; bytes: 2048 received, 7 sent; packets: 2 sealed, 1 opened; 1.235 s; id k3x9ab-42; pair 0f1e2d3c4b5a6978; dialled [192.0.2.7]:25 from [192.0.2.2]:33333',
        fields: {
          connection: 'k3x9ab-42',
          pair: '0f1e2d3c4b5a6978',
          peer: '[192.0.2.1]:4711',
          target: 'mail.example:25',
          targetAddress: '[192.0.2.7]:25',
          localAddress: '[192.0.2.2]:33333',
          outcome: 'closed',
          bytesReceived: 2048,
          bytesSent: 7,
          packetsSealed: 2,
          packetsOpened: 1,
          milliseconds: 1235,
          forwardSecrecy: true,
        },
      },
    ]);
  });
});

test('what did not get to the plain side is told in both lines', () => {
  const summary = { ...SUMMARY, plainBytes: { received: 1, sent: 7, undelivered: 4096 } };
  const lines = said({ code: 'packet-mac-mismatch' }, 'server', summary);
  expect(lines).toHaveLength(2);
  for (const { message, fields } of lines) {
    expect(message).toContain('; up to 4096 bytes for the plain side not delivered;');
    expect(fields).toMatchObject({ bytesSent: 7, bytesUndelivered: 4096 });
  }
});

describe('above info', () => {
  //= CL-47
  //# A daemon SHOULD say in one line, for each connection that failed, who caused it and why.
  test.each(CODES)('%s is one warning of that name, with the peer in it and its fields', (code) => {
    const level = code === 'internal-error' ? 'error' : 'warn';
    const lines = said({ code }).filter((line) => line.level !== 'info');
    expect(lines).toMatchObject([
      { level, event: code, fields: { outcome: code, peer: '[192.0.2.1]:4711' } },
    ]);
    expect(lines[0]?.message).toContain('connection from [192.0.2.1]:4711: ');
    expect(lines[0]?.message).toContain(textOf(code, 'server'));
  });

  //= CN-14
  //# An implementation MUST NOT present the end of a stream (CN-12) as proof that all data arrived.
  test('nothing is said of a good end, nor of one that was asked for', () => {
    expect(loud({ code: 'closed' })).toBeUndefined();
    expect(loud({ code: 'cancelled' })).toBeUndefined();
  });

  test('a port check of a server is no warning; a target that leaves a client is', () => {
    expect(loud({ code: 'handshake-not-begun' }, 'server', 999)).toBeUndefined();
    expect(loud({ code: 'handshake-not-begun' }, 'client', 999)).toContain('mail.example:25');
  });

  test('who stays at a server for a second without a byte is no port check', () => {
    expect(loud({ code: 'handshake-not-begun' }, 'server', 1000)).toContain('another -d');
  });

  test('what a stream looks like follows the text as a word', () => {
    const outcome = { code: 'handshake-foreign-protocol', detail: 'HTTP' } as const;
    expect(loud(outcome, 'server')).toContain('first bytes look like: HTTP;');
    expect(loud(outcome, 'client')).toContain('look like: HTTP (target mail.example:25);');
  });

  test('a target that cannot be reached is named, with the reason in words and code', () => {
    expect(loud({ code: 'target-connect-failed', detail: 'ECONNREFUSED' })).toBe(
      'connection from [192.0.2.1]:4711: could not connect to the target: connection refused (ECONNREFUSED) (target mail.example:25); id k3x9ab-42; pair 0f1e2d3c4b5a6978; dialled [192.0.2.7]:25 from [192.0.2.2]:33333',
    );
  });

  test('a client names its target, which is the peer of its handshake', () => {
    expect(loud({ code: 'handshake-mac-mismatch' }, 'client')).toContain(
      '(target mail.example:25)',
    );
    expect(loud({ code: 'handshake-mac-mismatch' }, 'server')).not.toContain('target');
    expect(loud({ code: 'plain-socket-failed' }, 'client')).not.toContain('target');
  });

  test('a program that goes away while the pipe stands is no warning; before that, it is one', () => {
    const { forwardSecrecy, ...early } = SUMMARY;
    for (const detail of ['ECONNRESET', 'EPIPE']) {
      const outcome: Outcome = { code: 'plain-socket-failed', detail };
      expect(said(outcome).map(({ level }) => level)).toEqual(['info']);
      expect(said(outcome, 'client', early).map(({ level }) => level)).toEqual(['warn', 'info']);
    }
    // A peer that does the same is cut off by somebody, and so is what has another reason.
    expect(loud({ code: 'cipher-socket-failed', detail: 'ECONNRESET' })).toBeDefined();
    expect(loud({ code: 'plain-socket-failed', detail: 'ETIMEDOUT' })).toBeDefined();
  });

  test('what is not known is not said: no pair before the nonces, no address before the target', () => {
    const { pair, dialled, ...early } = SUMMARY;
    const [line] = said({ code: 'handshake-timed-out' }, 'server', early);
    expect(line?.message).toMatch(/; id k3x9ab-42$/);
    expect(Object.keys(line?.fields ?? {})).not.toContain('pair');
    const [unix] = said({ code: 'handshake-timed-out' }, 'server', {
      ...early,
      dialled: { to: '/run/redis.sock' },
    });
    expect(unix?.message).toMatch(/; id k3x9ab-42; dialled \/run\/redis\.sock$/);
    expect(Object.keys(unix?.fields ?? {})).not.toContain('localAddress');
  });

  test('a detail that is no code of the system is said as it is', () => {
    expect(loud({ code: 'internal-error', detail: 'invariant: x' })).toContain(
      ': invariant: x; id ',
    );
    expect(said({ code: 'internal-error', detail: 'invariant: x' })[0]?.fields).toMatchObject({
      detail: 'invariant: x',
    });
  });
});
