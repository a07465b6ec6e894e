/** The connection between the ends, or one of the programs outside them, breaks off. */

import { readFileSync } from 'node:fs';
import { writeForever } from '../../interop/receiver.ts';
import { echo, stream } from '../../interop/targets.ts';
import { newAddress } from '../../subjects/addresses.ts';
import { blockPort } from '../../survival/blocked-port.ts';
import { breakOff, HANDSHAKE_BYTES } from '../../survival/wire-peer.ts';
import { type Chapter, type Expectation, SILENCE, type Situation } from '../situation.ts';
import type { Stage } from '../stage.ts';
import type { Harm } from '../wire.ts';

const LOST: Expectation = { says: [/the connection to the peer was lost/] };
const LOST_OR_CUT: Expectation = {
  says: [/the connection to the peer was lost|the peer's stream ended inside a packet/],
};
/** What the end whose packets were harmed sees of it: the other one goes. */
const MAY_LOSE: Expectation = { says: [], maySay: [/the connection to the peer was lost/] };

/** Something happens on the wire while a client sends 100 kB. */
function harmed(
  id: string,
  harm: Harm,
  expected: Readonly<Record<'-e' | '-d', Expectation>>,
): Situation {
  return {
    id,
    ends: 'both',
    expected,
    async run(stage) {
      const target = await stage.target(echo);
      const server = await stage.daemon('-d', target.address);
      const client = await stage.daemon('-e', await stage.wire(server.source, harm));
      const visitor = await stage.client(client.source, Buffer.alloc(100_000));
      visitor.socket.end();
      await visitor.received.over();
      visitor.socket.destroy();
    },
  };
}

/** One end is killed while both sides send. */
async function kill(stage: Stage, role: '-e' | '-d'): Promise<void> {
  const target = await stage.target(stream);
  const server = await stage.daemon('-d', target.address);
  const client = await stage.daemon('-e', server.source);
  const visitor = await stage.client(client.source);
  void writeForever(visitor.socket);
  await visitor.received.reached(1_000_000);
  const visit = await target.visit();
  await (role === '-e' ? client : server).program.kill('SIGKILL');
  if (role === '-d') await visitor.received.over();
  else await visit.received.over();
}

export const breaks: Chapter = {
  title: 'a connection breaks off',
  situations: [
    {
      id: '-d is killed in mid-transfer',
      ends: 'both',
      expected: { '-e': LOST_OR_CUT, '-d': SILENCE },
      run: (stage) => kill(stage, '-d'),
    },
    {
      id: '-e is killed in mid-transfer',
      ends: 'both',
      expected: { '-d': LOST_OR_CUT, '-e': SILENCE },
      run: (stage) => kill(stage, '-e'),
    },
    {
      id: 'a reset after the client has proved the key, before the service answers',
      ends: 'server',
      expected: { '-d': LOST },
      async run(stage) {
        const hole = await newAddress('ipv4', stage.scope.directory);
        if (!('port' in hole.net)) throw new Error('an IPv4 address has a port');
        await blockPort(stage.scope, hole.net.port);
        const server = await stage.daemon('-d', hole);
        const dialogue = { sends: HANDSHAKE_BYTES, waits: false, ending: 'reset' } as const;
        await breakOff(server.source, readFileSync(stage.key), dialogue);
      },
    },
    harmed(
      'a reset after the server has proved the key',
      { from: 'server', after: HANDSHAKE_BYTES, does: 'reset' },
      { '-e': LOST, '-d': MAY_LOSE },
    ),
    harmed(
      'a reset when the server has sent half of its proof',
      { from: 'server', after: HANDSHAKE_BYTES - 100, does: 'reset' },
      {
        '-e': { says: [/the connection to the peer was lost while it sent its proof/] },
        '-d': MAY_LOSE,
      },
    ),
    harmed(
      'a packet is tampered with',
      { from: 'client', after: HANDSHAKE_BYTES + 5_000, does: 'flip' },
      { '-d': { says: [/a packet failed authentication \(tampering, /] }, '-e': MAY_LOSE },
    ),
    harmed(
      'the handshake is tampered with',
      { from: 'client', after: HANDSHAKE_BYTES - 50, does: 'flip' },
      {
        '-d': {
          says: [/failed authentication \(different key files, or tampering\)/],
          keyPossible: true,
        },
        '-e': {
          says: [/the service behind the peer cannot be reached, or the two ends have different/],
          keyPossible: true,
        },
      },
    ),
    harmed(
      'the stream is cut inside a packet',
      { from: 'client', after: HANDSHAKE_BYTES + 5_000, does: 'end' },
      { '-d': { says: [/the peer's stream ended inside a packet/] }, '-e': MAY_LOSE },
    ),
    {
      id: 'the service resets in mid-transfer',
      ends: 'both',
      expected: { '-d': SILENCE, '-e': MAY_LOSE },
      async run(stage) {
        const target = await stage.target(stream);
        const server = await stage.daemon('-d', target.address);
        const client = await stage.daemon('-e', server.source);
        const visitor = await stage.client(client.source);
        await visitor.received.reached(100_000);
        (await target.visit()).socket.resetAndDestroy();
        await visitor.received.over();
        visitor.socket.destroy();
      },
    },
    {
      id: 'the client resets in mid-transfer',
      ends: 'both',
      expected: { '-d': MAY_LOSE, '-e': SILENCE },
      async run(stage) {
        const target = await stage.target(stream);
        const server = await stage.daemon('-d', target.address);
        const client = await stage.daemon('-e', server.source);
        const visitor = await stage.client(client.source);
        await visitor.received.reached(100_000);
        visitor.socket.resetAndDestroy();
        await (await target.visit()).received.over();
      },
    },
    {
      id: 'all ends in order',
      ends: 'both',
      expected: { '-d': SILENCE, '-e': SILENCE },
      async run(stage) {
        const target = await stage.target(echo);
        const server = await stage.daemon('-d', target.address);
        const client = await stage.daemon('-e', server.source);
        const visitor = await stage.client(client.source, 'hello');
        visitor.socket.end();
        await visitor.received.reached(5);
        await visitor.received.over();
      },
    },
  ],
};
