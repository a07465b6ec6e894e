/**
 * The life of a spiped process: start, serve, drain.
 *
 * Everything that can be wrong stops it before it serves, with one line and exit status 1; after
 * that only a signal ends it (CN-15). The order of the start's steps is C's (spiped/main.c), but for
 * one: the parent of a background process returns only when privileges are dropped, too.
 */

import type { SpipedConfig } from '../config/config.ts';
import { type Listener, MAXIMUM_WAITING, openListener } from '../io/listener.ts';
import { release } from '../io/standard-streams.ts';
import { systemReason } from '../io/system-error.ts';
import { openTarget, type Target } from '../io/target.ts';
import { catchDefects } from './defects.ts';
import { Dispatcher } from './dispatcher.ts';
import type { Inheritance } from './inheritance.ts';
import { readKey } from './key.ts';
import { Life } from './life.ts';
import { createLogger, type ProgramLogger } from './log.ts';
import { refuseLoop } from './loop.ts';
import { type ResolvedNames, resolveNames } from './names.ts';
import { leaveTerminalAsItIs, openParent, type Parent } from './parent.ts';
import { writePidFile } from './pid-file.ts';
import { createInProcessPool, type Pool } from './pool.ts';
import { dropPrivileges } from './privileges.ts';
import { nameProcess } from './process-name.ts';
import { obeySignals, type Serving } from './signals.ts';
import { logToSyslog } from './syslog.ts';
import { leaveRemovedDirectory } from './working-directory.ts';

/** What is there from the first moment. */
interface Beginnings {
  readonly config: SpipedConfig;
  readonly inherited: Inheritance;
  /** Who started this one in the background. */
  readonly parent: Parent | undefined;
  readonly logger: ProgramLogger;
  readonly life: Life;
  /** Signals ask for something else from when there is something that serves. */
  obeySignalsWhileServing(serving: Promise<Serving>): void;
}

/** A spiped that listens. */
interface Daemon {
  readonly target: Target;
  readonly listener: Listener;
  /** Has K, and erases it when nothing needs it any more. */
  readonly pool: Pool;
}

/**
 * Run spiped to its end. `parentDescriptor` leads to the process that started this one in the
 * background; without it, this is the foreground. Resolves to the exit status: 0 after a
 * shutdown, 1 when it cannot start.
 */
export async function runSpiped(
  config: SpipedConfig,
  inherited: Inheritance,
  parentDescriptor?: number,
): Promise<number> {
  nameProcess('spiped', process.argv.slice(2));
  const background = parentDescriptor !== undefined;
  const logger = createLogger({ program: 'spiped', ...config.log });
  const life = new Life(config, logger);
  const obeySignalsWhileServing = obeySignals({
    background,
    ignored: inherited.ignored,
    end(signal) {
      life.endsBy(signal);
      return logger.flush();
    },
  });
  let started = false;
  catchDefects(logger, () => started || process.exit(1));
  try {
    const parent = background ? openParent(parentDescriptor) : undefined;
    const beginnings = { config, inherited, parent, logger, life, obeySignalsWhileServing };
    const { listener, pool } = await start(beginnings);
    started = true;
    //= CL-30
    //# The pid file MUST NOT be removed at the end.
    await listener.finished;
    // The signal is sent again as soon as the last line is out (signals.ts).
    if (life.endsAtOnce) await new Promise(() => {});
    await pool.close();
    life.stopped();
    return 0;
  } catch (error) {
    //= CL-25
    //# A program that cannot start MUST end with exit status 1, say why on standard error, and
    //# leave nothing running.
    logger.log('error', 'start-failed', systemReason(error));
    return 1;
  } finally {
    await logger.close();
  }
}

/** The start, step by step, in the order in which things may fail. */
async function start(beginnings: Beginnings): Promise<Daemon> {
  await startAheadOfNames(beginnings);
  warnOfOptionsWithoutEffect(beginnings);
  const names = await lookUpNames(beginnings);
  const secret = await takeKey(beginnings);
  const daemon = await listen(beginnings, names, secret);
  try {
    // All of this before the first connection is served. But for workers, whose start takes time,
    // it never waits for the event loop; what arrives meanwhile waits for the workers.
    leaveRemovedDirectory();
    // Before privileges are dropped: the new user need not be able to read the program.
    daemon.pool.launch();
    writePidFileOfListener(beginnings);
    takeIdentity(beginnings);
    // As the user that will write the event log, and whose workers will be.
    await daemon.pool.prepare();
    await letParentReturn(beginnings);
    daemon.pool.start();
    return daemon;
  } catch (error) {
    daemon.pool.abandon();
    // A UNIX socket is removed with this.
    daemon.listener.shutDown();
    throw error;
  }
}

/** With `-D` the parent returns before there is a name: the system may be starting, too. */
async function startAheadOfNames({ config, parent, logger, life }: Beginnings): Promise<void> {
  if (!config.waitForNames) return;
  if (parent !== undefined) {
    writePidFile(config.pidFile);
    await detach(config, logger);
  }
  life.starting();
  parent?.tell();
}

function warnOfOptionsWithoutEffect({ config, logger }: Beginnings): void {
  for (const message of config.withoutEffect) logger.log('warn', 'option-without-effect', message);
}

/** Source, target and `-b`. */
async function lookUpNames({ config, logger }: Beginnings): Promise<ResolvedNames> {
  const names = await resolveNames(config, logger);
  refuseLoop(config, names);
  return names;
}

/** K, 32 bytes. Nothing is read from standard input afterwards. */
async function takeKey({ config, inherited, parent, logger }: Beginnings): Promise<Uint8Array> {
  //= KF-5
  //# The key file MUST be read once, before the first connection; a later change of the file MUST
  //# NOT change the key of a running process.
  //= KF-6
  //# A key file that cannot be opened or read to its end MUST stop the program before it listens or
  //# dials, with exit status 1.
  const secret = await readKey(config.keyFile, inherited, logger);
  //= CL-38
  //# A daemon in the background SHOULD NOT keep the standard input and output of who started it.
  if (parent !== undefined) release('stdin');
  return secret;
}

/** With all that serves the connections; but none is served before the pool has started. */
async function listen(
  beginnings: Beginnings,
  names: ResolvedNames,
  secret: Uint8Array,
): Promise<Daemon> {
  const { config, logger, life } = beginnings;
  const target = openTarget(config.target, names.target, {
    intervalMilliseconds: config.resolveIntervalMilliseconds,
    lookupFailed: (error) => {
      const message = `${systemReason(error)}; the addresses found before stay in use`;
      logger.log('warn', 'target-lookup-failed', message);
    },
  });
  const { workers } = config;
  const options = { config, names, secret, target, logger };
  const pool =
    workers === undefined ? createInProcessPool(options) : new Dispatcher(workers, options);
  const daemon = openSource(beginnings, names, pool).then((listener) => {
    life.listensWith(listener);
    return { target, listener, pool };
  });
  // In the turn in which the socket listens: who sees that it does may send a signal at once.
  beginnings.obeySignalsWhileServing(daemon.then((listening) => serving(listening, beginnings)));
  return await daemon;
}

async function openSource(
  { config, logger }: Beginnings,
  names: ResolvedNames,
  pool: Pool,
): Promise<Listener> {
  try {
    return await openListener({
      context: { maximumOpen: config.maxConnections, maximumWaiting: MAXIMUM_WAITING },
      endpoint: names.source,
      sockets: { keepAlive: config.keepAlive },
      serve: (socket, ended) => pool.serve(socket, ended),
      //= CL-48
      //# A daemon SHOULD say that the limit of `-n` is reached.
      limitReached: (limit) => {
        const message = `maximum number of connections (${limit}) reached`;
        logger.log('warn', 'limit-reached', message, { limit });
      },
      acceptFailed: (code) => {
        const message = DESCRIPTOR_SHORTAGES.has(code)
          ? `no descriptor is left (${code}): connections are closed until others end (ulimit -n)`
          : `could not accept a connection: ${code}`;
        logger.log('error', 'accept-failed', message, { code });
      },
      socketLeft: (code) => {
        const message = `the UNIX socket ${config.source.text} could not be removed: ${code}`;
        logger.log('info', 'socket-left', message, { code });
      },
    });
  } catch (error) {
    throw new Error(`cannot listen on ${config.source.text} (-s): ${systemReason(error)}`, {
      cause: error,
    });
  }
}

/** Of the process, and of the whole system. */
const DESCRIPTOR_SHORTAGES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE']);

//= CL-29
//# With `-F` a daemon MUST NOT write a pid file, and MUST stay the process that was started.
function writePidFileOfListener({ config, parent }: Beginnings): void {
  if (parent !== undefined && !config.waitForNames) writePidFile(config.pidFile);
}

//= CL-32
//# The identity of `-u` MUST be taken after the key is read and the source is listened on, and
//# before the first connection is accepted.
function takeIdentity({ config, parent, logger }: Beginnings): void {
  if (config.user === undefined) return;
  dropPrivileges(config.user, logger);
  // With -D lines go through a `logger` since before; the new one has the new user.
  if (parent !== undefined && config.waitForNames && config.syslog) logToSyslog(logger, 'spiped');
}

/** Say that it listens, and let the parent return if it has not. */
async function letParentReturn({ config, parent, logger, life }: Beginnings): Promise<void> {
  const waits = config.waitForNames ? undefined : parent;
  if (waits !== undefined) await detach(config, logger);
  life.listening();
  waits?.tell();
}

/** The start is complete as far as the parent is concerned: the terminal is let go of. */
async function detach(config: SpipedConfig, logger: ProgramLogger): Promise<void> {
  // So that a `$(spiped …)` in a shell comes to its end. Standard error stays, as in C: it is where
  // lines go when syslog cannot be reached.
  release('stdout');
  leaveTerminalAsItIs();
  //= CL-52
  //# With `--syslog` a daemon in the background MUST log through syslog from when its start is
  //# complete; in the foreground the option has no effect.
  if (config.syslog) {
    logToSyslog(logger, 'spiped');
    // A system without the program is found out at once: before the parent returns is best.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What signals can ask for. */
function serving(
  { listener, target, pool }: Daemon,
  { config, logger, life }: Beginnings,
): Serving {
  const { drainTimeoutMilliseconds: timeout } = config;
  return {
    end(signal) {
      life.endsBy(signal);
      listener.shutDown();
      return logger.flush();
    },
    drain() {
      life.draining();
      listener.shutDown();
      // A look-up under way would hold up the end of the process; what is known will do.
      target.close();
      // Nothing waits for this timer when the last connection has ended before.
      if (timeout !== undefined) setTimeout(() => life.dropped(pool.cancelAll()), timeout).unref();
    },
  };
}
