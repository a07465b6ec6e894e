/**
 * Holding states immutable: a frozen state makes a reducer that writes to it throw.
 */

/** Freeze an object and the plain objects and arrays in it; bytes cannot be frozen and are left. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}

/** The same object with arrays of bytes of its own. */
export function copyOf<T extends object>(value: T): T {
  const copies = Object.entries(value).map(([name, field]: [string, unknown]) => [
    name,
    // A Buffer's own `slice` makes no copy.
    Buffer.isBuffer(field)
      ? Buffer.from(field)
      : field instanceof Uint8Array
        ? field.slice()
        : field,
  ]);
  return Object.fromEntries(copies) as T;
}
