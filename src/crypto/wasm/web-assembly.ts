/**
 * WebAssembly as far as it is used here, and whether it is there.
 *
 * The compiler's own library of the language does not have its types, which are those of the web.
 */

import { messageOf } from '../../protocol/thrown.ts';
import { assemble } from './assembler.ts';
import { v128 } from './instructions.ts';

interface WebAssembly {
  /** Throws when the bytes are no valid module. */
  readonly Module: new (
    bytes: Uint8Array,
  ) => object;
  readonly Instance: new (
    module: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  validate(bytes: Uint8Array): boolean;
}

/** @throws Error where there is none, as under `node --jitless` */
export function webAssembly(): WebAssembly {
  const found = (globalThis as { readonly WebAssembly?: WebAssembly }).WebAssembly;
  if (found === undefined) throw new Error('this Node has no WebAssembly');
  return found;
}

/** Why the packet engine's code cannot run here; nothing when it can, as far as one can say. */
export function missingForPackets(): string | undefined {
  try {
    return webAssembly().validate(moduleWithVectors()) ? undefined : NO_VECTORS;
  } catch (error) {
    return messageOf(error);
  }
}

const NO_VECTORS = "this Node's WebAssembly has no SIMD on this processor";

/** The smallest module that needs SIMD. */
function moduleWithVectors(): Uint8Array {
  return assemble(
    [{ name: 'f', parameters: [], result: 'i32', body: () => [v128.anyTrue(v128.zero)] }],
    1,
  );
}
