/**
 * The command `spiped-trace`: reads the event logs that `spiped` and `spipe` write. Parses the
 * command line, then loads and runs. Everything it does is in `src/trace`.
 */

import './at-once.ts';
import { print } from '../io/standard-streams.ts';
import { start } from './start.ts';
import { parseTrace } from './trace-options.ts';

await start(parseTrace(process.argv.slice(2)), async () => {
  const { runTrace } = await import('../trace/run-trace.ts');
  return (task) => runTrace(task, print);
});
