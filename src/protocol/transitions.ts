/**
 * The shape of a transition table: which event can lead from which phase to which phases.
 *
 * A table stands beside each reducer. It documents and never drives: a property test holds the
 * reducer inside it, and the diagrams in `spec/` are drawn from it.
 */

/** One row: in `from`, `event` leads to one of `to`. `note` says when, or why, in a few words. */
export interface TransitionRow {
  readonly from: string;
  readonly event: string;
  readonly to: readonly string[];
  readonly note: string;
}

/** The table of one machine. */
export interface TransitionTable {
  /** Its name, as in the heading of its diagram. */
  readonly machine: string;
  /** The phase in which it starts. */
  readonly initial: string;
  readonly rows: readonly TransitionRow[];
}

/**
 * Rows as they are written: what several phases or events have in common stands once, and `same` is
 * the phase that the step comes from.
 */
export type SharedRow<Phase extends string, Event extends string> = readonly [
  from: Phase | readonly Phase[],
  event: Event | readonly Event[],
  to: Phase | 'same' | readonly (Phase | 'same')[],
  note: string,
];

/** The table that these rows write. */
export function tableOf<Phase extends string, Event extends string>(
  machine: string,
  initial: Phase,
  rows: readonly SharedRow<Phase, Event>[],
): TransitionTable {
  return {
    machine,
    initial,
    rows: rows.flatMap(([phases, events, to, note]) =>
      list(phases).flatMap((from) =>
        list(events).map((event) => ({
          from,
          event,
          to: list(to).map((phase) => (phase === 'same' ? from : phase)),
          note,
        })),
      ),
    ),
  };
}

function list(one: string | readonly string[]): readonly string[] {
  return typeof one === 'string' ? [one] : one;
}

/** Whether a table allows a step. */
export function allows(table: TransitionTable, from: string, event: string, to: string): boolean {
  return table.rows.some((row) => row.from === from && row.event === event && row.to.includes(to));
}
