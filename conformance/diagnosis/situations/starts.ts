/** A daemon that cannot start, or starts with a word of warning. */

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { echo } from '../../interop/targets.ts';
import { newAddress } from '../../subjects/addresses.ts';
import type { Chapter, Expectation, Situation } from '../situation.ts';
import type { Stage } from '../stage.ts';

/** A start that is refused, of which one line is about its reason. */
function refused(
  id: string,
  says: RegExp,
  change: (stage: Stage) => Promise<Partial<Record<'-s' | '-t' | '-k', string>>>,
  never: readonly RegExp[] = [],
): Situation {
  return {
    id,
    ends: 'client',
    expected: { '-e': { says: [says], never, keyPossible: true } },
    async run(stage) {
      const anywhere = {
        '-s': (await newAddress('ipv4', stage.scope.directory)).text,
        '-t': (await newAddress('ipv4', stage.scope.directory)).text,
        '-k': stage.key,
        ...(await change(stage)),
      };
      await stage.refused('-e', Object.entries(anywhere).flat());
    },
  };
}

/** A start with a warning, after which all is well. */
function warned(
  id: string,
  expected: Expectation,
  settings: (stage: Stage) => Parameters<Stage['daemon']>[2],
): Situation {
  return {
    id,
    ends: 'server',
    expected: { '-d': expected },
    async run(stage) {
      const target = await stage.target(echo);
      await stage.daemon('-d', target.address, settings(stage));
    },
  };
}

/** A key file that others can reach, which they cannot in the folder of a scope. */
function publicKeyFile(stage: Stage): string {
  const folder = mkdtempSync('/tmp/diagnosis-');
  stage.scope.onClose(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const path = join(folder, 'key');
  writeFileSync(path, randomBytes(32));
  chmodSync(path, 0o644);
  return path;
}

export const starts: Chapter = {
  title: 'the start',
  situations: [
    refused(
      'the name of the target is unknown',
      /^spiped: Error looking up nobody\.invalid: .* \(-t nobody\.invalid:80\)$/,
      async () => ({ '-t': 'nobody.invalid:80' }),
    ),
    refused(
      'the port of the target is no service',
      /^spiped: Error looking up 127\.0\.0\.1: no TCP service is called "no-such" \(-t 127\.0\.0\.1:no-such\)$/,
      async () => ({ '-t': '127.0.0.1:no-such' }),
    ),
    refused(
      'the zone of the source is no interface',
      /^spiped: no network interface is called or numbered "nosuch", in address "fe80::1%nosuch:80" \(-s /,
      async () => ({ '-s': 'fe80::1%nosuch:80' }),
    ),
    refused(
      'the source is in use',
      /cannot listen on .* \(-s\): address already in use \(EADDRINUSE\)/,
      async (stage) => ({ '-s': (await stage.target(echo)).address.text }),
    ),
    refused(
      'a regular file is at the source',
      /cannot listen on .* \(-s\): a regular file is there \(EADDRINUSE\)$/,
      async (stage) => {
        const path = join(stage.scope.directory, 'file');
        writeFileSync(path, 'precious');
        return { '-s': path };
      },
      [/in use/],
    ),
    refused(
      'the target is the source',
      /\(-t\) is the source .* \(-s\): .* without end/,
      async (stage) => {
        const { text } = await newAddress('ipv4', stage.scope.directory);
        return { '-s': text, '-t': text };
      },
    ),
    refused('there is no key file', /-k ".*": cannot open key file: No such file/, async () => ({
      '-k': 'no-such-key',
    })),
    warned(
      'others can read the key file',
      { says: [/the key .* can be read or written by others: its mode is 0644$/] },
      (stage) => ({ key: publicKeyFile(stage) }),
    ),
    warned(
      'the key file is short',
      { says: [/the key .* has fewer than 16 bytes, and can be guessed$/] },
      (stage) => ({ key: stage.keyFile('short', randomBytes(8)) }),
    ),
    warned(
      '-p and --syslog in the foreground',
      { says: [/^spiped: -p has no effect with -F/, /^spiped: --syslog has no effect with -F/] },
      () => ({ more: ['-p', 'never-written', '--syslog'] }),
    ),
  ],
};
