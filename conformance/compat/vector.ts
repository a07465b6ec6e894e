/**
 * What a vector of the differential test is: an argument vector, and what surrounds it.
 *
 * Vectors are data. They do not say what a program should do with them: C spiped says that.
 */

/** One command line that C spiped and the subject are both given. */
export interface Vector {
  /** Stable, unique. */
  readonly id: string;
  /** What it tries, in a few words. */
  readonly goal: string;
  readonly program: 'spiped' | 'spipe';
  /** Words with placeholders; see {@link PLACEHOLDERS}. */
  readonly args: readonly string[];
  /** What is written to standard input, which then ends; nothing where absent. */
  readonly stdin?: string;
  /** Things in the way, which are there before the program starts. */
  readonly obstacles?: readonly Obstacle[];
  /** The signal that a program in the foreground, or the daemon it left, gets once it serves. */
  readonly signal?: 'SIGTERM' | 'SIGINT' | 'SIGHUP';
  /** Run with root's user id, if it is root who tests, but without root's powers. */
  readonly powerless?: true;
  /** What the machine must have for it. */
  readonly needs?: 'IPv6' | 'root';
  /** The background process may be one that never listens: then it is not waited for. */
  readonly mayNeverListen?: true;
}

/** What can be in the way. Each has its placeholder, or its fixed name in the directory. */
export type Obstacle =
  /** A server listens on `{taken}`. */
  | 'taken port'
  /** A server listens on the UNIX socket `{dir}/live`. */
  | 'live socket'
  /** `{dir}/dead` is a UNIX socket on which nobody listens any more. */
  | 'dead socket'
  /** `fifo` is a named pipe, into which a key is written once somebody reads. */
  | 'fifo'
  /** The pid files `pid` and the default one hold a process id that is not in use. */
  | 'stale pid file'
  /** The target refuses connections. */
  | 'target refuses'
  /** The target ends every connection as soon as it is made. */
  | 'target hangs up';

/**
 * What words can hold, filled in for each run and put back into what is compared:
 *
 * | placeholder | is |
 * |---|---|
 * | `{dir}` | the working directory: new, and empty but for the files below |
 * | `{port}` | a free port |
 * | `{source}` | `[127.0.0.1]:{port}` |
 * | `{target}` | the address of a server that takes everything |
 * | `{tport}` | its port |
 * | `{taken}` | an address in use (obstacle `taken port`) |
 *
 * The directory holds `key`, `empty`, `secret` (a key that nobody may read), `directory`.
 */
export const PLACEHOLDERS = ['dir', 'port', 'source', 'target', 'tport', 'taken'] as const;

/** Words written with single spaces between them; none for an empty line. */
export function words(line: string): readonly string[] {
  return line === '' ? [] : line.split(' ');
}
