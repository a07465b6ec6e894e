/**
 * How a peer hands bytes to its socket: cut where it likes, with pauses, or no further than here.
 * Offsets count all bytes that it sends, from its nonce on; packet n begins at 320 + 1060 · n.
 */

import { HANDSHAKE_LENGTH, PACKET_LENGTH } from '../parameters.ts';
import type { Known, Piece } from '../points.ts';

type Writes = (pieces: readonly Piece[], known: Known) => readonly Piece[];

/** So many bytes into packet n. */
export const inPacket = (n: number, bytes: number): number =>
  HANDSHAKE_LENGTH + n * PACKET_LENGTH + bytes;

/** Cut at these offsets, with this between the pieces. */
export function cutAt(offsets: readonly number[], between?: Piece): Writes {
  return eachPiece((bytes, start) => {
    const inside = offsets.map((offset) => offset - start);
    const cuts = inside.filter((cut) => cut > 0 && cut < bytes.length);
    const bounds = [0, ...cuts, bytes.length];
    return bounds.slice(1).flatMap((end, i): readonly Piece[] => {
      const piece = bytes.subarray(bounds[i], end);
      return between === undefined || i === 0 ? [piece] : [between, piece];
    });
  });
}

/** Cut there, and another connection goes through the subject between the pieces. */
export const pausing = (...offsets: number[]): Writes => cutAt(offsets, 'look');

/** Single bytes from one offset up to another. */
export function byteByByte(from: number, to: number): Writes {
  return cutAt(Array.from({ length: to - from + 1 }, (_, i) => from + i));
}

/**
 * Nothing more after this offset but what `how` is. A reset waits until another connection has gone
 * through: where bytes before it are still unread, a subject may be shown an end instead.
 */
export function stopAt(offset: number, how: 'fin' | 'reset' | 'silence'): Writes {
  return eachPiece((bytes, start) => {
    if (start + bytes.length <= offset) return [bytes];
    const last = bytes.subarray(0, Math.max(0, offset - start));
    return how === 'reset' ? [last, 'look', how] : [last, how];
  });
}

/** Goes through pieces that are bytes, with the offset of each. */
function eachPiece(turn: (bytes: Buffer, start: number) => readonly Piece[]): Writes {
  return (pieces, { written }) => {
    let start = written;
    return pieces.flatMap((piece) => {
      if (!Buffer.isBuffer(piece)) return [piece];
      const result = turn(piece, start);
      start += piece.length;
      return result;
    });
  };
}
