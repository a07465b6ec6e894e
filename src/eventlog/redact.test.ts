/** Goal: a redacted full log is the wire log of the same connection, byte for byte. */

import { describe, expect, test } from 'vitest';
import { computeSharedSecret, createSuite, generateKeyPair } from '../crypto/index.ts';
import { readEventLog } from './reader.ts';
import { redact } from './redact.ts';
import { bytesOf, recordPair } from './testing/recorded-pair.ts';
import { pieces } from './testing/reseal.ts';

const OPTIONS = {
  suite: createSuite(),
  arithmetic: { generateKeyPair, computeSharedSecret },
  plaintext: { client: [bytesOf('a', 3000), bytesOf('b', 1)], server: [bytesOf('c', 10)] },
};

async function redacted(log: string): Promise<string> {
  let text = '';
  for await (const line of redact(readEventLog(pieces(log)))) text += line;
  return text;
}

describe('redaction', () => {
  test('of a full log gives the wire log that would have been recorded', async () => {
    const full = await recordPair({ ...OPTIONS, content: 'full' });
    const wire = await recordPair({ ...OPTIONS, content: 'wire' });
    expect(full.logs.client).not.toBe(wire.logs.client);
    expect(await redacted(full.logs.client)).toBe(wire.logs.client);
    expect(await redacted(full.logs.server)).toBe(wire.logs.server);
  });

  test('of a wire log changes nothing', async () => {
    const { logs } = await recordPair({ ...OPTIONS, content: 'wire' });
    expect(await redacted(logs.client)).toBe(logs.client);
  });

  test('of a log that was cut short is cut short too, and says so', async () => {
    const { logs } = await recordPair({ ...OPTIONS, content: 'full' });
    const lines: string[] = [];
    const cut = logs.client.split('\n').slice(0, 5).join('\n');
    await expect(async () => {
      for await (const line of redact(readEventLog(pieces(cut)))) lines.push(line);
    }).rejects.toMatchObject({ code: 'truncated' });
    expect(lines).toHaveLength(4);
    expect(lines.some((line) => line.startsWith('{"end"'))).toBe(false);
  });
});
