/**
 * What a test does when C spiped cannot be had: in CI it fails, elsewhere it is skipped, loudly.
 *
 * Not here: looking for it; see locate.ts.
 */

import { type FoundUpstream, locateUpstream, type Upstream } from './locate.ts';

/**
 * C spiped for the tests of `who` (a few words, such as `interop with C spiped`); undefined where
 * the tests that need it are to be skipped. Then one line with the reason has been printed to the
 * standard error, once a process and `who`.
 *
 * @throws Error where there is no C spiped and `CI` is set (to anything but empty, `0`, `false`),
 *   and whenever `SPIPED_UPSTREAM` is wrong.
 */
export async function upstreamForTests(who: string): Promise<FoundUpstream | undefined> {
  return judgeUpstream(await locateUpstream(), who, process.env.CI, printOnce);
}

/** The policy itself. `print` is given the line that says what is skipped and why. */
export function judgeUpstream(
  upstream: Upstream,
  who: string,
  ci: string | undefined,
  print: (line: string) => void,
): FoundUpstream | undefined {
  if (upstream.found) return upstream;
  if (ci !== undefined && !['', '0', 'false'].includes(ci)) {
    throw new Error(`${who} needs C spiped, and CI skips nothing. ${upstream.reason}`);
  }
  print(`*** SKIPPED: ${who}. ${upstream.reason} ***`);
  return undefined;
}

const printed = new Set<string>();

function printOnce(line: string): void {
  if (printed.has(line)) return;
  printed.add(line);
  process.stderr.write(`${line}\n`);
}
