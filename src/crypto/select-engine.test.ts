/**
 * Which engine is chosen, and what happens where the faster one cannot run.
 */

import { afterEach, describe, expect, test, vi } from 'vitest';
import { batchedEngine } from './batched-engine.ts';
import { referenceEngine } from './reference-engine.ts';
import { chooseEngine, chosenEngine, EngineChoiceError, selectEngine } from './select-engine.ts';
import { createSuite } from './suite.ts';

const keys = { e: new Uint8Array(32).fill(1), h: new Uint8Array(32).fill(2) };
const plaintext = new Uint8Array(5000).fill(3);
const packets = referenceEngine.sealPackets(keys, 0n, plaintext);

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

describe('the choice of an engine', () => {
  test('is the batched one, where nothing else is said', () => {
    expect(chooseEngine({})).toEqual({ name: 'batched', reason: 'it is the faster one' });
    expect(chooseEngine({ SPIPED_ENGINE: '' }).name).toBe('batched');
  });

  test.each(['batched', 'reference'] as const)('is %s when SPIPED_ENGINE says so', (name) => {
    expect(chooseEngine({ SPIPED_ENGINE: name })).toEqual({
      name,
      reason: 'SPIPED_ENGINE says so',
    });
    const engine = selectEngine({ SPIPED_ENGINE: name });
    expect(engine).toBe(name === 'batched' ? batchedEngine : referenceEngine);
    expect(chosenEngine().name).toBe(name);
  });

  test.each(['Batched', 'fast', ' reference', '1', 'constructor', '__proto__', 'a\nb'])(
    'is an error that names variable, value and what was expected, for %j',
    (value) => {
      expect(() => chooseEngine({ SPIPED_ENGINE: value })).toThrow(
        new EngineChoiceError(
          `SPIPED_ENGINE=${JSON.stringify(value)}: expected "batched" or "reference"`,
        ),
      );
    },
  );

  test('is read from the environment of the process by a suite that is given no engine', () => {
    vi.stubEnv('SPIPED_ENGINE', 'nonsense');
    expect(() => createSuite()).toThrow(EngineChoiceError);
    vi.stubEnv('SPIPED_ENGINE', 'reference');
    expect(createSuite().sealPackets(keys, 0n, plaintext)).toEqual(packets);
    expect(chosenEngine().name).toBe('reference');
  });
});

describe('where WebAssembly has no SIMD', () => {
  const without = () => vi.stubGlobal('WebAssembly', { ...present(), validate: () => false });

  test('the reference engine is chosen, and the reason says why', () => {
    without();
    const engine = selectEngine({});
    expect(engine.sealPackets(keys, 0n, plaintext)).toEqual(packets);
    expect(chosenEngine()).toEqual({
      name: 'reference',
      reason: "this Node's WebAssembly has no SIMD on this processor",
    });
  });

  test('forcing the batched engine is an error that says why', () => {
    without();
    expect(() => chooseEngine({ SPIPED_ENGINE: 'batched' })).toThrow(
      'SPIPED_ENGINE="batched": expected an engine that can run here, but this Node\'s ' +
        'WebAssembly has no SIMD on this processor',
    );
    expect(chooseEngine({ SPIPED_ENGINE: 'reference' }).name).toBe('reference');
  });

  test('the same goes for a Node that has no WebAssembly at all', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(chooseEngine({})).toEqual({
      name: 'reference',
      reason: 'this Node has no WebAssembly',
    });
  });
});

describe('where WebAssembly cannot be started', () => {
  const fail = () => {
    throw new RangeError('out of memory');
  };

  test('the reference engine takes over with the first packet, and it is known', () => {
    const batched = vi.spyOn(batchedEngine, 'openPackets');
    const engine = selectEngine({}, fail);
    expect(chosenEngine().name).toBe('batched');
    expect(engine.openPackets(keys, 0n, packets)).toEqual({ plaintext, opened: 5 });
    expect(engine.sealPackets(keys, 0n, plaintext)).toEqual(packets);
    expect(batched).not.toHaveBeenCalled();
    expect(chosenEngine()).toEqual({
      name: 'reference',
      reason: 'WebAssembly could not be started',
    });
  });

  test('it is tried once, and the engine then stays the same', () => {
    const reference = vi.spyOn(referenceEngine, 'openPackets');
    const prepare = vi.fn();
    const engine = selectEngine({}, prepare);
    expect(prepare).not.toHaveBeenCalled();
    for (let i = 0; i < 3; i++) engine.openPackets(keys, 0n, packets);
    expect(prepare).toHaveBeenCalledTimes(1);
    expect(reference).not.toHaveBeenCalled();
  });
});

function present(): object {
  return (globalThis as unknown as { readonly WebAssembly: object }).WebAssembly;
}
