/**
 * The thread that exponentiations run on: what `exponentiation-thread.ts` starts. A file of its own
 * because a thread begins with a file; nothing imports it.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { eraseSecrets } from '../crypto/index.ts';
import { compute } from './exponentiation.ts';
import { type PowerRequest, slotAt, type ThreadMessage } from './exponentiation-slots.ts';

parentPort?.on('message', ({ slot, of }: PowerRequest) => {
  const shared = slotAt(workerData as SharedArrayBuffer, slot);
  // Copies, because OpenSSL's wrappers want memory that is not shared.
  const x = Uint8Array.from(shared.x);
  const power = compute(of === 'generator' ? { x } : { x, base: Uint8Array.from(shared.base) });
  shared.power.set(power);
  eraseSecrets([x, power]);
  parentPort?.postMessage(slot satisfies ThreadMessage);
});

// Started is not enough: a file that cannot be loaded starts, too.
parentPort?.postMessage('ready' satisfies ThreadMessage);
