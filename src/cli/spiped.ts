/**
 * The command `spiped`: parse the command line, then load and run. Everything it does is elsewhere.
 *
 * Without `-F` it runs twice: the process that was called begins a second one in the background
 * and waits for its start (`background.ts`); the second finds the mark, and is the daemon. With
 * `--workers` the daemon starts further ones, which find another mark.
 */

import { takeStartMark } from '../daemon/start-mark.ts';
import { inherited } from './at-once.ts';
import { parseSpiped } from './spiped-options.ts';
import { start } from './start.ts';

const parentDescriptor = takeStartMark('background', process.env);
const keyDescriptor = takeStartMark('worker', process.env);

await start(parseSpiped(process.argv.slice(2)), async ({ foreground }) => {
  if (keyDescriptor !== undefined) {
    const { runWorker } = await import('../daemon/worker.ts');
    return (config) => runWorker(config, keyDescriptor);
  }
  if (foreground || parentDescriptor !== undefined) {
    const { runSpiped } = await import('../daemon/spiped.ts');
    return (config) => runSpiped(config, inherited, foreground ? undefined : parentDescriptor);
  }
  const { startInBackground } = await import('../daemon/background.ts');
  return (config) => startInBackground(config, inherited);
});
