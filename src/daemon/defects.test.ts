/** An exception that nobody caught: the process goes on, and nothing of its message is printed. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { describeDefect } from './defects.ts';

test('is reported by name and place, and does not end the process (CN-15)', async () => {
  const program = fileURLToPath(new URL('./testing/defective.ts', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    ...['--import', 'tsx'],
    program,
  ]);
  expect(stdout).toBe('goes on\n');
  expect(stderr).not.toContain('secret');
  const defect = 'defective: a defect in this program; please report it:';
  const place = String.raw`defective\.ts:\d+:\d+`;
  expect(stderr.trim().split('\n').sort()).toEqual([
    'defective: Node warns of something: SomeWarning [CODE]',
    expect.stringMatching(new RegExp(`^${defect} Error \\[E_CODE\\](, at ${place}.*)?$`)),
    expect.stringMatching(new RegExp(`^${defect} RangeError, at .*${place}.*$`)),
  ]);
});

describe('the line about it', () => {
  test('names the code of an error of Node', () => {
    let thrown: unknown;
    try {
      Buffer.alloc('secret' as unknown as number);
    } catch (error) {
      thrown = error;
    }
    const line = describeDefect(thrown);
    expect(line).toMatch(/: TypeError \[ERR_INVALID_ARG_TYPE\], at .*\bdefects\.test\.ts:\d+:\d+/);
    expect(line).not.toContain('secret');
  });

  test('has no places when the message was changed: they cannot be told from it', () => {
    const error = new Error('first\n    at f (file:///secret.js:1:2)');
    // Formatted when it is first read.
    expect(error.stack).toContain('first');
    error.message = 'second';
    expect(describeDefect(error)).toBe('a defect in this program; please report it: Error');
  });

  test.each(['a secret string', 42, null, undefined, { message: 'secret' }])(
    'knows what it cannot know of %j',
    (thrown) => {
      expect(describeDefect(thrown)).toBe(
        `a defect in this program; please report it: ${typeof thrown}`,
      );
    },
  );
});
