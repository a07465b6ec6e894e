#!/usr/bin/env node
/**
 * The command `spipe`: parse the command line, then load and run. Everything it does is elsewhere.
 */

import { parseSpipe } from './spipe-options.ts';
import { start } from './start.ts';

await start(
  parseSpipe(process.argv.slice(2)),
  async () => (await import('../daemon/spipe.ts')).runSpipe,
);
