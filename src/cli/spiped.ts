#!/usr/bin/env node
/**
 * The command `spiped`: parse the command line, then load and run. Everything it does is elsewhere.
 */

import { parseSpiped } from './spiped-options.ts';
import { start } from './start.ts';

await start(
  parseSpiped(process.argv.slice(2)),
  async () => (await import('../daemon/spiped.ts')).runSpiped,
);
