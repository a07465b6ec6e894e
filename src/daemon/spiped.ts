/**
 * The life of a spiped process: resolve, read the key, listen, become a daemon, serve, drain.
 *
 * Everything that can be wrong stops it before it serves, with one line and exit status 1; after
 * that only a signal ends it (CN-15). The order of the steps is C's (spiped/main.c), but for one:
 * the parent of a background process returns only when privileges are dropped, too.
 */

import type { SpipedConfig } from '../config/config.ts';
import { type Listener, MAXIMUM_WAITING, openListener } from '../io/listener.ts';
import { systemReason } from '../io/system-error.ts';
import { openTarget, type Target, type TargetOptions } from '../io/target.ts';
import { catchDefects } from './defects.ts';
import type { Inheritance } from './inheritance.ts';
import { readKey } from './key.ts';
import { counted, Life } from './life.ts';
import { createLogger, type Logger, type ProgramLogger } from './log.ts';
import { refuseLoop } from './loop.ts';
import { type ResolvedNames, resolveNames } from './names.ts';
import { leaveTerminalAsItIs, openParent, type Parent, releaseStream } from './parent.ts';
import { writePidFile } from './pid-file.ts';
import { dropPrivileges } from './privileges.ts';
import { nameProcess } from './process-name.ts';
import { obeySignals, type Serving } from './signals.ts';
import { logToSyslog } from './syslog.ts';
import { createWorkers } from './workers.ts';
import { createOwnForce, type Workforce } from './workers-own.ts';
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

/** A spiped that listens and has accepted nothing yet. */
interface Daemon {
  readonly listener: Listener;
  /** Has K, and erases it when nothing needs it any more. */
  readonly workforce: Workforce;
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
      logger.flush();
    },
  });
  let started = false;
  catchDefects(logger, () => started || process.exit(1));
  try {
    const parent = background ? openParent(parentDescriptor) : undefined;
    const beginnings = { config, inherited, parent, logger, life, obeySignalsWhileServing };
    const daemon = await start(beginnings);
    started = true;
    await untilDone(daemon);
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

async function start(beginnings: Beginnings): Promise<Daemon> {
  const { config, inherited, parent, logger, life } = beginnings;
  // With -D the parent returns before there is a name: the system may be starting, too.
  const early = config.waitForNames;
  if (parent !== undefined && early) {
    writePidFile(config.pidFile);
    await detach(config, logger);
    life.starting();
    parent.tell();
  } else if (early) life.starting();
  for (const message of config.withoutEffect) logger.log('warn', 'option-without-effect', message);
  const names = await resolveNames(config, logger);
  refuseLoop(config, names);
  //= KF-5
  //# The key file MUST be read once, before the first connection; a later change of the file MUST
  //# NOT change the key of a running process.
  //= KF-6
  //# A key file that cannot be opened or read to its end MUST stop the program before it listens or
  //# dials, with exit status 1.
  const secret = await readKey(config.keyFile, inherited, logger);
  if (parent !== undefined) releaseStream('input');
  const target = openTarget(config.target, names.target, refreshing(config, logger));
  const options = { config, names, secret, target, logger };
  const workforce =
    config.workers === undefined ? createOwnForce(options) : createWorkers(config.workers, options);
  let listens: (listener: Listener) => void = () => {};
  const listening = new Promise<Listener>((resolve) => {
    listens = resolve;
  });
  // Before the socket listens: who sees that it does may send a signal at once.
  beginnings.obeySignalsWhileServing(
    listening.then((listener) => serving({ listener, target, workforce }, beginnings)),
  );
  const listener = await listen(config, names, workforce, logger);
  listens(listener);
  life.listensWith(listener);
  try {
    // All of this before the first connection is served. But for workers, whose start takes time,
    // it never waits for the event loop; what arrives meanwhile waits for the workers.
    leaveRemovedDirectory();
    // Before privileges are dropped: the new user need not be able to read the program.
    workforce.launch();
    //= CL-29
    //# With `-F` a daemon MUST NOT write a pid file, and MUST stay the process that was started.
    if (parent !== undefined && !early) writePidFile(config.pidFile);
    //= CL-32
    //# The identity of `-u` MUST be taken after the key is read and the source is listened on, and
    //# before the first connection is accepted.
    if (config.user !== undefined) {
      dropPrivileges(config.user, logger);
      // With -D lines go through a `logger` since before; the new one has the new user.
      if (parent !== undefined && early && config.syslog) logToSyslog(logger, 'spiped');
    }
    // As the user that will write the event log, and whose workers will be.
    await workforce.prepare();
    if (parent !== undefined && !early) await detach(config, logger);
    life.listening();
    if (!early) parent?.tell();
    workforce.start();
    return { listener, workforce };
  } catch (error) {
    workforce.abandon();
    // A UNIX socket is removed with this.
    listener.shutDown();
    throw error;
  }
}

/** The start is complete as far as the parent is concerned: it may be told, the terminal is free. */
async function detach(config: SpipedConfig, logger: ProgramLogger): Promise<void> {
  releaseStream('output');
  // Standard error stays, as in C: it is where lines go when syslog cannot be reached.
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

function refreshing(config: SpipedConfig, logger: Logger): TargetOptions {
  const { resolveIntervalMilliseconds: interval } = config;
  return {
    ...(interval === undefined ? {} : { intervalMilliseconds: interval }),
    lookupFailed: (error) => {
      const message = `${systemReason(error)}; the addresses found before stay in use`;
      logger.log('warn', 'target-lookup-failed', message);
    },
  };
}

async function listen(
  config: SpipedConfig,
  names: ResolvedNames,
  workforce: Workforce,
  logger: Logger,
): Promise<Listener> {
  try {
    return await openListener({
      context: { maximumOpen: config.maxConnections, maximumWaiting: MAXIMUM_WAITING },
      endpoint: names.source,
      sockets: { keepAlive: config.keepAlive },
      serve: (socket, ended) => workforce.serve(socket, ended),
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

/** What signals can ask for. */
function serving(
  { listener, target, workforce }: Daemon & { readonly target: Target },
  { config, logger, life }: Beginnings,
): Serving {
  const { drainTimeoutMilliseconds: timeout } = config;
  return {
    end(signal) {
      life.endsBy(signal);
      logger.flush();
      listener.shutDown();
    },
    drain() {
      life.draining();
      listener.shutDown();
      // A look-up under way would hold up the end of the process; what is known will do.
      target.close();
      // Nothing waits for this timer when the last connection has ended before.
      if (timeout !== undefined)
        setTimeout(() => life.dropped(giveUp(workforce, timeout, logger)), timeout).unref();
    },
  };
}

//= CL-30
//# The pid file MUST NOT be removed at the end.
async function untilDone({ listener, workforce }: Daemon): Promise<void> {
  await listener.finished;
  await workforce.close();
}

/** `--drain-timeout` is over: drop what is left, and say how many that was. */
//= CL-46
//# A daemon MAY offer an option, off by default, to drop the connections that are still open some
//# time after SIGTERM.
function giveUp(workforce: Workforce, milliseconds: number, logger: Logger): number {
  const count = workforce.cancelAll();
  if (count === 0) return 0;
  const seconds = milliseconds / 1000;
  const message = `dropped ${counted(count)}, still open ${seconds} s after SIGTERM (--drain-timeout)`;
  logger.log('warn', 'drain-timeout', message, { connections: count, seconds });
  return count;
}
