/**
 * Goal: memory is bounded by flow control. Clients push without end to targets that never read, some
 * of those push without end to clients that never read, and the daemons hold less than 1 MiB for each
 * connection; others go on meanwhile (CN-9, CN-15).
 */

import { connect, type Socket } from 'node:net';
import { writeForever } from '../../interop/receiver.ts';
import type { Scope } from '../../subjects/scope.ts';
import { AttackedPipe } from '../pipe.ts';
import { echoing, ignoring } from '../plain-server.ts';
import { defineScenario } from '../scenario.ts';
import { Transfer } from '../transfer.ts';
import { MEBIBYTE, MemoryWatch, mebibytes, residentBytes, watch } from '../vitals.ts';

interface Size {
  readonly connections: number;
  readonly seconds: number;
  /** What a process may grow by for other reasons than connections, in bytes. */
  readonly margin: number;
}

export const stalledTargets = defineScenario<Size>({
  name: 'stalled-targets',
  goal: 'endless data for targets that never read costs less than 1 MiB a connection (CN-9)',
  sizes: {
    short: { connections: 10, seconds: 1, margin: 48 * MEBIBYTE },
    long: { connections: 200, seconds: 20, margin: 0 },
  },
  async run({ connections, seconds, margin }, { scope, subject }, findings) {
    const pipe = await AttackedPipe.open(scope, {
      entrance: subject,
      exit: subject,
      // What is still on its way when its sender is gone holds a connection for so long (TM-7).
      entranceSettings: { patience: 10 },
      exitSettings: { patience: 10 },
    });
    const start = await Promise.all(pipe.daemons.map(({ pid }) => residentBytes(pid)));
    const memory = pipe.daemons.map(({ pid }) => new MemoryWatch(pid, 100));

    pipe.target.manner = ignoring;
    const clients = Array.from({ length: connections }, () => silentClient(scope, pipe));
    // All there before any of them pushes: handshakes beside so much data take their time.
    const reached = await watch(
      () => pipe.target.open.size,
      (open) => open === connections,
    );
    findings.same('connections that reach the target', reached, connections);
    for (const client of clients) void writeForever(client);
    // Every second one is stalled in both directions.
    const pushing = [...pipe.target.open].filter((_socket, n) => n % 2 === 0);
    for (const socket of pushing) void writeForever(socket);

    pipe.target.manner = echoing;
    const begin = performance.now();
    const other = new Transfer(scope, pipe.entrance.source, MEBIBYTE);
    const pause = new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    findings.same('another connection, meanwhile', await other.result, 'right');
    const time = ((performance.now() - begin) / 1000).toFixed(1);
    findings.figure('another connection, 1 MiB there and back', `${time} s`);
    await pause;

    for (const [i, daemon] of pipe.daemons.entries()) {
      const highest = memory[i]?.highest ?? 0;
      const before = start[i] ?? 0;
      memory[i]?.stop();
      const each = (highest - before) / connections;
      const bound = MEBIBYTE + margin / connections;
      findings.verdict(
        `${daemon.role}: under ${mebibytes(bound)} for each connection`,
        each < bound,
        `${mebibytes(each)}, from ${mebibytes(before)} to ${mebibytes(highest)}`,
      );
    }
    for (const socket of [...clients, ...pipe.target.open]) socket.destroy();
    await pipe.judgeAftermath(scope, findings);
  },
});

/** A client that never reads. */
function silentClient(scope: Scope, pipe: AttackedPipe): Socket {
  const socket = connect({ ...pipe.entrance.source.net }).pause();
  socket.on('error', () => {});
  scope.onClose(() => socket.destroy());
  return socket;
}
