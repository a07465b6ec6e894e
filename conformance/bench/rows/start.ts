/** From the start of a daemon to its first accepted connection, and the sizes of what is installed. */

import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { timeToListening } from '../../startup/measure.ts';
import type { Subject } from '../../subjects/subject.ts';
import { C } from '../report.ts';
import { MEGABYTE, type Round, type Row } from './row.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const KILOBYTE = 1_000;

export const start: Row = {
  name: 'start',
  figures: [
    { name: 'listening', title: 'start to listening', unit: 'ms', better: 'lower' },
    { name: 'programs', title: 'spiped and spipe on disk', unit: 'kB', better: 'lower' },
    { name: 'package', title: 'whole package, unpacked', unit: 'kB', better: 'lower' },
    { name: 'node', title: 'Node itself', unit: 'MB', better: 'lower' },
  ],
  open: async ({ scope, contenders }) => {
    const unpacked = await unpackedPackage();
    for (const { subject } of contenders) await timeToListening(scope, subject);
    return async () => {
      const round: Round = { listening: {}, programs: {}, package: {}, node: {} };
      const put = (figure: string, column: string, value: number) => {
        round[figure] = { ...round[figure], [column]: value };
      };
      for (const { name, subject } of contenders) {
        put('listening', name, await timeToListening(scope, subject));
        put('programs', name, (await programs(subject)) / KILOBYTE);
        if (name === C) continue;
        put('package', name, unpacked / KILOBYTE);
        put('node', name, (await stat(subject.spiped[0])).size / MEGABYTE);
      }
      return round;
    };
  },
};

/** Bytes of both programs: executables, or scripts without what runs them. */
async function programs({ spiped, spipe }: Subject): Promise<number> {
  const sizes = await Promise.all([spiped, spipe].map(async (each) => await stat(last(each))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

function last(command: readonly string[]): string {
  return command.at(-1) ?? '';
}

/** Bytes of what npm would install, with library, sources, pages and vectors. */
async function unpackedPackage(): Promise<number> {
  const { stdout } = await execa('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: PROJECT,
  });
  // A list of packages up to npm 11, an object by name after it.
  const packages: Record<string, { readonly unpackedSize: number }> = JSON.parse(stdout);
  return Object.values(packages).reduce((sum, { unpackedSize }) => sum + unpackedSize, 0);
}
