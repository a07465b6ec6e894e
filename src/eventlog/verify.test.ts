/**
 * Goal: what the key can prove about a log's bytes is checked, each broken thing is found by
 * the check that is about it, and what cannot be checked is said to be so.
 */

import { beforeAll, describe, expect, test } from 'vitest';
import { computeSharedSecret, createSuite, generateKeyPair } from '../crypto/index.ts';
import { GROUP14_MODULUS } from '../protocol/group14.ts';
import { PACKET_BYTES, type Role } from '../protocol/parameters.ts';
import type { Check } from './checks.ts';
import type { LogContent } from './format.ts';
import { readEventLog } from './reader.ts';
import { bytesOf, type RecordedPairOptions, recordPair, SECRET } from './testing/recorded-pair.ts';
import { pieces, resealed } from './testing/reseal.ts';
import { type VerifyReport, verify } from './verify.ts';

const suite = createSuite();
const WEAK = { weak: true, requireForwardSecrecy: false };
const STRICT = { weak: false, requireForwardSecrecy: true };
const ROLES = ['client', 'server'] as const;
const HANDSHAKE_BYTES = 320;

function record(
  content: LogContent,
  options: Partial<RecordedPairOptions> = {},
): Promise<Readonly<Record<Role, string>>> {
  return recordPair({
    suite,
    arithmetic: { generateKeyPair, computeSharedSecret },
    content,
    plaintext: { client: [bytesOf('a', 3000), bytesOf('b', 1)], server: [bytesOf('c', 2048)] },
    ...options,
  }).then(({ logs }) => logs);
}

function verifyText(log: string, secret = SECRET): Promise<VerifyReport> {
  return verify(readEventLog(pieces(log)), { suite, secret });
}

/** `name: verdict` of every check that does not hold. */
function exceptions({ checks }: VerifyReport): readonly string[] {
  return checks
    .filter(({ verdict }) => verdict !== 'holds')
    .map(({ name, verdict }) => `${name}: ${verdict}`);
}

function checkOf({ checks }: VerifyReport, name: string): Check {
  const check = checks.find((candidate) => candidate.name === name);
  if (check === undefined) throw new Error(`there is no check ${name}`);
  return check;
}

/** A change of one byte of what `from` sends. */
function flip(from: Role, position: number): NonNullable<RecordedPairOptions['onWire']> {
  return (sender, bytes, offset) => {
    const i = position - offset;
    if (sender === from && i >= 0 && i < bytes.length) bytes[i] = (bytes[i] ?? 0) ^ 1;
    return bytes;
  };
}

describe('with the right key', () => {
  test.each(ROLES)('everything in the full log of a %s holds', async (role) => {
    const report = await verifyText((await record('full'))[role]);
    expect(exceptions(report)).toEqual([]);
    expect(checkOf(report, 'packets of the client').detail).toContain('3001 bytes of plaintext');
    expect(report.end?.outcome).toEqual({ code: 'closed' });
  });

  test.each([
    ['the client', { client: WEAK }],
    ['the server', { server: WEAK }],
    ['both', { client: WEAK, server: WEAK }],
  ])(
    'with -f at %s the packets of a wire log are opened too',
    async (_, policies) => {
      const logs = await record('wire', { policies });
      for (const role of ROLES) {
        const report = await verifyText(logs[role]);
        expect(exceptions(report)).toEqual([]);
        expect(checkOf(report, 'packets of the server').detail).toContain(
          '2048 bytes of plaintext',
        );
        expect(checkOf(report, 'packets of the client').detail).toContain(
          '3001 bytes of plaintext',
        );
      }
    },
    60_000,
  );

  test('with forward secrecy a wire log says which packets it could not open, and why', async () => {
    const report = await verifyText((await record('wire')).client);
    expect(exceptions(report)).toEqual([
      'packets of the client: not checked',
      'packets of the server: not checked',
    ]);
    expect(checkOf(report, 'packets of the server').detail).toMatch(/^2 packets; with forward/);
  });

  test('a connection that ended early has what was not reached not checked', async () => {
    const logs = await record('wire', { policies: { client: WEAK, server: STRICT } });
    const report = await verifyText(logs.server);
    expect(report.end?.outcome?.code).toBe('handshake-without-forward-secrecy');
    expect(exceptions(report)).toEqual([
      "MAC of the server's y: not checked",
      "range of the server's y: not checked",
      'who speaks first: not checked',
      'packets of the client: not checked',
      'packets of the server: not checked',
    ]);
    expect(checkOf(report, 'outcome').detail).toContain('HS-12');
  });

  test('a log that was cut short is verified as far as it goes', async () => {
    const log = (await record('wire', { policies: { client: WEAK } })).client;
    const lines = log.split('\n');
    const report = await verifyText(lines.slice(0, -3).join('\n'));
    expect(report.truncation).toMatchObject({ code: 'truncated', line: lines.length - 3 });
    expect(report.end).toBeUndefined();
    expect(checkOf(report, 'packets of the server').verdict).toBe('holds');
    expect(checkOf(report, 'outcome').verdict).toBe('not checked');
    await expect(verifyText('')).rejects.toMatchObject({ code: 'truncated' });
  });

  test('a damaged log is not verified', async () => {
    const log = (await record('wire')).client.replace('"us":', '"us": ');
    await expect(verifyText(log)).rejects.toMatchObject({ code: 'damaged', line: 2 });
  });
});

describe('what is wrong is found', () => {
  test('HS-10: with another key, the MACs', async () => {
    const logs = await record('wire', { policies: { client: WEAK } });
    const report = await verifyText(logs.client, bytesOf('another', 32));
    expect(exceptions(report)).toEqual([
      "MAC of the client's y: fails",
      "MAC of the server's y: fails",
      'packets of the client: not checked',
      'packets of the server: not checked',
      'outcome: fails',
    ]);
    expect(checkOf(report, "MAC of the client's y").detail).toContain(
      'it is not the key that this end ran with',
    );
  });

  test('HS-10: a peer with another key: its MAC, and the outcome fits', async () => {
    const logs = await record('wire', {
      secrets: { client: bytesOf('another', 32), server: SECRET },
    });
    const report = await verifyText(logs.server);
    expect(report.end?.outcome?.code).toBe('handshake-mac-mismatch');
    expect(checkOf(report, "MAC of the client's y").verdict).toBe('fails');
    expect(checkOf(report, 'outcome').verdict).toBe('holds');
  });

  test('HS-11: a y that is not below the modulus, and the outcome fits', async () => {
    const logs = await record('wire', {
      arithmetic: {
        generateKeyPair: (x) => ({ x, y: Uint8Array.from(GROUP14_MODULUS) }),
        computeSharedSecret,
      },
    });
    const report = await verifyText(logs.server);
    expect(report.end?.outcome?.code).toBe('handshake-value-out-of-range');
    expect(checkOf(report, "range of the client's y").verdict).toBe('fails');
    expect(checkOf(report, 'outcome').verdict).toBe('holds');
  });

  test('PK-7: a packet that was changed on the way: its number, and the outcome fits', async () => {
    const logs = await record('wire', {
      policies: { client: WEAK },
      onWire: flip('client', HANDSHAKE_BYTES + 2 * PACKET_BYTES),
    });
    const report = await verifyText(logs.server);
    expect(report.end?.outcome?.code).toBe('packet-mac-mismatch');
    expect(checkOf(report, 'packets of the client')).toMatchObject({
      verdict: 'fails',
      detail: 'packet 2 of 3 (the first is 0): its MAC does not hold',
    });
    expect(checkOf(report, 'outcome').verdict).toBe('holds');
    // What the other end sent was in order.
    expect(checkOf(await verifyText(logs.client), 'packets of the client').verdict).toBe('holds');
  });

  test('PK-7: with forward secrecy, that a bad packet was one cannot be checked', async () => {
    const logs = await record('wire', { onWire: flip('client', HANDSHAKE_BYTES) });
    const report = await verifyText(logs.server);
    expect(report.end?.outcome?.code).toBe('packet-mac-mismatch');
    expect(checkOf(report, 'outcome')).toMatchObject({
      verdict: 'not checked',
      detail: expect.stringContaining('with forward secrecy'),
    });
  });

  test('PK-5: packets in another order', async () => {
    const logs = await record('wire', {
      policies: { client: WEAK },
      onWire: (from, bytes, offset) => {
        if (from !== 'client' || offset !== HANDSHAKE_BYTES) return bytes;
        const first = bytes.slice(0, PACKET_BYTES);
        bytes.copyWithin(0, PACKET_BYTES, 2 * PACKET_BYTES);
        bytes.set(first, PACKET_BYTES);
        return bytes;
      },
    });
    const report = await verifyText(logs.server);
    expect(checkOf(report, 'packets of the client').detail).toContain('packet 0 of 3');
  });

  test('PK-15: packets in another order, which arrive apart: none after the bad one is opened', async () => {
    const log = (await record('wire', { policies: { client: WEAK } })).client;
    const packets = /"sendBytes","side":"cipher","bytes":"([^"]{1000,})"/g;
    const [first = '', second = ''] = [...log.matchAll(packets)].map(([, bytes]) => bytes);
    const swapped = resealed(log, (object) =>
      object.replace(packets, (effect, bytes) =>
        effect.replace(bytes, bytes === first ? second : first),
      ),
    );
    const report = await verifyText(swapped);
    expect(checkOf(report, 'packets of the client').detail).toContain('packet 0 of 4');
    expect(checkOf(report, 'amount sealed by the client').detail).toBe(
      '3001 bytes were received on the plain side, 0 are in the packets',
    );
  });

  test('PK-8: a packet with a length that is not allowed', async () => {
    // A peer that knows the key and makes a packet of 1025 zeros' length out of its first.
    const sealing = createSuite();
    const logs = await record('wire', {
      policies: { client: WEAK },
      suite: {
        ...sealing,
        openPackets: (keys, first, packets) =>
          first === 0n
            ? { plaintext: new Uint8Array(), opened: 0, failure: 'length' }
            : sealing.openPackets(keys, first, packets),
      },
    });
    // The recorded outcome is one that the bytes do not lead to.
    expect(checkOf(await verifyText(logs.server), 'outcome')).toMatchObject({
      verdict: 'fails',
      detail: 'the log says packet-length-invalid, but what was received does not call for it',
    });
    const report = await verify(readEventLog(pieces(logs.server)), {
      suite: {
        ...suite,
        openPackets: () => ({ plaintext: new Uint8Array(), opened: 0, failure: 'length' }),
      },
      secret: SECRET,
    });
    expect(checkOf(report, 'packets of the client').detail).toContain(
      'its length is not 1 to 1024',
    );
    expect(checkOf(report, 'outcome').verdict).toBe('holds');
  });

  test("HS-9: a server that sends its y before it has the client's", async () => {
    const log = (await record('wire')).server;
    // The first byte after its nonce, in the log already when it has no more than that to send.
    const early = '{"type":"sendBytes","side":"cipher","bytes":"AA=="}';
    const changed = resealed(log, (object, line) => {
      if (line === 2) return object.replace('"effects":[', `"effects":[${early},`);
      return object.replace(/"cipherSent":(\d+)/, (_, sent) => `"cipherSent":${Number(sent) + 1}`);
    });
    expect(checkOf(await verifyText(changed), 'who speaks first').verdict).toBe('fails');
  });

  test('CN-8: amounts that do not fit the packets, opened or not', async () => {
    const more = (object: string): string =>
      object
        .replace('"side":"plain","length":3000', '"side":"plain","length":9000')
        .replace('"plainReceived":3001', '"plainReceived":9001')
        .replace('"plainSent":3001', '"plainSent":9001');
    for (const policies of [{}, { client: WEAK }]) {
      const logs = await record('wire', { policies });
      const sealed = await verifyText(resealed(logs.client, more));
      expect(checkOf(sealed, 'amount sealed by the client').verdict).toBe('fails');
      const opened = await verifyText(resealed(logs.server, more));
      expect(checkOf(opened, 'amount opened from the client').verdict).toBe('fails');
    }
  });

  test('CN-8: less given to the plain side than the packets hold, although all went well', async () => {
    const log = (await record('wire', { policies: { client: WEAK } })).server;
    const less = resealed(log, (object) =>
      object
        .replace('"side":"plain","length":3000', '"side":"plain","length":300')
        .replace('"plainSent":3001', '"plainSent":301'),
    );
    expect(checkOf(await verifyText(less), 'amount opened from the client')).toMatchObject({
      verdict: 'fails',
      detail: '301 bytes were sent to the plain side, 3001 are in the packets',
    });
  });

  test('an outcome that the bytes do not lead to', async () => {
    const log = (await record('wire', { policies: { client: WEAK } })).server;
    const changed = resealed(log, (object) =>
      object.replaceAll('{"code":"closed"}', '{"code":"handshake-mac-mismatch"}'),
    );
    expect(checkOf(await verifyText(changed), 'outcome').verdict).toBe('fails');
    const lost = resealed(log, (object) =>
      object.replaceAll('{"code":"closed"}', '{"code":"cipher-socket-failed"}'),
    );
    expect(checkOf(await verifyText(lost), 'outcome').verdict).toBe('holds');
  });
});

describe('a connection whose recording ended first', () => {
  let report: VerifyReport;

  beforeAll(async () => {
    const log = (await record('full')).client;
    report = await verifyText(
      resealed(log, (object) =>
        object
          .replace(/,{"type":"closeConnection","outcome":{"code":"closed"}}/, '')
          .replace('"outcome":{"code":"closed"}', '"outcome":null'),
      ),
    );
  });

  test('has an outcome that is not checked', () => {
    expect(checkOf(report, 'outcome')).toMatchObject({
      verdict: 'not checked',
      detail: 'the recording ended before the connection',
    });
  });
});
