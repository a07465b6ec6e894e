/**
 * One spiped as a real process, ours or any other: started in the foreground, watched, and ended
 * by its own process. What it says on standard error is kept for the message when it fails.
 */

import { execa } from 'execa';
import type { Command } from '../subjects/subject.ts';

/** A program that takes spiped's command line. */
export interface Program {
  /** How a person calls it, with its version: `C spiped 1.6.2`. */
  readonly label: string;
  /** How it is started: the file, and arguments before spiped's own. */
  readonly command: Command;
}

/** Which end of the wire: `-e` takes plaintext and seals it, `-d` opens it. */
export type End = 'e' | 'd';

/** What a spiped is told. Ports are on 127.0.0.1. */
export interface Pipe {
  readonly end: End;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly keyFile: string;
  /** A directory for full event logs, an option of ours; none are kept where it is absent. */
  readonly eventLogs?: string;
}

/** A spiped that ended although nobody had asked it to. The message holds what it said. */
export class PipeEndedError extends Error {
  override readonly name = 'PipeEndedError';
  /** Whether it says that its port was taken: by anybody, since the port was found free. */
  readonly portTaken: boolean;

  constructor(message: string, said: string) {
    super(message);
    this.portTaken = /in use|EADDRINUSE/i.test(said);
  }
}

/** A running spiped. */
export interface PipeProcess {
  /** Rejects with a {@link PipeEndedError} when the process ends before `stop`. Never resolves. */
  readonly failed: Promise<never>;
  /**
   * Ask it to end (SIGTERM), and kill it if it has not after ten seconds. Resolves, when it is
   * gone, with what it said on standard error; rejects with one line if it did not end well.
   */
  stop(): Promise<string>;
  /** End it at once, wait for nothing. */
  kill(): void;
}

/** The command line as a person would type it, with the program's name instead of its path. */
export function commandLine(pipe: Pipe, keyFile = pipe.keyFile): string {
  return ['spiped', ...pipeArguments({ ...pipe, keyFile })].join(' ');
}

function pipeArguments({ end, sourcePort, targetPort, keyFile, eventLogs }: Pipe): string[] {
  const at = (port: number) => `[127.0.0.1]:${port}`;
  const recording =
    eventLogs === undefined ? [] : ['--event-log', eventLogs, '--event-log-content', 'full'];
  // Four times the default: the other end may still be starting when it begins.
  const patience = ['-o', '20'];
  const addresses = ['-s', at(sourcePort), '-t', at(targetPort)];
  return ['-F', `-${end}`, ...addresses, '-k', keyFile, ...patience, ...recording];
}

/** Start `program` as one end of a pipe. It need not listen yet when this returns. */
export function startPipe(program: Program, pipe: Pipe): PipeProcess {
  const [file, ...before] = program.command;
  const name = `${program.label} at the -${pipe.end} end`;
  const subprocess = execa(file, [...before, ...pipeArguments(pipe)], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    maxBuffer: 64 * 1024,
    reject: false,
    forceKillAfterDelay: 10_000,
  });
  let stopping = false;
  const ended = subprocess.then((result) => {
    const said = result.stderr.trim();
    const how =
      result.exitCode !== undefined
        ? `exit status ${result.exitCode}`
        : (result.signal ?? result.originalMessage ?? 'not started');
    return { exitCode: result.exitCode, how, said };
  });
  const failed = ended.then(({ how, said }): Promise<never> | never => {
    // Resolving to a promise that never settles: after `stop` there is nothing left to fail.
    if (stopping) return new Promise<never>(() => {});
    throw new PipeEndedError(
      `${name} ended by itself (${how})${said === '' ? '' : `; it said: ${said}`}`,
      said,
    );
  });
  failed.catch(() => {});

  return {
    failed,
    async stop() {
      stopping = true;
      subprocess.kill('SIGTERM');
      const { exitCode, how, said } = await ended;
      if (exitCode === 0) return said;
      throw new Error(
        `${name} did not end well after SIGTERM (${how})${said === '' ? '' : `: ${said}`}`,
      );
    },
    kill: () => void subprocess.kill('SIGKILL'),
  };
}
