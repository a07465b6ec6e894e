/**
 * The numbers of the protocol: lengths in bytes, the group, and how a number is put on the wire.
 *
 * From the tables of `spec/protocol.md`, like all of this folder.
 */

/** Which end of a cipher connection: `client` is `spiped -e` and spipe, `server` is `spiped -d`. */
export type Role = 'client' | 'server';

export const otherRole = (role: Role): Role => (role === 'client' ? 'server' : 'client');

/** A nonce (HS-1), and any MAC. */
export const NONCE_LENGTH = 32;
export const MAC_LENGTH = 32;
/** A number below p, with its leading zeros (HS-6). */
export const Y_LENGTH = 256;
/** y ‖ h (HS-6). */
export const MESSAGE_LENGTH = Y_LENGTH + MAC_LENGTH;
/** Everything of one end before its first packet (HS-4). */
export const HANDSHAKE_LENGTH = NONCE_LENGTH + MESSAGE_LENGTH;

/** The most plaintext that a packet carries (PK-1). */
export const TEXT_LENGTH = 1024;
/** Text, padding and be32 of the text's length (PK-2). */
export const CLEARTEXT_LENGTH = TEXT_LENGTH + 4;
/** Ciphertext and MAC (PK-1). */
export const PACKET_LENGTH = CLEARTEXT_LENGTH + MAC_LENGTH;
/** A block of AES (PK-3). */
export const BLOCK_LENGTH = 16;

/** The modulus of the 2048-bit MODP group 14 (RFC 3526 section 3). */
export const P = BigInt(
  `0x${[
    'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74',
    '020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437',
    '4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED',
    'EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05',
    '98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB',
    '9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B',
    'E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718',
    '3995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF',
  ].join('')}`,
);
export const GENERATOR = 2n;

/** n as 4 bytes, most significant first. */
export function be32(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}

/** n, below 2⁶⁴, as 8 bytes, most significant first. */
export function be64(n: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(n);
  return bytes;
}
