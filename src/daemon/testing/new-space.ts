/**
 * A process of its own that makes much garbage, and prints how many bytes its space for new objects
 * takes then: `fixed` fixes it after a thread has begun, anything else leaves it to V8.
 */

import { getHeapSpaceStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { fixNewSpace, keepHeapSmall } from '../memory.ts';

keepHeapSmall();
const thread = new Worker('setInterval(() => {}, 1000)', { eval: true });
await new Promise((resolve) => thread.once('online', resolve));
if (process.argv[2] === 'fixed') fixNewSpace();
let kept: object[] = [];
for (let i = 0; i < 3_000_000; i++) {
  kept.push({ i });
  if (kept.length === 20_000) kept = [];
}
const spaces = getHeapSpaceStatistics();
console.log(spaces.find(({ space_name }) => space_name === 'new_space')?.space_size);
await thread.terminate();
