/**
 * How the demonstration words its figures: numbers, units, the summary table, colours.
 * Pure; what is measured, and how, is in scenario.ts.
 */

/** `67,108,864`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** ` 42 %`, always as wide, from a share of 0 to 1. */
export function percent(share: number): string {
  return `${Math.floor(share * 100)} %`.padStart(5);
}

/** `205 MB/s`: millions of bytes a second. No time gives no rate. */
export function megabytesPerSecond(bytes: number, seconds: number): string {
  return seconds <= 0 ? '- MB/s' : `${(bytes / seconds / 1e6).toFixed(0)} MB/s`;
}

/** `3.2 ms`. */
export function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}

/** Columns as wide as their widest cell, two spaces apart; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** How to set text off, or not. */
export interface Style {
  heading(text: string): string;
  faint(text: string): string;
  good(text: string): string;
}

/**
 * Colours only for a person who looks at them: a terminal, and no `NO_COLOR` (any value but the
 * empty one, as no-color.org says), and not a `dumb` terminal.
 */
export function styleFor(
  terminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): Style {
  const plain = !terminal || (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  const wrap = (on: number, off: number) => (text: string) =>
    plain ? text : `\x1b[${on}m${text}\x1b[${off}m`;
  return { heading: wrap(1, 22), faint: wrap(2, 22), good: wrap(32, 39) };
}
