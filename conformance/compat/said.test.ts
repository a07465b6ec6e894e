/** That the facts of a standard error are found in C's words and in ours. */

import { expect, test } from 'vitest';
import { listen } from './said.ts';

const USAGE = 'usage: spiped {-e | -d} -s <source socket>\n       spiped -v\n';

test('a silent program has said nothing', () => {
  expect(listen('', ['-F'])).toEqual({
    names: [],
    usage: false,
    version: false,
    topics: [],
    reasons: [],
    mentions: [],
  });
});

test('two programs with different words have said the same', () => {
  const args = ['-F', '-k', 'missing'];
  const c = listen(
    'spiped: Cannot open file: missing: No such file or directory\n' +
      'spiped: Error reading shared secret\n',
    args,
  );
  const ours = listen('spiped: key file "missing": no such file or directory (ENOENT)\n', args);
  expect(ours).toEqual(c);
  expect(c).toMatchObject({
    names: ['spiped'],
    topics: ['key'],
    reasons: ['ENOENT'],
    mentions: ['missing'],
  });
});

test('the usage text is told from the messages before it', () => {
  const said = listen(`spiped: illegal option -- -x\n${USAGE}`, ['-x']);
  expect(said).toMatchObject({
    usage: true,
    names: ['spiped'],
    topics: ['unknown option'],
    mentions: ['-x'],
  });
  expect(listen(USAGE, [])).toMatchObject({ usage: true, names: [], topics: [] });
});

test('a line that is only name and version is the version, and not a message', () => {
  expect(listen('spiped 1.6.2\n', ['-v'])).toMatchObject({ version: true, names: [], topics: [] });
});

test('a line in nobody’s name, and a message about nothing known, are marked', () => {
  expect(listen('Segmentation fault\n', []).names).toEqual(['?']);
  expect(listen('spiped: so long\n', []).topics).toEqual(['?']);
});

test('values are found where they are attached, and not inside other words', () => {
  expect(listen('spiped: Error parsing argument: -n many\n', ['-nmany']).mentions).toEqual([
    '-n',
    'many',
  ]);
  expect(listen('spiped: no port in address "nowhere"\n', ['now', 'here']).mentions).toEqual([]);
  expect(listen('spiped: option -n: "7 " is no number\n', ['7 ']).mentions).toEqual(['7 ']);
});
