/**
 * Progress of the upload: a bar that is redrawn where there is a terminal, four plain lines where
 * there is none (a log file keeps no redrawing).
 */

import { megabytesPerSecond, percent } from './report.ts';

/** Redraw no more often than this, in milliseconds. */
const BETWEEN_DRAWINGS = 100;

/** The bar itself: `[######··············]  30 %  205 MB/s`. Width is of the part in brackets. */
export function progressBar(done: number, total: number, seconds: number, width = 30): string {
  const share = total === 0 ? 1 : Math.min(done / total, 1);
  const filled = Math.floor(share * width);
  const bar = '#'.repeat(filled) + '.'.repeat(width - filled);
  return `[${bar}] ${percent(share)}  ${megabytesPerSecond(done, seconds)}`;
}

/** Which quarter (0 to 4) has been passed. */
export function quarter(done: number, total: number): number {
  return total === 0 ? 4 : Math.min(Math.floor((done / total) * 4), 4);
}

/** A progress display in use. */
export interface Progress {
  /** Say where it stands. */
  stop(): void;
}

/**
 * Show progress until stopped. `done` is asked ten times a second; `write` gets what to print,
 * line ends and redrawing included.
 */
export function showProgress(options: {
  readonly total: number;
  readonly done: () => number;
  readonly terminal: boolean;
  readonly indent: string;
  readonly write: (text: string) => void;
}): Progress {
  const { total, done, terminal, indent, write } = options;
  const begun = performance.now();
  let shown = 0;
  const draw = (): void => {
    const now = done();
    const seconds = (performance.now() - begun) / 1000;
    if (terminal) {
      write(`\r${indent}${progressBar(now, total, seconds)}\x1b[K`);
    } else {
      const reached = quarter(now, total);
      if (reached > shown) write(`${indent}${percent(reached / 4)} uploaded\n`);
      shown = Math.max(shown, reached);
    }
  };
  const timer = setInterval(draw, BETWEEN_DRAWINGS);
  return {
    stop() {
      clearInterval(timer);
      draw();
      if (terminal) write('\n');
    },
  };
}
