/** What makes an install necessary, and which Node is too old. */

import { expect, test } from 'vitest';
import { nodeProblem, staleDependency } from './ensure.mjs';

test.each(['20.12.0', '20.20.2', '21.0.0', '22.1.0', '100.0.0'])('Node %s will do', (version) => {
  expect(nodeProblem(version)).toBeUndefined();
});

test.each(['20.11.1', '18.20.4', '4.0.0'])('Node %s is told what is needed', (version) => {
  expect(nodeProblem(version)).toBe(`this is Node ${version}; spiped needs Node 20.12 or newer`);
});

const here = { os: [process.platform], cpu: [process.arch], optional: true };
const elsewhere = { os: ['aix'], cpu: ['ppc64'], optional: true };

function lockOf(packages: Record<string, object>): { packages: Record<string, object> } {
  return { packages: { '': { version: '0.1.0' }, ...packages } };
}

test('packages as locked need no install, whatever else is there', () => {
  const lock = lockOf({
    'node_modules/a': { version: '1.0.0' },
    'node_modules/tool-here': { version: '2.0.0', ...here },
    'node_modules/tool-elsewhere': { version: '2.0.0', ...elsewhere },
    'node_modules/of-another-tool': { version: '2.0.0', optional: true },
    'node_modules/tool-musl': { version: '2.0.0', ...here, libc: ['musl'] },
  });
  const installed = lockOf({
    'node_modules/a': { version: '1.0.0' },
    'node_modules/tool-here': { version: '2.0.0' },
    'node_modules/extra': { version: '3.0.0' },
  });
  expect(staleDependency(lock, installed)).toBeUndefined();
});

test.each([
  ['nothing is installed', undefined, 'no packages are installed yet'],
  ['a package is missing', lockOf({}), 'a 1.0.0 is not installed'],
  [
    'a version differs',
    lockOf({ 'node_modules/x/node_modules/a': { version: '1.0.1' } }),
    'a 1.0.0 is not installed',
  ],
])('an install is needed when %s', (_, installed, reason) => {
  const lock = lockOf({ 'node_modules/x/node_modules/a': { version: '1.0.0' } });
  expect(staleDependency(lock, installed)).toBe(reason);
});

test('an install is needed when the package for this platform is missing', () => {
  const lock = lockOf({ 'node_modules/@tool/here': { version: '2.0.0', ...here } });
  expect(staleDependency(lock, lockOf({}))).toBe('@tool/here 2.0.0 is not installed');
});
