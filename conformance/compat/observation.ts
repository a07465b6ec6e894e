/**
 * What is seen of a program that was given a vector: everything that is compared, as data.
 *
 * Not here: how it is seen (observe.ts) and compared (compare.ts).
 */

/** A process that serves, as the operating system knows it. */
export interface Serving {
  /** Where it listens, sorted: `127.0.0.1:{port}`, `{dir}/socket`. */
  readonly listens: readonly string[];
  /** Did a connection to it arrive at the target? Undefined where it does not listen. */
  readonly reachesTarget: boolean | undefined;
  /** The process name, as `pgrep -x` compares it. */
  readonly name: string;
  /** The words after the program, as `ps` shows them, with single spaces between. */
  readonly arguments: string;
  /** The leader of a session of its own, with no terminal? */
  readonly ownSession: boolean;
  readonly workingDirectory: string;
  /** What standard input, output and error are: `/dev/null`, `stdin`, `stdout`, `stderr`. */
  readonly streams: readonly string[];
  /** Real, effective, saved and file system ids, and supplementary groups. */
  readonly user: string;
  readonly group: string;
  readonly groups: string;
}

/** What was left running when the program that was started had ended. */
export interface Left extends Serving {
  /** Did it listen when the program ended? */
  readonly listenedAtOnce: boolean;
}

/** What happened with one vector. Text has its placeholders back. */
export interface Observation {
  /** How the program ended: `exit 0`, `SIGINT`; or `serves`, where it stays in the foreground. */
  readonly outcome: string;
  /** The program itself, where it serves. */
  readonly foreground: Serving | undefined;
  readonly left: readonly Left[];
  /** What the signal of the vector did to whom it was sent: `exit 0`, `SIGINT`, `gone`, `stays`. */
  readonly afterSignal: string | undefined;
  /** What is in the directory, sorted: `pid: file 644 "{pid}"`, `s: socket`. */
  readonly files: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
}
