/**
 * A process of its own that makes much garbage after a thread has begun, and prints how many bytes
 * its space for new objects takes then.
 */

import { getHeapSpaceStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';

const thread = new Worker('setInterval(() => {}, 1000)', { eval: true });
await new Promise((resolve) => thread.once('online', resolve));
let kept: object[] = [];
for (let i = 0; i < 3_000_000; i++) {
  kept.push({ i });
  if (kept.length === 20_000) kept = [];
}
const spaces = getHeapSpaceStatistics();
console.log(spaces.find(({ space_name }) => space_name === 'new_space')?.space_size);
await thread.terminate();
