/** Goal: every record is one readable line; bytes show only when asked for, terminals stay safe. */

import { describe, expect, test } from 'vitest';
import { computeSharedSecret, createSuite, generateKeyPair } from '../crypto/index.ts';
import type { FullEntry, LogEntry, LogRecord } from './format.ts';
import { readEventLog } from './reader.ts';
import { render } from './render.ts';
import { bytesOf, recordPair } from './testing/recorded-pair.ts';
import { pieces } from './testing/reseal.ts';

async function recordsOf(content: 'wire' | 'full'): Promise<readonly LogRecord[]> {
  const { logs } = await recordPair({
    suite: createSuite(),
    arithmetic: { generateKeyPair, computeSharedSecret },
    content,
    plaintext: { client: [new TextEncoder().encode('hello\n')], server: [bytesOf('c', 2048)] },
  });
  const records: LogRecord[] = [];
  for await (const record of readEventLog(pieces(logs.client))) records.push(record);
  return records;
}

function entry(event: FullEntry['event'], effects: FullEntry['effects'] = []): LogRecord {
  const made: LogEntry = {
    content: 'full',
    sequence: 7,
    microseconds: 1_234_567,
    phase: 'piping',
    event,
    effects,
    derivations: [],
  };
  return { kind: 'entry', line: 8, entry: made };
}

describe('rendering', () => {
  test('gives one line for each record of a connection', async () => {
    const records = await recordsOf('full');
    const text = records.map((record) => render(record, { hex: false, role: 'client' })).join('');
    expect(text.split('\n')).toHaveLength(records.length + 1);
    expect(text).toMatch(
      /^connection recorded-1, client, timeout 5 s, full log by spiped 1.2.3, started 2024-01-31T23:59:59.123Z\n/,
    );
    expect(text).toContain('plain: received 6 bytes → cipher: send 1060 bytes [piping]\n');
    expect(text).toMatch(/closed by both ends; \d+ events; plain 6 bytes in, 2048 out; cipher/);
    expect(text).not.toContain('hello');
  });

  test('shows the bytes of an entry below its line, when asked for', () => {
    const record = entry({
      type: 'bytesReceived',
      side: 'plain',
      bytes: new TextEncoder().encode('0123456789abcdef\u001b[31m'),
    });
    expect(render(record, { hex: true, role: 'client' })).toBe(
      [
        '    7 +1.234567s plain: received 21 bytes [piping]',
        '        bytesReceived.bytes',
        '        000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef',
        '        000010  1b 5b 33 31 6d                                   .[31m',
        '',
      ].join('\n'),
    );
    expect(render(record, { hex: false, role: 'client' }).split('\n')).toHaveLength(2);
  });

  test('has words for every event and effect, in both contents', () => {
    const y = bytesOf('y', 256);
    const records = [
      entry({ type: 'targetConnectFailed', error: 'ECONNREFUSED' }, [
        {
          type: 'closeConnection',
          outcome: { code: 'target-connect-failed', detail: 'ECONNREFUSED' },
        },
      ]),
      entry({ type: 'timerExpired', timer: 'handshake' }),
      entry({ type: 'socketFailed', side: 'cipher', error: 'ECONNRESET' }),
      entry({ type: 'endReceived', side: 'plain' }, [{ type: 'endWriting', side: 'cipher' }]),
      entry({ type: 'endCompleted', side: 'cipher' }),
      entry({ type: 'cancelRequested' }, [{ type: 'stopReading', side: 'plain' }]),
      entry({ type: 'writeCompleted', side: 'cipher', length: 1 }),
      entry({ type: 'sharedSecretComputed', ySC: y }, [{ type: 'computeSharedSecret', x: y, y }]),
      entry({ type: 'keyPairGenerated', x: y, y }, [{ type: 'generateKeyPair' }]),
    ];
    expect(
      records.map((record) => render(record, { hex: false, role: 'client' }).slice(17).trimEnd()),
    ).toEqual([
      'target connect failed: ECONNREFUSED → close: target-connect-failed: could not connect to the target: ECONNREFUSED [piping]',
      'handshake timer expired [piping]',
      'cipher: failed: ECONNRESET [piping]',
      'plain: received end → cipher: send end [piping]',
      'cipher: wrote end [piping]',
      'cancel requested → plain: stop reading [piping]',
      'cipher: wrote 1 byte [piping]',
      'shared secret computed → compute shared secret [piping]',
      'key pair generated → generate key pair [piping]',
    ]);
  });

  test('shows no control character of a log to a terminal', () => {
    const record = entry({
      type: 'socketFailed',
      side: 'plain',
      error: 'E\u001b[2J\n\u009b\u202e',
    });
    expect(render(record, { hex: false, role: 'client' })).toContain(
      'failed: E\\u{1b}[2J\\u{a}\\u{9b}\\u{202e} [',
    );
  });

  test('of a wire log shows what crossed the wire, and lengths of the rest', async () => {
    const records = await recordsOf('wire');
    const text = records.map((record) => render(record, { hex: true, role: 'client' })).join('');
    expect(text).toContain('sendBytes.bytes');
    expect(text).toContain('plain: received 6 bytes');
    expect(text).not.toContain('hello');
  });
});
