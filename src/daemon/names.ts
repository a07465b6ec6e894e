/**
 * The three addresses of a spiped, looked up before it starts; with `-D` for as long as it takes.
 * A spipe has two of them.
 */

import type { Address } from '../config/address.ts';
import type { PipeConfig, SpipedConfig } from '../config/config.ts';
import { type Endpoint, resolveAddress } from '../io/resolve.ts';
import type { SocketOptions } from '../io/socket.ts';
import { systemReason } from '../io/system-error.ts';
import type { Logger } from './log.ts';

/** How often a name is looked up again with `-D`, in milliseconds (C: `sleep(1)`). */
const RETRY_MILLISECONDS = 1000;

/** Where to connect to, and from where. */
export interface ResolvedTarget {
  /** In the order in which they are tried. */
  readonly target: readonly Endpoint[];
  /** `-b`; port 0 leaves the port to the system. */
  readonly bind: SocketOptions['bind'];
}

/** The same, and where to listen. */
export interface ResolvedNames extends ResolvedTarget {
  readonly source: Endpoint;
}

/** How to look up; a test brings its own. */
export type Resolve = (address: Address) => Promise<readonly Endpoint[]>;

/** Looks up what this option names. */
type LookUp = (option: string, address: Address) => Promise<readonly Endpoint[]>;

/**
 * Look up what `config` names, one after the other, in C's order. Rejects with the first failure,
 * unless the configuration says to wait for names (`-D`); then it tries again every second.
 */
export async function resolveNames(
  config: Pick<SpipedConfig, 'source' | 'target' | 'bind' | 'waitForNames'>,
  logger: Logger,
  resolve: Resolve = resolveAddress,
): Promise<ResolvedNames> {
  const lookUp = config.waitForNames ? patiently(resolve, logger) : once(resolve);
  const source = await firstOf('-s', config.source, lookUp, logger);
  return { source, ...(await resolveTarget(config, logger, lookUp)) };
}

/** The part of it that spipe has, too. */
export async function resolveTarget(
  config: Pick<PipeConfig, 'target' | 'bind'>,
  logger: Logger,
  lookUp = once(resolveAddress),
): Promise<ResolvedTarget> {
  const target = await lookUp('-t', config.target);
  if (config.bind === undefined) return { target, bind: undefined };
  const bind = await firstOf('-b', config.bind, lookUp, logger);
  // The parser of `-b` refuses paths.
  if ('path' in bind) throw new Error('invariant: a bind address is not a UNIX socket');
  return { target, bind: { host: bind.host, port: bind.port } };
}

/** A failure says which option, and what it was given. */
//= CL-10
//# The reason of a refusal SHOULD be one line on standard error that names the option, the value
//# and what was expected.
function once(resolve: Resolve): LookUp {
  return async (option, address) => {
    try {
      return await resolve(address);
    } catch (error) {
      throw new Error(`${systemReason(error)} (${option} ${address.text})`, { cause: error });
    }
  };
}

//= CL-26
//# With `-D` a daemon MUST look up each name that is not found again every second until it is, and
//# MUST have gone to the background before, unless `-F` is given.
function patiently(resolve: Resolve, logger: Logger): LookUp {
  return async (option, address) => {
    const reported = new Set<string>();
    for (;;) {
      try {
        return await resolve(address);
      } catch (error) {
        const reason = systemReason(error);
        // Each reason once: a network that is down at night would fill a disk by morning.
        if (!reported.has(reason)) {
          const message = `${reason}; looking up ${address.text} (${option}) every second until it is found`;
          logger.log('warn', 'name-not-resolved', message);
        }
        reported.add(reason);
      }
      await new Promise((retry) => setTimeout(retry, RETRY_MILLISECONDS));
    }
  };
}

/** The first of the addresses, with a warning when there are more, as C. */
//= CL-21
//# Of several addresses of the name of a source (`-s`) or of a bind address (`-b`) the first MUST
//# be used.
async function firstOf(
  option: string,
  address: Address,
  lookUp: LookUp,
  logger: Logger,
): Promise<Endpoint> {
  const [first, second] = await lookUp(option, address);
  if (first === undefined) throw new Error(`no addresses found for ${address.text} (${option})`);
  if (second !== undefined) {
    const message = `using the first of multiple addresses found for ${address.text} (${option})`;
    logger.log('warn', 'several-addresses', `${message}${starred(address)}`);
  }
  return first;
}

/** What `*` is not. */
function starred(address: Address): string {
  return address.kind === 'host' && address.host === '*'
    ? ', which is the loopback address alone; all addresses are [0.0.0.0] or [::]'
    : '';
}
