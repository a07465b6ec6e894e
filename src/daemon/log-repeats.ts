/**
 * How often one kind of thing is said: a few lines, then a count.
 *
 * The first line of a kind opens a window of ten seconds. Within it, only so many lines are let
 * through; the others are counted, and when the window closes the count is told. The kinds are the
 * fixed codes of this program, and so many windows can be open at most; the peers in them are bounded.
 */

import type { LogLevel } from '../config/config.ts';

/** Lines of one kind in one window, where nothing else is said about the kind. */
export const LINES_IN_WINDOW = 5;

/** Kinds of which fewer lines are said than of others. */
const FEWER_LINES: Readonly<Record<string, number>> = { 'limit-reached': 1 };

/** The length of a window. */
export const WINDOW_MILLISECONDS = 10_000;

/** Peers told apart in one window; there may be more. */
export const MAXIMUM_PEERS = 1000;

/** Time as this module needs it; tests bring their own. */
export interface RepeatTime {
  /** Milliseconds of a clock that never goes back. */
  monotonic(): number;
  /** Calls back once. Does not keep the process alive. */
  after(milliseconds: number, callback: () => void): void;
}

/** Repeats that were not said. */
export interface HeldBack {
  readonly kind: string;
  /** The level of the line that opened the window. */
  readonly level: LogLevel;
  readonly count: number;
  /** The time they took, rounded up to whole seconds, at least 1. */
  readonly seconds: number;
  /** From how many different peers, as far as they were given; at most {@link MAXIMUM_PEERS}. */
  readonly peers: number;
}

interface Window {
  readonly level: LogLevel;
  readonly openedAt: number;
  lines: number;
  heldBack: number;
  /** Of those that were held back. */
  readonly peers: Set<string>;
}

/** Decides what is said, and tells what was not. */
export class RepeatLimit {
  private readonly windows = new Map<string, Window>();
  private readonly time: RepeatTime;
  private readonly tell: (heldBack: HeldBack) => void;

  constructor(time: RepeatTime, tell: (heldBack: HeldBack) => void) {
    this.time = time;
    this.tell = tell;
  }

  /** Whether a line of this kind is said now; if not, it is counted, and so is its peer. */
  admit(kind: string, level: LogLevel, peer?: string): boolean {
    const window = this.windows.get(kind) ?? this.open(kind, level);
    if (window.lines < (FEWER_LINES[kind] ?? LINES_IN_WINDOW)) {
      window.lines += 1;
      return true;
    }
    window.heldBack += 1;
    if (peer !== undefined && window.peers.size < MAXIMUM_PEERS) window.peers.add(peer);
    return false;
  }

  /** Close every window, and tell what they held back. */
  flush(): void {
    for (const [kind, window] of this.windows) this.close(kind, window);
  }

  private open(kind: string, level: LogLevel): Window {
    const openedAt = this.time.monotonic();
    const window = { level, openedAt, lines: 0, heldBack: 0, peers: new Set<string>() };
    this.windows.set(kind, window);
    this.time.after(WINDOW_MILLISECONDS, () => this.close(kind, window));
    return window;
  }

  private close(kind: string, window: Window): void {
    // One that `flush` has closed is closed by its timer, too.
    if (this.windows.get(kind) !== window) return;
    this.windows.delete(kind);
    if (window.heldBack === 0) return;
    const elapsed = this.time.monotonic() - window.openedAt;
    // A timer is late, never early; what it waited is what the window was meant to be.
    const seconds = Math.ceil(Math.min(elapsed, WINDOW_MILLISECONDS) / 1000);
    this.tell({
      kind,
      level: window.level,
      count: window.heldBack,
      seconds: Math.max(1, seconds),
      peers: window.peers.size,
    });
  }
}
