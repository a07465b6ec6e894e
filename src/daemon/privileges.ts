/**
 * Giving up privileges (`-u`): to which user and group, and in which order.
 *
 * As C spiped (`setuidgid` in setuidgid.c): every supplementary group is left, a user alone leaves
 * the group as it is, a group alone leaves the user as it is, names go before numbers. Stricter
 * than C in two ways: root that cannot leave its groups does not go on, and the result is checked.
 */

import { parseCount } from '../config/numbers.ts';
import { systemReason } from '../io/system-error.ts';
import { codeOf } from '../protocol/thrown.ts';
import type { Logger } from './log.ts';

/** What is asked of the system; tests bring their own. Of Node's `process`. */
export interface PrivilegeSystem {
  geteuid(): number;
  getuid(): number;
  getegid(): number;
  getgid(): number;
  getgroups(): number[];
  setgroups(groups: readonly number[]): void;
  setgid(id: number | string): void;
  setuid(id: number | string): void;
}

/** The largest `uid_t` and `gid_t`. */
const MAXIMUM_ID = 2n ** 32n - 1n;

/** What `-u` names: at least one of the two. */
interface Identity {
  readonly user: string | undefined;
  readonly group: string | undefined;
}

/**
 * Become what `text` (`user`, `:group` or `user:group`) names, for good. Throws an Error with a
 * one-line message when that fails; the process may then be half-way, and must end.
 *
 * Node applies each change to all threads of the process.
 */
export function dropPrivileges(
  text: string,
  logger: Logger,
  system: PrivilegeSystem = systemOf(process),
): void {
  const { user, group } = parseIdentity(text);
  refuseRing();
  leaveGroups(system, logger);
  // The group first: a user other than root may not choose it any more.
  //= CL-33
  //# With `-u` the group MUST be taken before the user, and the supplementary groups be left before
  //# both; a part that is not given stays as it is.
  if (group !== undefined) become('group', group, (id) => system.setgid(id));
  if (user !== undefined) become('user', user, (id) => system.setuid(id));
  //= CL-34
  //# A daemon that cannot take the identity of `-u` MUST NOT serve.
  verify(system, { user, group });
}

function parseIdentity(text: string): Identity {
  const colon = text.indexOf(':');
  const user = colon === -1 ? text : text.slice(0, colon);
  const group = colon === -1 ? undefined : text.slice(colon + 1);
  if (group === '')
    throw new Error(`option -u: no group after the colon in ${JSON.stringify(text)}`);
  if (user === '' && group === undefined) throw new Error('option -u: neither a user nor a group');
  return { user: user === '' ? undefined : user, group };
}

/** Linux's io_uring, which Node uses only when told to, would go on with the old privileges. */
function refuseRing(): void {
  if (Number(process.env.UV_USE_IO_URING ?? 0) === 0) return;
  throw new Error('option -u: with UV_USE_IO_URING in the environment, privileges would be kept');
}

function leaveGroups(system: PrivilegeSystem, logger: Logger): void {
  try {
    system.setgroups([]);
  } catch (error) {
    if (otherGroups(system).length === 0) return;
    // Root that keeps its groups has not given up its privileges. Any other user keeps only what
    // it was given on purpose; C warns and goes on.
    if (system.geteuid() === 0) {
      throw new Error(`cannot leave the supplementary groups (-u): ${systemReason(error)}`, {
        cause: error,
      });
    }
    logger.log('warn', 'groups-kept', 'could not leave the supplementary groups (-u), going on');
  }
}

/** POSIX lets the effective group appear among the supplementary ones. */
function otherGroups(system: PrivilegeSystem): readonly number[] {
  const effective = system.getegid();
  return system.getgroups().filter((group) => group !== effective);
}

/** A name, or when there is none a number, by C's rules for numbers. */
function become(kind: 'user' | 'group', text: string, set: (id: number | string) => void): void {
  try {
    try {
      set(text);
    } catch (error) {
      if (codeOf(error) !== 'ERR_UNKNOWN_CREDENTIAL') throw error;
      const number = parseCount(text);
      if (!number.ok || number.value > MAXIMUM_ID) throw new Error(`no such ${kind}`);
      set(Number(number.value));
    }
  } catch (error) {
    throw new Error(`cannot become ${kind} ${JSON.stringify(text)} (-u): ${systemReason(error)}`, {
      cause: error,
    });
  }
}

/** What was set is what holds, and the way back is closed. */
function verify(system: PrivilegeSystem, { user, group }: Identity): void {
  const fail = (problem: string): never => {
    throw new Error(`privileges are not given up (-u): ${problem}`);
  };
  if (system.getuid() !== system.geteuid() || system.getgid() !== system.getegid())
    fail('the real and the effective ids differ');
  // A user that was not asked for may be anybody, and root may go on to be root.
  if (user === undefined || system.geteuid() === 0) return;
  if (succeeds(() => system.setuid(0))) fail('the process can become root again');
  if (group !== undefined && system.getegid() !== 0 && succeeds(() => system.setgid(0)))
    fail('the process can take its old group again');
}

function succeeds(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

function systemOf(own: NodeJS.Process): PrivilegeSystem {
  if ('setuid' in own) return own as PrivilegeSystem;
  throw new Error('option -u: this system has no users and groups');
}
