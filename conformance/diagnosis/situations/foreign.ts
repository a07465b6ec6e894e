/** Something else than spiped is at the other end, or the ends are put together wrongly. */

import type { Behaviour } from '../../interop/targets.ts';
import { echo } from '../../interop/targets.ts';
import {
  asPortCheck,
  type Chapter,
  type Expectation,
  SILENCE,
  type Situation,
} from '../situation.ts';
import { CLIENT_OPENINGS, SERVER_OPENINGS } from './openings.ts';

/** What `-d` says of a client without spiped. */
const clientLike = (protocol: string): Expectation => ({
  says: [
    new RegExp(
      `without spiped has reached the encrypted port .*its first bytes look like: ${protocol};`,
    ),
  ],
});

/** What a client end says of a server that is none of spiped's. */
const serverLike = (protocol: string): Expectation => ({
  says: [new RegExp(`not the -d end of a spiped .*its first bytes look like: ${protocol} \\(`)],
});

const SILENT_CLIENT: Expectation = { says: [/the client sent no byte in time \(-o\)/] };
const SILENT_SERVER: Expectation = {
  says: [/the peer took the connection and sent no byte in time \(-o\)/],
};

/** A client that says this to `-d`, and goes when it does not understand the answer. */
function clientAtServer(id: string, opening: string | Uint8Array, looksLike: string): Situation {
  return {
    id,
    ends: 'server',
    expected: { '-d': clientLike(looksLike) },
    async run(stage) {
      const target = await stage.target(echo);
      const server = await stage.daemon('-d', target.address);
      const { socket, received } = await stage.client(server.source, opening);
      // The nonce. No client of another protocol understands it.
      await received.reached(32);
      socket.end();
      await received.over();
    },
  };
}

/** A server behind spipe that does this. */
function serverAtClient(id: string, behaviour: Behaviour, expected: Expectation): Situation {
  return {
    id,
    ends: 'client',
    expected: { spipe: expected },
    async run(stage) {
      const target = await stage.target(behaviour);
      await stage.spipe(target.address, ['-o', '1']);
    },
  };
}

/** Answers what it does not understand, and hangs up. */
const complaining =
  (answer: string | Uint8Array): Behaviour =>
  ({ socket }) => {
    socket.once('data', () => socket.end(answer));
  };

/** Says this at once, and waits. */
const greeting =
  (words: string): Behaviour =>
  ({ socket }) => {
    socket.write(words);
  };

const silent: Behaviour = () => {};

export const foreign: Chapter = {
  title: 'the other end is something else',
  situations: [
    clientAtServer('an HTTP client at -d', CLIENT_OPENINGS.HTTP, 'HTTP'),
    clientAtServer('a Redis client at -d', CLIENT_OPENINGS.Redis, 'Redis'),
    clientAtServer('a TLS client at -d', CLIENT_OPENINGS.TLS, 'TLS'),
    clientAtServer('an ssh client at -d', CLIENT_OPENINGS.SSH, 'SSH'),
    clientAtServer('a PostgreSQL client at -d', CLIENT_OPENINGS.PostgreSQL, 'PostgreSQL'),
    clientAtServer('a client that sends text at -d', CLIENT_OPENINGS.text, 'plain text'),
    {
      id: 'a plain client that says nothing at -d',
      ends: 'server',
      expected: { '-d': SILENT_CLIENT },
      async run(stage) {
        const target = await stage.target(echo);
        const server = await stage.daemon('-d', target.address, { patience: 1 });
        const { received } = await stage.client(server.source);
        await received.over();
      },
    },
    serverAtClient('spipe to an sshd', greeting(SERVER_OPENINGS.SSH), serverLikeSpipe('SSH')),
    serverAtClient('spipe to HTTP', complaining(SERVER_OPENINGS.HTTP), serverLikeSpipe('HTTP')),
    serverAtClient('spipe to SMTP', greeting(SERVER_OPENINGS.SMTP), serverLikeSpipe('SMTP or FTP')),
    serverAtClient('spipe to Redis', complaining(SERVER_OPENINGS.Redis), serverLikeSpipe('Redis')),
    serverAtClient('spipe to TLS', complaining(SERVER_OPENINGS.TLS), serverLikeSpipe('TLS')),
    serverAtClient('spipe to a server that waits', silent, SILENT_SERVER),
    serverAtClient('spipe to a server that hangs up', ({ socket }) => socket.end(), {
      says: [/closed the connection without sending a byte \(no spiped is behind that address/],
    }),
    {
      id: '-d at both ends, a client that speaks',
      ends: 'server',
      expected: { 'first -d': clientLike('Redis'), 'second -d': SILENCE },
      async run(stage) {
        const target = await stage.target(echo);
        const second = await stage.daemon('-d', target.address, { name: 'second -d' });
        const first = await stage.daemon('-d', second.source, { name: 'first -d' });
        // What the second sees of it is a port check.
        await asPortCheck(async () => {
          const { received, socket } = await stage.client(first.source, CLIENT_OPENINGS.Redis);
          await received.reached(32);
          socket.end();
          await (await target.visit()).received.over();
        });
      },
    },
    {
      id: '-d at both ends, a client that waits',
      ends: 'server',
      expected: {
        'first -d': SILENT_CLIENT,
        'second -d': {
          says: [/without sending a byte \(a port check, or a -d end behind another -d\)/],
        },
      },
      async run(stage) {
        const target = await stage.target(echo);
        const second = await stage.daemon('-d', target.address, { name: 'second -d' });
        // Longer than the second takes for a port check, which is a second.
        const settings = { patience: 2, name: 'first -d' };
        const first = await stage.daemon('-d', second.source, settings);
        const { received } = await stage.client(first.source);
        await received.over();
      },
    },
    {
      id: '-e at both ends',
      ends: 'client',
      expected: {
        'first -e': {
          says: [/another -e end, or a service that waits for its client|no spiped is behind/],
        },
        'second -e': SILENT_SERVER,
      },
      async run(stage) {
        const target = await stage.target(silent);
        const settings = { patience: 1 };
        const second = await stage.daemon('-e', target.address, { ...settings, name: 'second -e' });
        const first = await stage.daemon('-e', second.source, { ...settings, name: 'first -e' });
        const { received } = await stage.client(first.source, CLIENT_OPENINGS.Redis);
        await received.over();
      },
    },
    {
      id: 'the ends are swapped',
      ends: 'both',
      expected: { '-d': clientLike('HTTP'), '-e': serverLike('HTTP') },
      async run(stage) {
        const target = await stage.target(complaining(SERVER_OPENINGS.HTTP));
        const client = await stage.daemon('-e', target.address);
        const server = await stage.daemon('-d', client.source);
        const { received, socket } = await stage.client(server.source, CLIENT_OPENINGS.HTTP);
        await received.reached(32);
        socket.end();
        await received.over();
      },
    },
  ],
};

/** As {@link serverLike}; spipe's lines have the address elsewhere. */
function serverLikeSpipe(protocol: string): Expectation {
  return {
    says: [new RegExp(`not the -d end of a spiped .*its first bytes look like: ${protocol}\\b`)],
  };
}
