/** Messages of a program to the person who runs it: `spiped: …` on standard error, as C's warnp. */

/** Say one line. */
export type Report = (message: string) => void;

/** A reporter under this program name. A standard error that nobody reads is no reason to end. */
export function reporter(program: string): Report {
  process.stderr.on('error', () => {});
  return (message) => {
    process.stderr.write(`${program}: ${message}\n`);
  };
}
