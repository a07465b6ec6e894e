/** What misbehaviours do to bytes. Nothing here writes to what it is given. */

/** One bit turned over: the lowest of the byte at this index, from the end where it is negative. */
export function flipped(bytes: Buffer, at: number): Buffer {
  const other = Buffer.from(bytes);
  const index = at < 0 ? bytes.length + at : at;
  other[index] = (bytes[index] ?? 0) ^ 1;
  return other;
}

/** Every bit turned over in the bytes from `start` up to `end`. */
export function inverted(bytes: Buffer, start: number, end: number): Buffer {
  return Buffer.from(bytes.map((byte, i) => (i >= start && i < end ? byte ^ 0xff : byte)));
}

export function reversed(bytes: Buffer): Buffer {
  return Buffer.from(bytes).reverse();
}

/** The second half before the first. */
export function swapped(bytes: Buffer): Buffer {
  const half = bytes.length / 2;
  return Buffer.concat([bytes.subarray(half), bytes.subarray(0, half)]);
}

/** Without the zero bytes that it begins with: as libraries for large numbers write it. */
export function minimal(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
}

/** These bytes at this index. */
export function overwritten(bytes: Buffer, at: number, by: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + by.length)]);
}
