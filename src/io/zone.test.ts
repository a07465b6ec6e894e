/**
 * Goal of this test: a link-local address with its zone by number or by name is listened on,
 * connected to and connected from. What becomes of a zone is `resolve.test.ts`.
 *
 * The address is one of the loopback interface in a network namespace of the test's own.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SETUP = 'ip link set lo up && ip addr add fe80::1234/64 dev lo nodad';

/** How a network namespace can be had here: as root, or as another user; or why it cannot. */
function namespace(): readonly string[] | string {
  let reason = 'not Linux';
  for (const options of process.platform === 'linux' ? ['-n', '-Urn'] : []) {
    const { status, error, stderr } = spawnSync('unshare', [options, 'sh', '-c', SETUP]);
    if (status === 0) return [options];
    reason = error?.message ?? String(stderr).trim();
  }
  return reason;
}

const unshare = namespace();
describe('CL-53: a link-local address', () => {
  test.for(['1', 'lo'])('in the zone %s is source, target and bind address', (zone, { skip }) => {
    if (typeof unshare === 'string') skip(`this needs a network namespace: ${unshare}`);
    const module = (name: string) => JSON.stringify(new URL(`../${name}.ts`, import.meta.url));
    const script = `
      import { createServer } from 'node:net';
      import { parseAddress, parseBindAddress } from ${module('config/address')};
      import { resolveAddress } from ${module('io/resolve')};
      import { dial } from ${module('io/socket')};
      const [source] = await resolveAddress(parseAddress('fe80::1234%${zone}:0'));
      const [bind] = await resolveAddress(parseBindAddress('fe80::1234%${zone}:0'));
      const server = createServer((socket) => {
        console.log('from', socket.remoteAddress);
        process.exit();
      });
      server.listen(source, async () => {
        const text = 'fe80::1234%${zone}:' + server.address().port;
        dial(await resolveAddress(parseAddress(text)), { keepAlive: true, bind }, {
          connected: () => {},
          failed: (code) => { console.log('failed', code); process.exit(); },
        });
      });`;
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', script];
    const output = execFileSync(
      'unshare',
      [...unshare, 'sh', '-c', `${SETUP} && exec "$@"`, 'sh', ...node],
      { encoding: 'utf8', cwd: fileURLToPath(new URL('../..', import.meta.url)), timeout: 60_000 },
    );
    expect(output).toBe('from fe80::1234%lo\n');
  });
});
