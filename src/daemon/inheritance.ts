/**
 * What this process was given by whoever started it and Node has undone since (spec/node.md): which
 * of the standard streams were closed, and which signals were ignored. The launcher in front of
 * Node notes both in the environment (`cli/launcher.sh`); from there they are taken, once.
 *
 * Without the launcher (`node spiped.js`) nothing is known of either.
 */

import { constants } from 'node:os';

/** As it was before Node began. */
export interface Inheritance {
  /** Standard streams that were closed, by descriptor. Node has opened `/dev/null` in their place. */
  readonly closed: ReadonlySet<number>;
  /** Signals that were ignored, as `nohup` makes it. Node has set them back to their defaults. */
  readonly ignored: ReadonlySet<NodeJS.Signals>;
}

const CLOSED = 'SPIPED_CLOSED';
const IGNORED = 'SPIPED_IGNORED';

/** To be called once: what it takes is gone from the environment of what this process starts. */
export function takeInheritance(environment: NodeJS.ProcessEnv): Inheritance {
  const { [CLOSED]: closed = '', [IGNORED]: ignored = '' } = environment;
  delete environment[CLOSED];
  delete environment[IGNORED];
  return {
    closed: new Set([...closed.replace(/[^012]/g, '')].map(Number)),
    ignored: new Set(ignored.split(' ').filter(isSignal)),
  };
}

/** The same for another process of ours, as variables of its environment. */
export function environmentOf({ closed, ignored }: Inheritance): NodeJS.ProcessEnv {
  return { [CLOSED]: [...closed].join(''), [IGNORED]: [...ignored].join(' ') };
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name);
}
