/** Somebody only looks whether a port is open; and what a daemon says at its limits. */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { echo } from '../../interop/targets.ts';
import { descriptors, vitalsObstacle, watch } from '../../survival/vitals.ts';
import { asPortCheck, type Chapter, SILENCE, type Situation } from '../situation.ts';

/** Some thirty are the program's own. */
const FEW_DESCRIPTORS = 60;

/** More clients than descriptors, who stay until the daemon has said something. */
function outOfDescriptors(id: string, says: RegExp, more: readonly string[]): Situation {
  return {
    id,
    ends: 'server',
    onlyOurs: 'server',
    obstacle: () => vitalsObstacle ?? noPrlimit(),
    expected: {
      // Those that were accepted leave without a word.
      '-d': {
        says: [says],
        maySay: [
          /could not connect to the target: too many open files \(EMFILE\)/,
          /without sending a byte/,
          /… and \d+ more in /,
        ],
      },
    },
    async run(stage) {
      const target = await stage.target(echo);
      const inside = ['prlimit', `--nofile=${FEW_DESCRIPTORS}:${FEW_DESCRIPTORS}`];
      const server = await stage.daemon('-d', target.address, { inside, more });
      const idle = await descriptors(server.pid);
      const clients = await Promise.all(
        Array.from({ length: FEW_DESCRIPTORS }, () => stage.client(server.source)),
      );
      await server.program.complaint(says);
      for (const { socket } of clients) socket.destroy();
      await watch(
        () => descriptors(server.pid),
        (open) => open <= idle,
      );
    },
  };
}

function noPrlimit(): string | undefined {
  const found = spawnSync('prlimit', ['--version']).error === undefined;
  return found ? undefined : 'there is no prlimit';
}

export const checks: Chapter = {
  title: 'port checks and limits',
  situations: [
    {
      id: 'a port check at -d',
      ends: 'server',
      expected: { '-d': SILENCE },
      async run(stage) {
        const target = await stage.target(echo);
        const server = await stage.daemon('-d', target.address);
        await asPortCheck(async () => {
          const { socket } = await stage.client(server.source);
          socket.destroy();
          // The daemon dials when it accepts, and lets go when the client has gone.
          const { received } = await target.visit();
          await received.over();
        });
      },
    },
    {
      id: 'a port check at -e',
      ends: 'both',
      expected: { '-e': SILENCE, '-d': SILENCE },
      async run(stage) {
        const target = await stage.target(echo);
        const server = await stage.daemon('-d', target.address);
        const client = await stage.daemon('-e', server.source);
        const { socket } = await stage.client(client.source);
        socket.end();
        const { received } = await target.visit();
        await received.over();
        socket.destroy();
      },
    },
    {
      id: 'a scanner that stays for two seconds at -d',
      ends: 'server',
      expected: {
        '-d': {
          says: [/the client closed the connection without sending a byte \(a port check, or/],
        },
      },
      async run(stage) {
        const target = await stage.target(echo);
        const server = await stage.daemon('-d', target.address);
        const { socket, received } = await stage.client(server.source);
        await received.reached(32);
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        socket.end();
        await received.over();
      },
    },
    {
      id: 'a client goes after its nonce, at -d',
      ends: 'server',
      expected: {
        '-d': {
          says: [/the client closed the connection before it had sent its proof of the key/],
        },
      },
      async run(stage) {
        const target = await stage.target(echo);
        const server = await stage.daemon('-d', target.address);
        const { socket, received } = await stage.client(server.source, randomBytes(32));
        await received.reached(32);
        socket.end();
        await received.over();
      },
    },
    {
      id: 'the limit of -n is reached',
      ends: 'both',
      expected: { '-e': { says: [/maximum number of connections \(1\) reached/] }, '-d': SILENCE },
      async run(stage) {
        const target = await stage.target(echo);
        const server = await stage.daemon('-d', target.address);
        const client = await stage.daemon('-e', server.source, { limit: 1 });
        const first = await stage.client(client.source, 'one');
        await first.received.reached(3);
        const second = await stage.client(client.source, 'two');
        for (const { socket, received } of [first, second]) {
          socket.end();
          await received.over();
        }
      },
    },
    outOfDescriptors(
      'out of descriptors at -d, which dials its target',
      // Which of its two descriptors a connection does not get depends on how many there are.
      /too many open files \(EMFILE\)|no descriptor is left \(EMFILE\)/,
      [],
    ),
    outOfDescriptors(
      'out of descriptors at -d, which only accepts',
      /no descriptor is left \(EMFILE\): connections are closed until others end/,
      ['--dial', 'after-handshake'],
    ),
  ],
};
