/**
 * The pipe that is attacked: `-e`, `-d` and a target, idle and known to work before it begins.
 *
 *     client → -e (entrance) → -d (exit) → target
 */

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address } from '../subjects/addresses.ts';
import type { Scope } from '../subjects/scope.ts';
import type { Subject } from '../subjects/subject.ts';
import { Daemon, type DaemonSettings } from './daemon.ts';
import { echoing, PlainServer } from './plain-server.ts';
import type { Findings } from './scenario.ts';
import { timeUntilItWorks } from './transfer.ts';
import { watch } from './vitals.ts';

type EndSettings = Partial<Omit<DaemonSettings, 'role' | 'target' | 'key'>>;

export interface PipeSettings {
  readonly entrance: Subject;
  readonly exit: Subject;
  readonly entranceSettings?: EndSettings;
  readonly exitSettings?: EndSettings;
  /** Puts something between the two ends; given where the exit listens, says what to dial. */
  readonly between?: (exit: Address) => Promise<Address>;
  /** What the exit dials instead of the pipe's own target. */
  readonly behind?: Address;
}

export class AttackedPipe {
  readonly entrance: Daemon;
  readonly exit: Daemon;
  /** Echoes, until its manner is changed. */
  readonly target: PlainServer;
  /** What is in the key file. */
  readonly key: Uint8Array;

  private constructor(entrance: Daemon, exit: Daemon, target: PlainServer, key: Uint8Array) {
    this.entrance = entrance;
    this.exit = exit;
    this.target = target;
    this.key = key;
  }

  /** Starts everything and sends something through; what is open afterwards counts as idle. */
  static async open(scope: Scope, settings: PipeSettings): Promise<AttackedPipe> {
    const key = randomBytes(32);
    const keyPath = join(scope.directory, 'key');
    await writeFile(keyPath, key, { mode: 0o600 });
    const target = await PlainServer.start(scope, echoing);
    const exit = await Daemon.start(scope, settings.exit, {
      ...{ role: '-d', target: settings.behind ?? target.address, key: keyPath },
      ...settings.exitSettings,
    });
    const middle = (await settings.between?.(exit.source)) ?? exit.source;
    const entrance = await Daemon.start(scope, settings.entrance, {
      ...{ role: '-e', target: middle, key: keyPath },
      ...settings.entranceSettings,
    });
    const pipe = new AttackedPipe(entrance, exit, target, key);
    for (const daemon of pipe.daemons) await daemon.noteIdle();
    const worked = await timeUntilItWorks(scope, entrance.source);
    if (worked === undefined) throw new Error(`the pipe never worked:\n${scope.account()}`);
    for (const daemon of pipe.daemons) {
      // Some of what a process has open for good it opens with its first connection.
      await watch(
        () => daemon.extraSockets(),
        (extra) => extra <= 0,
      );
      await daemon.noteIdle();
    }
    return pipe;
  }

  get daemons(): readonly [Daemon, Daemon] {
    return [this.entrance, this.exit];
  }

  /**
   * Judges what must be true after every attack: both daemons run, have nothing open that they did
   * not have before, serve a new connection, and end at once, with status 0, when asked to.
   */
  async judgeAftermath(scope: Scope, findings: Findings): Promise<void> {
    this.target.manner = echoing;
    for (const daemon of this.daemons) {
      const { role, program } = daemon;
      findings.verdict(`${role} runs`, program.running, program.running ? 'running' : 'ended');
      findings.same(`${role} has no descriptor left open`, await daemon.settle(), 0);
    }
    const time = await timeUntilItWorks(scope, this.entrance.source);
    findings.verdict(
      'a new connection works',
      time !== undefined,
      time === undefined ? 'none does' : `after ${Math.round(time)} ms`,
    );
    for (const daemon of this.daemons) {
      const { code, signal } = await daemon.end();
      findings.same(
        `${daemon.role} ends on SIGTERM: nothing counts as open`,
        `${code ?? signal}`,
        '0',
      );
    }
  }
}
