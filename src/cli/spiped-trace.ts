/**
 * The command `spiped-trace`: reads the event logs that `spiped` and `spipe` write. Parses the
 * command line, then loads and runs. Everything it does is in `trace/`.
 */

import './at-once.ts';
import { start } from './start.ts';
import { parseTrace } from './trace/trace-options.ts';

await start(
  parseTrace(process.argv.slice(2)),
  async () => (await import('./trace/run-trace.ts')).runTrace,
);
