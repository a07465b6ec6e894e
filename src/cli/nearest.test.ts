/** Goal of these tests: a slip of the finger is recognised, and nothing is made up. */

import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';
import { SPIPED } from './spiped-options.ts';

const OPTIONS = SPIPED.options.map(({ flag }) => flag).filter((flag) => flag.startsWith('--'));

test.each([
  ['--loglevel', '--log-level'],
  ['--log-levl', '--log-level'],
  ['--log-leevl', '--log-level'],
  ['--log_format', '--log-format'],
  ['--Syslog', '--syslog'],
  ['--sys', '--syslog'],
  ['--worker', '--workers'],
  ['--drain', '--drain-timeout'],
  ['--event-logs', '--event-log'],
  ['--hlep', '--help'],
  ['--evnet-log-contnet', '--event-log-content'],
])('%s is %s', (unknown, meant) => {
  expect(nearest(unknown, OPTIONS)).toBe(meant);
});

test.each(['--foo', '--key', '--log', '--', '---', '--h', '--he', '--foreground'])(
  '%s is none of them',
  (unknown) => {
    expect(nearest(unknown, OPTIONS)).toBeUndefined();
  },
);
