/**
 * Goal of this test: a spiped that is process 1 ends by an exit, where a signal would do nothing
 * (CL-41). It is only told that it is process 1, so that this can be seen without a container; in
 * one, it is `signals.test.ts`.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scope } from '../../conformance/subjects/scope.ts';
import { isListening, startSpiped, until, writeKey } from './testing/spiped-process.ts';

let scope: Scope;
beforeEach(async () => {
  scope = await Scope.open();
});
afterEach(() => scope.close());

const AS_INIT = "Object.defineProperty(process, 'pid', { value: 1 })";
const env = { SPIPED_NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(AS_INIT)}` };

//= CL-41
//# As process 1 of a container a daemon MUST obey SIGTERM and SIGINT as elsewhere.
test.each(['SIGTERM', 'SIGINT'] as const)(
  'CL-41: %s ends it in order, at any time',
  async (signal) => {
    const path = (name: string): string => join(scope.directory, name);
    const args = ['-F', '-d', '-s', path('s'), '-k', writeKey(scope)];
    const serving = startSpiped(scope, [...args, '-t', path('t')], { env });
    await until('a spiped that listens', () => isListening(scope, path('s')));
    serving.child.kill(signal);
    expect(await serving.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(existsSync(path('s'))).toBe(false);

    const waiting = startSpiped(scope, [...args, '-D', '-t', 'host.invalid:80'], { env });
    await until('the line about the name', () => waiting.stderr() !== '');
    waiting.child.kill(signal);
    expect(await waiting.ended).toMatchObject({ code: 0, signal: null });
  },
);
