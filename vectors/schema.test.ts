/** Every vector file has a schema and obeys it, and the check of that can fail. */

import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readVectors } from './read.ts';
import { violations } from './schema-check.ts';

type Json = Record<string, unknown>;

const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.json'));

test('there are vector files', () => {
  expect(files.length).toBeGreaterThan(0);
});

describe.each(files)('%s', (file) => {
  const schema = readVectors(`schema/${file.replace(/\.json$/, '.schema.json')}`) as Json;
  const content = readVectors(file) as Json;

  test('obeys its schema', () => {
    expect(violations(content, schema)).toEqual([]);
  });

  test('would not with a property more, or one less, or another format', () => {
    expect(violations({ ...content, more: 1 }, schema)).toEqual(['.more: unknown']);
    expect(violations({ ...content, format: 2 }, schema)).toEqual(['.format: is not 1']);
    const { format: _, ...less } = content;
    expect(violations(less, schema)).toEqual(['.format: missing']);
  });
});

test('a violation deep inside is found and says where', () => {
  const schema = readVectors('schema/handshake-and-packets.schema.json') as Json;
  const content = structuredClone(readVectors('handshake-and-packets.json')) as {
    connections: { client: Json; clientPackets: { packets: Json[] }[] }[];
  };
  const [connection] = content.connections;
  const [packet] = connection?.clientPackets[0]?.packets ?? [];
  if (connection === undefined || packet === undefined) throw new Error('no connection');
  connection.client.x = null;
  expect(violations(content, schema)).toEqual([]);
  connection.client.x = 7;
  connection.client.y = '01';
  packet.mac = 'AB'.repeat(32);
  expect(violations(content, schema)).toEqual([
    '.connections[0].client.x: is number, not string,null',
    '.connections[0].client.y: not ^[0-9a-f]{512}$',
    '.connections[0].clientPackets[0].packets[0].mac: not ^[0-9a-f]{64}$',
  ]);
});
