/**
 * The packet engine's WebAssembly module, made and ready: its functions and its memory.
 *
 * It is made on the first call, because a start is to be quick, and once for all connections. What
 * it is used for is said in `batched-engine.ts`.
 */

import { Buffer } from 'node:buffer';
import { MAX_MESSAGE_BYTES } from '../../protocol/parameters.ts';
import { assemble } from './assembler.ts';
import * as layout from './layout.ts';
import { PACKET_FUNCTIONS } from './packet-functions.ts';
import { roundConstants } from './sha256-constants.ts';
import { webAssembly } from './web-assembly.ts';

/** The functions as JavaScript calls them; what each does is said where it is generated. */
export interface Functions {
  hashFour(state: number, message: number, stride: number, blocks: number, k: number): void;
  writeCounters(count: number, first: bigint): void;
  encrypt(count: number, lastLength: number): void;
  decrypt(count: number): number;
  macFour(packet: number, first: bigint): void;
  finishMacs(): void;
  putMacs(packet: number, count: number): void;
  matchMacs(packet: number, count: number): number;
}

/** The machine. All of it is scratch that every connection uses: nothing of it is handed out. */
export interface Machine {
  readonly functions: Functions;
  /** The memory, in three views; it never grows, so that they stay valid. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly buffer: Buffer;
}

let made: Machine | undefined;

/**
 * The machine, made on the first call.
 *
 * @throws what WebAssembly throws where it is missing, lacks SIMD or gets no memory
 */
export function machine(): Machine {
  made ??= makeMachine();
  return made;
}

function makeMachine(): Machine {
  const { Module, Instance } = webAssembly();
  const {
    memory,
    ...functions
  } = // The module was assembled from these very functions.
    new Instance(new Module(assemble(PACKET_FUNCTIONS, layout.PAGES)))
      .exports as unknown as Functions & {
      readonly memory: { readonly buffer: ArrayBuffer };
    };
  const view = new DataView(memory.buffer);
  for (const [i, word] of roundConstants().entries()) {
    view.setUint32(layout.CONSTANTS + 4 * i, word, true);
  }
  const bytes = new Uint8Array(memory.buffer);
  writeCounterIndices(bytes);
  writePadding(view);
  return { functions, view, bytes, buffer: Buffer.from(memory.buffer) };
}

/**
 * Overwrite what is in the memory and an attacker has not seen, after work with up to `packets`
 * packets at a time: the loaded key, what was hashed, MACs, key stream, messages.
 */
export function wipe({ bytes, view }: Machine, packets: number): void {
  bytes.fill(0, layout.LOADED_KEY, layout.KEY_STREAM + packets * layout.STREAM_BYTES);
  bytes.fill(0, layout.PLAINTEXT, layout.PLAINTEXT + packets * MAX_MESSAGE_BYTES);
  writePadding(view);
}

/** be64(index) in the counter blocks of a whole batch, once for all (PK-3). */
function writeCounterIndices(bytes: Uint8Array): void {
  const { BATCH_PACKETS, COUNTERS, STREAM_BYTES } = layout;
  for (let i = 0; i < STREAM_BYTES / 16; i++) bytes[COUNTERS + 16 * i + 15] = i;
  for (let packet = 1; packet < BATCH_PACKETS; packet++) {
    bytes.copyWithin(COUNTERS + packet * STREAM_BYTES, COUNTERS, COUNTERS + STREAM_BYTES);
  }
}

/**
 * The padding of the hashes (FIPS 180-4 §5.1.1): a one bit, zeros, and the length in bits with the
 * block of the padded key. It stays; only the bytes in front of it are written for each packet.
 */
function writePadding(view: DataView): void {
  const { AUTHENTICATED_BYTES, BLOCK_BYTES, INNER_BLOCKS, OUTER_BLOCKS } = layout;
  const pad = (block: number, messageBytes: number): void => {
    view.setUint8(block + (messageBytes % BLOCK_BYTES), 0x80);
    view.setUint32(block + BLOCK_BYTES - 4, 8 * (BLOCK_BYTES + messageBytes));
  };
  for (let lane = 0; lane < 4 * BLOCK_BYTES; lane += BLOCK_BYTES) {
    pad(INNER_BLOCKS + lane, AUTHENTICATED_BYTES);
    pad(OUTER_BLOCKS + lane, 32);
  }
}
