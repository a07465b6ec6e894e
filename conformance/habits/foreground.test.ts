/**
 * Lines of units that stay in the foreground: the Redis tutorial's, the Puppet module's, NixOS's.
 */

import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { echo, Target } from '../interop/targets.ts';
import { newAddress, unixAddress } from '../subjects/addresses.ts';
import { startSpiped } from '../subjects/spiped.ts';
import { habit } from './habit.ts';
import { unitWords } from './host.ts';
import { expectEcho, untilListening } from './traffic.ts';

habit('Redis tutorial: a systemd unit with brackets around IPv4', async ({ scope, host, peer }) => {
  const redis = await Target.start(scope, echo);
  const source = await newAddress('ipv4', scope.directory);
  // ExecStart=/usr/bin/spiped -F -d -s [10.0.0.5]:6379 -t [127.0.0.1]:6379 -k /etc/spiped/redis.key
  const unit = host.unit(
    `/usr/bin/spiped -F -d -s ${source.text} -t ${redis.address.text} -k ${host.key}`,
  );
  await untilListening(unit, source);
  const client = await startSpiped(scope, peer, {
    role: '-e',
    source: 'ipv4',
    target: source,
    key: host.key,
  });

  await expectEcho(scope, client.source);
  // systemctl stop
  expect(await unit.kill('SIGTERM')).toEqual({ code: 0, signal: null });
});

habit('Puppet module: Restart=always after kill -9', async ({ scope, host, peer }) => {
  const redis = await Target.start(scope, echo);
  const server = await startSpiped(scope, peer, {
    role: '-d',
    source: 'name',
    target: redis.address,
    key: host.key,
  });
  const socket = unixAddress(join(host.home, 'redis.sock'));
  // -e -D -g -F -k '…' -s '/var/run/redis.sock' -t 'redis-host:1234'
  const line = `/usr/bin/spiped -e -D -g -F -k '${host.key}' -s '${socket.text}' -t '${server.source.text}'`;
  const first = host.unit(line);
  await untilListening(first, socket);
  await expectEcho(scope, socket);

  expect(await first.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  await access(socket.text);
  const second = host.unit(line);
  await untilListening(second, socket);
  await expectEcho(scope, socket);
  expect(await second.kill('SIGTERM')).toEqual({ code: 0, signal: null });
});

habit('NixOS, encrypting: options from a file, a name to listen on', async (seat) => {
  const { scope, host, peer } = seat;
  const target = await Target.start(scope, echo);
  const server = await startSpiped(scope, peer, {
    role: '-d',
    source: 'ipv4',
    target: target.address,
    key: host.key,
  });
  const source = await newAddress('name', scope.directory);
  // -e -s localhost:6000 -t … -k … -n 100 -o 5 -R
  const options = `-e -s ${source.text} -t ${server.source.text} -k ${host.key} -n 100 -o 5 -R`;
  await writeFile(join(host.home, 'name.spec'), `${options}\n`);
  const unit = host.shell('exec spiped -F `cat name.spec`');
  await untilListening(unit, source);

  await expectEcho(scope, source);
  expect(await unit.kill('SIGTERM')).toEqual({ code: 0, signal: null });
});

habit('NixOS, decrypting: every address, without brackets', async ({ scope, host, peer }) => {
  const target = await Target.start(scope, echo);
  const source = await newAddress('bare', scope.directory);
  const everywhere = source.text.replace('127.0.0.1', '0.0.0.0');
  // -s 0.0.0.0:7000
  const options = `-d -s ${everywhere} -t ${target.address.text} -k ${host.key} -n 100 -o 5 -R`;
  await writeFile(join(host.home, 'name.spec'), `${options}\n`);
  const unit = host.shell('exec spiped -F `cat name.spec`');
  await untilListening(unit, source);
  const client = await startSpiped(scope, peer, {
    role: '-e',
    source: 'bare',
    target: source,
    key: host.key,
  });

  await expectEcho(scope, client.source);
  expect(await unit.kill('SIGTERM')).toEqual({ code: 0, signal: null });
});

test('an ExecStart is split at blanks and kept together by quotes, with no other magic', () => {
  expect(unitWords(`/usr/bin/spiped -F  -s [10.0.0.5]:6379 -k '/a key' -t "x y":1 $A *`)).toEqual([
    ...['/usr/bin/spiped', '-F', '-s', '[10.0.0.5]:6379', '-k', '/a key', '-t', 'x y:1'],
    ...['$A', '*'],
  ]);
});
