/**
 * The command `spipe`: parse the command line, then load and run. Everything it does is elsewhere.
 */

import { inherited } from './at-once.ts';
import { parseSpipe } from './spipe-options.ts';
import { start } from './start.ts';

await start(parseSpipe(process.argv.slice(2)), async () => {
  const { runSpipe } = await import('../daemon/spipe.ts');
  return (config) => runSpipe(config, inherited);
});
