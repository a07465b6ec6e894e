/** The service behind `-d`, or `-d` itself, cannot be reached: the commonest outage. */

import { randomBytes } from 'node:crypto';
import { echo } from '../../interop/targets.ts';
import { newAddress } from '../../subjects/addresses.ts';
import { blockPort } from '../../survival/blocked-port.ts';
import { type Chapter, type Expectation, SILENCE } from '../situation.ts';
import type { Stage } from '../stage.ts';

/**
 * The `-e` end whose peer goes during the handshake: how far that came is a race, but the first
 * cause that it names is the service, whichever others there are.
 */
const SERVICE_FIRST: Expectation = {
  says: [/(the service behind the peer cannot be reached|cannot reach its own target)/],
  never: [/^(?!.*service behind).*different key/],
  keyPossible: true,
};

/** The `-e` end whose peer goes after it has proved the key: in order, or not. */
const LOST_AFTER_PROOF: Expectation = {
  says: [],
  maySay: [/the connection to the peer was lost/],
};

/** A client at `-e`, which sends something and waits for the end of its connection. */
async function visit(stage: Stage, source: Parameters<Stage['client']>[0]): Promise<void> {
  const { received, socket } = await stage.client(source, randomBytes(100));
  await received.over();
  socket.destroy();
}

export const service: Chapter = {
  title: 'the service, or the -d end, is down',
  situations: [
    {
      id: 'the service refuses',
      ends: 'both',
      expected: {
        '-d': {
          says: [/could not connect to the target: connection refused \(ECONNREFUSED\) \(target /],
        },
        '-e': SERVICE_FIRST,
      },
      async run(stage) {
        const server = await stage.daemon('-d', await newAddress('ipv4', stage.scope.directory));
        const client = await stage.daemon('-e', server.source);
        await visit(stage, client.source);
      },
    },
    {
      id: 'the socket of the service is missing',
      ends: 'both',
      expected: {
        '-d': {
          says: [
            /could not connect to the target: no such file or directory \(ENOENT\) \(target \//,
          ],
        },
        '-e': SERVICE_FIRST,
      },
      async run(stage) {
        const server = await stage.daemon('-d', await newAddress('unix', stage.scope.directory));
        const client = await stage.daemon('-e', server.source);
        await visit(stage, client.source);
      },
    },
    {
      id: 'the service does not answer',
      ends: 'both',
      expected: {
        '-d': { says: [/connecting to the target did not complete in time \(-o\) \(target /] },
        '-e': LOST_AFTER_PROOF,
      },
      async run(stage) {
        const hole = await newAddress('ipv4', stage.scope.directory);
        if (!('port' in hole.net)) throw new Error('an IPv4 address has a port');
        await blockPort(stage.scope, hole.net.port);
        const server = await stage.daemon('-d', hole, { patience: 1 });
        const client = await stage.daemon('-e', server.source);
        await visit(stage, client.source);
      },
    },
    {
      id: 'the service refuses, --dial after-handshake',
      ends: 'both',
      onlyOurs: 'server',
      expected: {
        '-d': { says: [/could not connect to the target: connection refused/] },
        '-e': LOST_AFTER_PROOF,
      },
      async run(stage) {
        const nobody = await newAddress('ipv4', stage.scope.directory);
        const more = ['--dial', 'after-handshake'];
        const server = await stage.daemon('-d', nobody, { more });
        const client = await stage.daemon('-e', server.source);
        await visit(stage, client.source);
      },
    },
    {
      id: 'the -d end is down',
      ends: 'client',
      expected: {
        '-e': {
          says: [/could not connect to the target: connection refused \(ECONNREFUSED\) \(target /],
        },
      },
      async run(stage) {
        const client = await stage.daemon('-e', await newAddress('ipv4', stage.scope.directory));
        await visit(stage, client.source);
      },
    },
    {
      id: 'the -d end is down, spipe',
      ends: 'client',
      expected: { spipe: { says: [/could not connect to the target: ECONNREFUSED/] } },
      async run(stage) {
        await stage.spipe(await newAddress('ipv4', stage.scope.directory));
      },
    },
    {
      id: 'the -d end goes after its nonce',
      ends: 'client',
      expected: { spipe: SERVICE_FIRST },
      async run(stage) {
        const target = await stage.target(({ socket }) => socket.end(randomBytes(32)));
        await stage.spipe(target.address);
      },
    },
    {
      id: 'the -d end is stopped before a client comes',
      ends: 'both',
      expected: {
        '-d': SILENCE,
        '-e': { says: [/could not connect to the target: connection refused/] },
      },
      async run(stage) {
        const target = await stage.target(echo);
        const server = await stage.daemon('-d', target.address);
        const client = await stage.daemon('-e', server.source);
        await server.end();
        await visit(stage, client.source);
      },
    },
  ],
};
