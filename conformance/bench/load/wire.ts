/**
 * What the two ends of the load say to each other through whatever is between them.
 *
 *     client → target  'E' …                  everything is sent back, the 'E' too
 *     client → target  'S' offset volume      a stream of the pattern follows when asked for
 *     client → target  'D' offset volume      the same, and one in the other direction
 *     target → client  'R'                    ready: both ends stand, the clock may start
 *     target → client  'K'                    all bytes came and were right, and its own are sent
 *
 * Offset (4 bytes) and volume (6) are big-endian. After 'K' the target sends everything back. Bytes
 * that are not what they should be end the connection: the client misses its 'K'.
 */

export const ECHO = 0x45;
export const STREAM = 0x53;
export const DUPLEX = 0x44;
export const READY = 0x52;
export const RIGHT = 0x4b;

/** The length of what begins a stream, in bytes. */
export const HEADER = 11;

export interface StreamHeader {
  /** Does the target send as much as it gets? */
  readonly duplex: boolean;
  /** Where in the pattern the stream begins; the same in both directions. */
  readonly offset: number;
  /** Bytes in each direction. */
  readonly volume: number;
}

export function writeHeader({ duplex, offset, volume }: StreamHeader): Buffer {
  const bytes = Buffer.alloc(HEADER);
  bytes[0] = duplex ? DUPLEX : STREAM;
  bytes.writeUInt32BE(offset, 1);
  bytes.writeUIntBE(volume, 5, 6);
  return bytes;
}

/** @throws Error when these bytes begin no stream. */
export function readHeader(bytes: Buffer): StreamHeader {
  const mode = bytes[0];
  if (mode !== STREAM && mode !== DUPLEX) throw new Error(`no stream begins with byte ${mode}`);
  return {
    duplex: mode === DUPLEX,
    offset: bytes.readUInt32BE(1),
    volume: bytes.readUIntBE(5, 6),
  };
}
