/** A process of its own that drops an object, lets the heap be kept small, and says when it is freed. */

import { CONNECTIONS_PER_COLLECTION, keepHeapSmall } from '../memory.ts';

const keeper = keepHeapSmall();
let freed = false;
const registry = new FinalizationRegistry(() => {
  freed = true;
});
registry.register({}, 'an object');
for (let turn = 0; turn < 1000 && !freed; turn++) {
  for (let i = 0; i < CONNECTIONS_PER_COLLECTION; i++) keeper.connectionEnded();
  await new Promise((resolve) => setImmediate(resolve));
}
console.log(freed ? 'freed' : 'kept');
