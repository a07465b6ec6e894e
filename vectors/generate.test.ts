/** The committed vectors are the ones that their generator writes. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** It takes some seconds of a processor, whoever else wants it. In milliseconds. */
const TIME_LIMIT = 300_000;

test(
  'vectors/generate.ts --check finds no difference',
  () => {
    const program = fileURLToPath(new URL('generate.ts', import.meta.url));
    const args = ['--import', import.meta.resolve('tsx'), program, '--check'];
    const { status, stderr } = spawnSync(process.execPath, args);
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
  },
  TIME_LIMIT,
);
