/**
 * A packet beside its plaintext, for a person to look at.
 *
 * Counter mode keeps places: byte i of the ciphertext is byte i of the plaintext with one byte of
 * key stream added (PK-3). So each row of the display really is the same sixteen bytes twice.
 * Nothing here decrypts; the plaintext is given by the caller, who sent it.
 */

import { PACKET_BYTES } from '../../src/protocol/parameters.ts';
import { HANDSHAKE_BYTES } from './relay.ts';

/** Bytes a row. */
const ROW = 16;

/** The whole packets in what one direction carried, first to last; a partial one is left out. */
export function packetsOf(wire: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (let at = HANDSHAKE_BYTES; at + PACKET_BYTES <= wire.length; at += PACKET_BYTES) {
    packets.push(wire.subarray(at, at + PACKET_BYTES));
  }
  return packets;
}

/**
 * How many packets a direction of `bytes` bytes carried.
 *
 * @returns undefined when the bytes are not a handshake and whole packets.
 */
export function packetCount(bytes: number): number | undefined {
  const count = (bytes - HANDSHAKE_BYTES) / PACKET_BYTES;
  return Number.isInteger(count) && count >= 0 ? count : undefined;
}

/** The first `rows` rows of a packet in hexadecimal, each beside the plaintext it hides. */
export function packetRows(packet: Uint8Array, plaintext: string, rows: number): string[] {
  return Array.from({ length: rows }, (_, row) => {
    const bytes = packet.subarray(row * ROW, (row + 1) * ROW);
    const characters = plaintext.slice(row * ROW, (row + 1) * ROW);
    return `${hex(bytes)}   ${printable(characters)}`.trimEnd();
  });
}

/** `8f 3a …`, two digits a byte. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** One character a byte: what cannot be printed is a dot. */
export function printable(characters: string): string {
  return characters.replace(/[^ -~]/g, '.');
}
