/**
 * Where things lie in the one memory of the packet engine's WebAssembly module: byte addresses.
 *
 * The memory is scratch, shared by all connections. What a call leaves in it is of no use to the
 * next one but for the constants, the counter blocks' lower halves, and the key that is loaded.
 */

import { CIPHERTEXT_BYTES, MAX_MESSAGE_BYTES, PACKET_BYTES } from '../../protocol/parameters.ts';

/** The most packets that are worked on at once: 64 KiB of plaintext. */
export const BATCH_PACKETS = 64;

/** Key stream of one packet: 65 AES blocks, of the last of which four bytes are used (PK-3). */
export const STREAM_BYTES = 65 * 16;

/** A block of SHA-256. */
export const BLOCK_BYTES = 64;

/** What one packet's MAC is computed over: the ciphertext and be64(packet number) (PK-4). */
export const AUTHENTICATED_BYTES = CIPHERTEXT_BYTES + 8;

/** Two states of eight words, and a block. */
export const LOADED_KEY_BYTES = 2 * 32 + BLOCK_BYTES;

let end = 0;
/** The next `bytes` bytes of memory, from a multiple of 64. */
function allocate(bytes: number): number {
  const address = end;
  end = Math.ceil((end + bytes) / 64) * 64;
  return address;
}

/** The 64 words K of SHA-256. */
export const CONSTANTS = allocate(256);
export const COUNTERS = allocate(BATCH_PACKETS * STREAM_BYTES);
/**
 * The loaded HMAC key as `prepared-keys.ts` keeps it: the state after the inner padded key (8
 * words), that after the outer one (8 words), and the inner padded key itself, with which SINGLE
 * begins. From here to the end of PLAINTEXT is what is wiped.
 */
export const LOADED_KEY = allocate(LOADED_KEY_BYTES);
/** A single packet as one message: the inner padded key, then what is authenticated. */
export const SINGLE = LOADED_KEY + 64;
allocate(AUTHENTICATED_BYTES);
/** The state of four hashes in work: eight vectors. */
export const STATE = allocate(8 * 16);
/** The last block of the inner hash of four packets, one after the other. */
export const INNER_BLOCKS = allocate(4 * BLOCK_BYTES);
/** The only block of the outer hash of four packets. */
export const OUTER_BLOCKS = allocate(4 * BLOCK_BYTES);
/** The MACs of four packets. */
export const MACS = allocate(4 * 32);
/** A result that is more than one number: the length of the plaintext. */
export const PLAINTEXT_LENGTH = allocate(4);
export const KEY_STREAM = allocate(BATCH_PACKETS * STREAM_BYTES);
export const PLAINTEXT = allocate(BATCH_PACKETS * MAX_MESSAGE_BYTES);
/** Four lanes are read also where one or two have a packet; a batch is a multiple of them. */
export const PACKETS = allocate(BATCH_PACKETS * PACKET_BYTES);

/** The size of the memory, in pages of 64 KiB. */
export const PAGES = Math.ceil(end / 65_536);
