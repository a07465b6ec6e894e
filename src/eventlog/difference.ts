/**
 * Where two values of the log's vocabulary first differ, in words: for replay, which compares
 * what was recorded with what the core does now.
 */

const SHOWN_BYTES = 8;

/**
 * The first place where `computed` is not as `recorded`, named from `path` on, or `undefined`
 * when they are the same. Compares bytes, lists, plain objects (a field that is `undefined`
 * counts as absent) and simple values.
 */
export function firstDifference(
  recorded: unknown,
  computed: unknown,
  path: string,
): string | undefined {
  if (recorded instanceof Uint8Array && computed instanceof Uint8Array) {
    return differenceOfBytes(recorded, computed, path);
  }
  if (isObject(recorded) && isObject(computed)) {
    for (const name of new Set([...Object.keys(recorded), ...Object.keys(computed)])) {
      const at = Array.isArray(recorded) ? `${path}[${name}]` : `${path}.${name}`;
      const difference = firstDifference(recorded[name], computed[name], at);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return Object.is(recorded, computed)
    ? undefined
    : `${path}: recorded ${show(recorded)}, replayed ${show(computed)}`;
}

function differenceOfBytes(
  recorded: Uint8Array,
  computed: Uint8Array,
  path: string,
): string | undefined {
  const length = Math.min(recorded.length, computed.length);
  let i = 0;
  while (i < length && recorded[i] === computed[i]) i++;
  if (i < length) {
    return (
      `${path}: byte ${i} of ${recorded.length}: ` +
      `recorded ${hex(recorded, i)}, replayed ${hex(computed, i)}`
    );
  }
  return recorded.length === computed.length
    ? undefined
    : `${path}: recorded ${recorded.length} bytes, replayed ${computed.length}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (isObject(value)) return typeof value.type === 'string' ? value.type : 'something';
  return JSON.stringify(value);
}

function hex(bytes: Uint8Array, from: number): string {
  const shown = Buffer.from(bytes.subarray(from, from + SHOWN_BYTES)).toString('hex');
  return from + SHOWN_BYTES < bytes.length ? `${shown}…` : shown;
}
