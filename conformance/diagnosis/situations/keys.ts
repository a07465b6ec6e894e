/** The ends do not agree: on the key, or on forward secrecy. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { echo } from '../../interop/targets.ts';
import { type Chapter, type Expectation, SILENCE } from '../situation.ts';
import type { Stage } from '../stage.ts';

const NOT_OUR_KEY: Expectation = {
  says: [/the peer does not have our key: .*\(different key files, or tampering\)/],
  keyPossible: true,
};

/** The service is named before the key: from here, it could be either. */
const SERVICE_OR_KEY: Expectation = {
  says: [/service behind the peer cannot be reached, or the two ends have different keys;/],
  keyPossible: true,
};

interface Sides {
  readonly clientKey?: string;
  readonly client?: readonly string[];
  readonly server?: readonly string[];
}

/** A pipe whose ends differ, and a client that sends something into it. */
async function meet(stage: Stage, { clientKey, client = [], server = [] }: Sides): Promise<void> {
  const target = await stage.target(echo);
  const far = await stage.daemon('-d', target.address, { more: server });
  const near = await stage.daemon('-e', far.source, {
    more: client,
    ...(clientKey === undefined ? {} : { key: clientKey }),
  });
  const visitor = await stage.client(near.source, randomBytes(100));
  await visitor.received.over();
  visitor.socket.destroy();
}

export const keys: Chapter = {
  title: 'the ends do not agree',
  situations: [
    {
      id: 'different keys',
      ends: 'both',
      expected: { '-d': NOT_OUR_KEY, '-e': SERVICE_OR_KEY },
      run: (stage) => meet(stage, { clientKey: stage.keyFile('other', randomBytes(32)) }),
    },
    {
      id: 'different keys, spipe',
      ends: 'both',
      expected: { '-d': NOT_OUR_KEY, spipe: SERVICE_OR_KEY },
      async run(stage) {
        const target = await stage.target(echo);
        const key = stage.keyFile('other', randomBytes(32));
        const server = await stage.daemon('-d', target.address, { key });
        await stage.spipe(server.source);
      },
    },
    {
      id: 'the keys differ by a line end',
      ends: 'both',
      expected: { '-d': NOT_OUR_KEY, '-e': SERVICE_OR_KEY },
      run(stage) {
        const key = Buffer.concat([readFileSync(stage.key), Buffer.from('\n')]);
        return meet(stage, { clientKey: stage.keyFile('other', key) });
      },
    },
    {
      id: '-f at -e, -g at -d',
      ends: 'both',
      expected: {
        '-d': { says: [/the peer gives up forward secrecy \(-f\) and we require it \(-g\)/] },
        '-e': {
          says: [/the peer requires forward secrecy \(-g\), which we give up \(-f\)/],
          keyPossible: true,
        },
      },
      run: (stage) => meet(stage, { client: ['-f'], server: ['-g'] }),
    },
    {
      id: '-g at -e, -f at -d',
      ends: 'both',
      expected: {
        '-e': { says: [/the peer gives up forward secrecy \(-f\) and we require it \(-g\)/] },
        '-d': SILENCE,
      },
      run: (stage) => meet(stage, { client: ['-g'], server: ['-f'] }),
    },
    {
      id: '-f at -e alone, -g nowhere',
      ends: 'both',
      expected: { '-e': SILENCE, '-d': SILENCE },
      async run(stage) {
        const target = await stage.target(echo);
        const far = await stage.daemon('-d', target.address);
        const near = await stage.daemon('-e', far.source, { more: ['-f'] });
        const visitor = await stage.client(near.source, 'hello');
        visitor.socket.end();
        await visitor.received.reached(5);
        await visitor.received.over();
      },
    },
  ],
};
