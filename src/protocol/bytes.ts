/** Joining bytes without writing to any of them. */

/** An array of no bytes, for states that hold nothing yet. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** The parts one after the other. A single non-empty part is returned as it is, not copied. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const filled = parts.filter((part) => part.length > 0);
  const [only] = filled;
  if (only === undefined) return NO_BYTES;
  if (filled.length === 1) return only;
  const joined = new Uint8Array(filled.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of filled) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
