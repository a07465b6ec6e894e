/**
 * A habit: one line as people run it, as a test. Ours runs the line, C is at the other end.
 */

import { type TestContext, test } from 'vitest';
import { Scope } from '../subjects/scope.ts';
import { type Subject, subjectUnderTest, upstreamSubject } from '../subjects/subject.ts';
import { upstreamForTests } from '../upstream/require.ts';
import { Host } from './host.ts';

/** What a habit is given. Everything it starts ends with the scope. */
export interface Seat {
  readonly scope: Scope;
  /** Where the program under test is installed. */
  readonly host: Host;
  /** C spiped, for the other end. */
  readonly peer: Subject;
}

/** Longer than any wait inside a test, so that a wait's own message is what is seen. */
const TEST_TIMEOUT = 120_000;

const subject = await subjectUnderTest();
const upstream = await upstreamForTests('every line that people run, with C at the other end');

/**
 * Declares a habit. `obstacle` is why it cannot be run on this machine, which is printed; undefined
 * where it can.
 */
export function habit(
  title: string,
  run: (seat: Seat, context: TestContext) => Promise<void>,
  obstacle?: string,
): void {
  if (upstream === undefined) {
    // Why, has been printed.
    test.skip(title, () => {});
    return;
  }
  if (obstacle !== undefined) {
    process.stderr.write(`*** SKIPPED: ${title}: ${obstacle} ***\n`);
    test(title, ({ skip }) => skip(obstacle));
    return;
  }
  test(title, { timeout: TEST_TIMEOUT }, async (context) => {
    const scope = await Scope.open();
    context.onTestFinished(() => scope.close());
    try {
      const host = await Host.make(scope, subject);
      await run({ scope, host, peer: upstreamSubject(upstream) }, context);
    } catch (error) {
      const account = scope.account();
      throw new Error(`${error instanceof Error ? error.message : error}\n${account}`, {
        cause: error,
      });
    }
  });
}
