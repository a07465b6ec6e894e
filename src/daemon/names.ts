/**
 * The three addresses of a spiped, looked up before it starts; with `-D` for as long as it takes.
 */

import type { Address } from '../config/address.ts';
import type { SpipedConfig } from '../config/config.ts';
import { type Endpoint, resolveAddress } from '../io/resolve.ts';
import { systemReason } from '../io/system-error.ts';
import type { Logger } from './log.ts';

/** How often a name is looked up again with `-D`, in milliseconds (C: `sleep(1)`). */
const RETRY_MILLISECONDS = 1000;

/** Where to listen, where to connect to, and from where. */
export interface ResolvedNames {
  readonly source: Endpoint;
  /** In the order in which they are tried. */
  readonly target: readonly Endpoint[];
  /** `-b`; port 0 leaves the port to the system. */
  readonly bind?: LocalAddress;
}

/** The local end of an outgoing connection. */
export interface LocalAddress {
  readonly host: string;
  readonly port: number;
}

/** How to look up; a test brings its own. */
export type Resolve = (address: Address) => Promise<readonly Endpoint[]>;

/**
 * Look up what `config` names, one after the other, in C's order. Rejects with the first failure,
 * unless the configuration says to wait for names (`-D`); then it tries again every second.
 */
export async function resolveNames(
  config: Pick<SpipedConfig, 'source' | 'target' | 'bind' | 'waitForNames'>,
  logger: Logger,
  resolve: Resolve = resolveAddress,
): Promise<ResolvedNames> {
  const lookUp = (option: string, address: Address): Promise<readonly Endpoint[]> =>
    config.waitForNames
      ? patiently(option, address, logger, resolve)
      : lookUpOnce(option, address, resolve);

  const source = firstOf('-s', config.source, await lookUp('-s', config.source), logger);
  const target = await lookUp('-t', config.target);
  if (config.bind === undefined) return { source, target };
  const bind = firstOf('-b', config.bind, await lookUp('-b', config.bind), logger);
  return { source, target, bind: localAddress(bind) };
}

/** The address of `-b`, looked up: the first, as {@link resolveNames} takes it. For spipe. */
export async function resolveBind(address: Address, logger: Logger): Promise<LocalAddress> {
  return localAddress(firstOf('-b', address, await lookUpOnce('-b', address), logger));
}

/** Look up what this option names; a failure says which option, and what it was given. */
//= CL-10
//# The reason of a refusal SHOULD be one line on standard error that names the option, the value
//# and what was expected.
export async function lookUpOnce(
  option: string,
  address: Address,
  lookUp: Resolve = resolveAddress,
): Promise<readonly Endpoint[]> {
  try {
    return await lookUp(address);
  } catch (error) {
    throw new Error(`${systemReason(error)} (${option} ${address.text})`, { cause: error });
  }
}

//= CL-26
//# With `-D` a daemon MUST look up each name that is not found again every second until it is, and
//# MUST have gone to the background before, unless `-F` is given.
async function patiently(
  option: string,
  address: Address,
  logger: Logger,
  lookUp: Resolve,
): Promise<readonly Endpoint[]> {
  const said = new Set<string>();
  for (;;) {
    try {
      return await lookUp(address);
    } catch (error) {
      const reason = systemReason(error);
      // Each reason once: a network that is down at night would fill a disk by morning.
      if (!said.has(reason)) {
        said.add(reason);
        logger.log(
          'warn',
          'name-not-resolved',
          `${reason}; looking up ${address.text} (${option}) every second until it is found`,
        );
      }
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  }
}

/** The first of the addresses, with a warning when there are more, as C. */
//= CL-21
//# Of several addresses of the name of a source (`-s`) or of a bind address (`-b`) the first MUST
//# be used.
function firstOf(
  option: string,
  address: Address,
  endpoints: readonly Endpoint[],
  logger: Logger,
): Endpoint {
  const [first, second] = endpoints;
  if (first === undefined) throw new Error(`no addresses found for ${address.text} (${option})`);
  if (second !== undefined) {
    logger.log(
      'warn',
      'several-addresses',
      `using the first of multiple addresses found for ${address.text} (${option})${starred(address)}`,
    );
  }
  return first;
}

/** What `*` is not. */
function starred(address: Address): string {
  return address.kind === 'host' && address.host === '*'
    ? ', which is the loopback address alone; all addresses are [0.0.0.0] or [::]'
    : '';
}

function localAddress(endpoint: Endpoint): LocalAddress {
  // The parser of `-b` refuses paths.
  if ('path' in endpoint) throw new Error('invariant: a bind address is not a UNIX socket');
  return { host: endpoint.host, port: endpoint.port };
}
