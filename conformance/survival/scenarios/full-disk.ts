/**
 * Goal: an event log on a full disk stops recording, is said once, and harms no connection; the same
 * where the size of files is limited (EFBIG, with SIGXFSZ).
 */

import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { AttackedPipe } from '../pipe.ts';
import { defineScenario, type Findings, type Setting } from '../scenario.ts';
import { Transfer } from '../transfer.ts';
import { MEBIBYTE } from '../vitals.ts';

interface Size {
  /** Connections one after the other, and then as many at once. */
  readonly transfers: number;
  readonly bytes: number;
}

export const fullDisk = defineScenario<Size>({
  name: 'full-disk',
  goal: 'an event log that cannot grow any more is given up, said once, and harms no connection',
  sizes: {
    short: { transfers: 4, bytes: MEBIBYTE / 2 },
    long: { transfers: 20, bytes: 2 * MEBIBYTE },
  },
  async run(size, setting, findings) {
    const fileLimit = ['prlimit', `--fsize=${DISK_BYTES}:${DISK_BYTES}`];
    await record('limited files', fileLimit, 'EFBIG', size, setting, findings);
    const mount = await ownMounts();
    if (mount === undefined) {
      process.stderr.write('*** SKIPPED: full-disk: a tmpfs cannot be mounted here ***\n');
      findings.figure('full tmpfs', 'not tried: a tmpfs cannot be mounted here');
      return;
    }
    await record('full tmpfs', mount, 'ENOSPC', size, setting, findings);
  },
});

/** What the event logs have room for. */
const DISK_BYTES = 65_536;

/** Runs the rest of its arguments where the first, a directory, is a small disk of its own. */
const ON_SMALL_DISK = `mount -t tmpfs -o size=${DISK_BYTES} tmpfs "$0" && exec "$@"`;

/**
 * What starts a program with a small disk that nobody else sees and that ends with it; undefined
 * where that is not allowed. The directory and the program's arguments follow.
 */
async function ownMounts(): Promise<readonly string[] | undefined> {
  for (const unshare of [
    ['unshare', '--mount'],
    ['unshare', '--mount', '--map-root-user'],
  ] as const) {
    const [file, ...args] = [...unshare, 'sh', '-c', ON_SMALL_DISK] as const;
    const tried = await execa(file, [...args, '/mnt', 'true'], { reject: false });
    if (!tried.failed) return [file, ...args];
  }
  return undefined;
}

async function record(
  what: string,
  inside: readonly string[],
  code: string,
  { transfers, bytes }: Size,
  { scope, subject }: Setting,
  findings: Findings,
): Promise<void> {
  const directory = join(scope.directory, what.replace(' ', '-'));
  await mkdir(directory);
  const settings = {
    inside: code === 'ENOSPC' ? [...inside, directory] : inside,
    more: ['--event-log', directory],
  };
  const pipe = await AttackedPipe.open(scope, {
    entrance: subject,
    exit: subject,
    entranceSettings: settings,
    exitSettings: settings,
  });
  const source = pipe.entrance.source;
  const results: string[] = [];
  for (let n = 0; n < transfers; n += 1) {
    results.push(await new Transfer(scope, source, bytes).result);
  }
  const together = Array.from({ length: transfers }, () => new Transfer(scope, source, bytes));
  results.push(...(await Promise.all(together.map((transfer) => transfer.result))));
  const right = results.filter((result) => result === 'right').length;
  findings.same(`${what}: of ${results.length} transfers are right`, right, results.length);
  for (const { role, program } of pipe.daemons) {
    const lines = program.complaints.split('\n').filter((line) => /event log/.test(line));
    // Each of these connections is cut short, and that is one outage. A machine so slow that ten
    // seconds lie between two of them may have recovered in between, as it will have said.
    const said = lines.map((line) =>
      line.includes('recording again') ? 'again' : line.includes(code) ? code : 'something else',
    );
    findings.same(
      `${what}: ${role} says ${code} first, and once in an outage`,
      said[0] ?? 'nothing',
      code,
    );
    const repeated = said.filter((word, at) => word === said[at - 1] || word === 'something else');
    findings.same(`${what}: other lines of ${role} about the event log`, repeated.length, 0);
  }
  const files = (await readdir(directory)).length;
  findings.figure(`${what}: files made where they can be seen`, `${files}`);
  await pipe.judgeAftermath(scope, findings);
}
