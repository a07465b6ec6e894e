/** Every vector file has a schema and obeys it, and the check of that can fail. */

import { readdirSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { readVectors } from './read.ts';

type Json = Record<string, unknown>;

/** Strict: it throws on a keyword that it does not know, so that nothing is demanded in vain. */
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });

/** What is wrong with `value`: one line each, beginning with where; empty if it is valid. */
function violations(value: unknown, schema: Json): string[] {
  const validate = ajv.compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message}: ${JSON.stringify(params)}`,
  );
}

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
    expect(violations({ ...content, more: 1 }, schema)).toEqual([
      ' must NOT have additional properties: {"additionalProperty":"more"}',
    ]);
    expect(violations({ ...content, format: 2 }, schema)).toEqual([
      '/format must be equal to constant: {"allowedValue":1}',
    ]);
    const { format: _, ...less } = content;
    expect(violations(less, schema)).toEqual([
      ' must have required property \'format\': {"missingProperty":"format"}',
    ]);
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
    '/connections/0/client/x must be string,null: {"type":["string","null"]}',
    '/connections/0/client/y must match pattern "^[0-9a-f]{512}$": {"pattern":"^[0-9a-f]{512}$"}',
    '/connections/0/clientPackets/0/packets/0/mac must match pattern "^[0-9a-f]{64}$": {"pattern":"^[0-9a-f]{64}$"}',
  ]);
});

test('a schema that demands what is not checked is refused', () => {
  expect(() => violations({}, { type: 'object', minimumProperties: 1 })).toThrow(
    'unknown keyword: "minimumProperties"',
  );
});
