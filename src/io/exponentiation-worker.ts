/**
 * The thread that exponentiations run on: what `exponentiation-thread.ts` starts. A file of its own
 * because a thread begins with a file; nothing imports it.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { computeSharedSecret, eraseSecrets, generateKeyPair } from '../crypto/index.ts';
import { type PowerRequest, READY, slotAt } from './exponentiation-slots.ts';

const memory = workerData as SharedArrayBuffer;

parentPort?.on('message', ({ slot: index, of }: PowerRequest) => {
  const slot = slotAt(memory, index);
  // Copies, because OpenSSL's wrappers want memory that is not shared.
  const x = Uint8Array.from(slot.exponent);
  const power =
    of === 'generator' ? generateKeyPair(x).y : computeSharedSecret(x, Uint8Array.from(slot.base));
  slot.power.set(power);
  eraseSecrets(of === 'generator' ? [x] : [x, power]);
  parentPort?.postMessage(index);
});

// Started is not enough: a file that cannot be loaded starts, too.
parentPort?.postMessage(READY);
