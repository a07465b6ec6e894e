/** All vectors, by topic, in the order of the table. */

import type { Vector } from '../vector.ts';
import { backgrounds } from './background.ts';
import { commandLines } from './command-lines.ts';
import { keys } from './keys.ts';
import { signals } from './signals.ts';
import { sources } from './sources.ts';
import { spellings } from './spellings.ts';
import { targets } from './targets.ts';
import { users } from './users.ts';

/** Vectors that try one thing. */
export interface Topic {
  readonly title: string;
  readonly vectors: readonly Vector[];
}

export const TOPICS: readonly Topic[] = [
  { title: 'command lines that start nothing', vectors: commandLines },
  { title: 'spellings of options', vectors: spellings },
  { title: 'key files', vectors: keys },
  { title: 'where to listen', vectors: sources },
  { title: 'where to connect to', vectors: targets },
  { title: 'background and pid files', vectors: backgrounds },
  { title: 'users and groups', vectors: users },
  { title: 'signals', vectors: signals },
];

export const VECTORS: readonly Vector[] = TOPICS.flatMap(({ vectors }) => vectors);
