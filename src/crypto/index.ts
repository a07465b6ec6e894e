/**
 * The room's front door: what `io`, `daemon`, `cli` and the tools may import from `src/crypto`.
 *
 * It is only a list. The core imports nothing of it: it is handed a suite.
 */

export { batchedEngine } from './batched-engine.ts';
export { eraseSecrets } from './erase-secrets.ts';
export { computeSharedSecret, generateKeyPair, type KeyPair } from './group14.ts';
export { type KeyFile, KeyFileError, readKeyFile, readSharedSecret } from './keyfile.ts';
export type { PacketEngine } from './packet-engine.ts';
export { referenceEngine } from './reference-engine.ts';
export {
  type ChosenEngine,
  chooseEngine,
  chosenEngine,
  EngineChoiceError,
  type EngineName,
  selectEngine,
} from './select-engine.ts';
export { createSuite } from './suite.ts';
