/**
 * Which packet engine runs: the batched one, unless it cannot or somebody says otherwise.
 *
 * `SPIPED_ENGINE=reference` or `=batched` forces one: for tests, and for finding out whether an
 * engine is to blame. The two give the same bytes, so this is no setting for operators.
 */

import { batchedEngine } from './batched-engine.ts';
import type { PacketEngine } from './packet-engine.ts';
import { referenceEngine } from './reference-engine.ts';
import { machine } from './wasm/machine.ts';
import { missingForPackets } from './wasm/web-assembly.ts';

/** The environment variable that forces an engine. */
export const ENGINE_VARIABLE = 'SPIPED_ENGINE';

const ENGINES = { batched: batchedEngine, reference: referenceEngine } as const;

export type EngineName = keyof typeof ENGINES;

/** Which engine is in use, and why; the reason is half a sentence, for a log. */
export interface ChosenEngine {
  readonly name: EngineName;
  readonly reason: string;
}

/** `SPIPED_ENGINE` cannot be obeyed. The message is one line: variable, value, what was expected. */
export class EngineChoiceError extends Error {
  override readonly name = 'EngineChoiceError';
}

/**
 * What the environment and this Node lead to. `missing` says why the batched engine cannot run, if
 * so. Quick: nothing is prepared yet.
 *
 * @throws EngineChoiceError for a variable that is set to anything but an engine's name (empty is
 *   not set), or to one that cannot run here
 */
export function chooseEngine(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  missing: () => string | undefined = missingForPackets,
): ChosenEngine {
  const wish = environment[ENGINE_VARIABLE] ?? '';
  if (wish === 'reference') return { name: wish, reason: `${ENGINE_VARIABLE} says so` };
  if (wish !== '' && wish !== 'batched') {
    throw new EngineChoiceError(
      `${ENGINE_VARIABLE}=${JSON.stringify(wish)}: expected "batched" or "reference"`,
    );
  }
  const why = missing();
  if (why === undefined) {
    const reason = wish === '' ? 'it is the faster one' : `${ENGINE_VARIABLE} says so`;
    return { name: 'batched', reason };
  }
  if (wish === '') return { name: 'reference', reason: why };
  throw new EngineChoiceError(
    `${ENGINE_VARIABLE}=${JSON.stringify(wish)}: expected an engine that can run here, but ${why}`,
  );
}

let chosen: ChosenEngine | undefined;

/** The engine that {@link selectEngine} last selected in this process, or would select. */
export function chosenEngine(): ChosenEngine {
  return chosen ?? chooseEngine();
}

/**
 * The engine to use, as {@link chooseEngine} chooses. That WebAssembly gets no memory shows only
 * when it asks for it, with the first packet: the reference engine takes over then, unless the
 * batched one is forced, and {@link chosenEngine} says so from then on.
 *
 * @throws EngineChoiceError as `chooseEngine`
 */
export function selectEngine(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  prepare: () => unknown = machine,
): PacketEngine {
  const choice = chooseEngine(environment);
  chosen = choice;
  if (choice.name === 'reference' || (environment[ENGINE_VARIABLE] ?? '') !== '') {
    return ENGINES[choice.name];
  }
  const start = (): PacketEngine => {
    try {
      prepare();
      return batchedEngine;
    } catch {
      chosen = { name: 'reference', reason: 'WebAssembly could not be started' };
      return referenceEngine;
    }
  };
  let running: PacketEngine | undefined;
  const engine = (): PacketEngine => (running ??= start());
  return {
    sealPackets: (...from) => engine().sealPackets(...from),
    openPackets: (...from) => engine().openPackets(...from),
  };
}
