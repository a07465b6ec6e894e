/**
 * The command lines whose verdicts are recorded beside the parsers: here both programs are run
 * with them. None of them starts anything: where all is well, the key file is missing.
 */

import {
  type CommandLineVector,
  SPIPE_COMMAND_LINES,
  SPIPED_COMMAND_LINES,
} from '../../../src/cli/testing/c-command-lines.ts';
import type { Vector } from '../vector.ts';

export const commandLines: readonly Vector[] = [
  ...SPIPED_COMMAND_LINES.map((line) => vector('spiped', line)),
  ...SPIPE_COMMAND_LINES.map((line) => vector('spipe', line)),
];

function vector(program: 'spiped' | 'spipe', { args, c }: CommandLineVector): Vector {
  const line = args
    .map((word) => (/^[^\s"]+$/.test(word) ? word : JSON.stringify(word)))
    .join(' ')
    .replace(/(.)\1{20,}/g, (run, one: string) => `${one}(${run.length})`);
  return { id: `${program} ${line}`.trim(), goal: `recorded of C 1.6.2: ${c}`, program, args };
}
