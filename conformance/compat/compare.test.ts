/** That differences are seen, and that only what is accepted is accepted. */

import { expect, test } from 'vitest';
import { type Accepted, acceptanceOf } from './accepted.ts';
import { compare } from './compare.ts';
import type { Left, Observation } from './observation.ts';
import type { Vector } from './vector.ts';

const VECTOR: Vector = {
  id: 'a vector',
  goal: 'nothing',
  program: 'spiped',
  args: ['-d', '-k', 'missing'],
};

const QUIET: Observation = {
  outcome: 'exit 0',
  foreground: undefined,
  left: [],
  afterSignal: undefined,
  files: ['key: file 600 ""'],
  stdout: '',
  stderr: '',
};

const DAEMON: Left = {
  listens: ['127.0.0.1:{port}'],
  reachesTarget: true,
  name: 'spiped',
  arguments: '-d -k missing',
  ownSession: true,
  workingDirectory: '{dir}',
  streams: ['/dev/null', '/dev/null', 'stderr'],
  user: '0 0 0 0',
  group: '0 0 0 0',
  groups: '',
  listenedAtOnce: true,
};

const aspects = (c: Observation, subject: Observation, vector = VECTOR) =>
  compare(vector, c, subject).map(({ aspect }) => aspect);

test('the same observation differs in nothing', () => {
  expect(compare(VECTOR, QUIET, { ...QUIET })).toEqual([]);
});

test('each part of an observation is compared', () => {
  expect(aspects(QUIET, { ...QUIET, outcome: 'exit 1' })).toEqual(['outcome']);
  expect(aspects(QUIET, { ...QUIET, stdout: 'x' })).toEqual(['stdout']);
  expect(aspects(QUIET, { ...QUIET, afterSignal: 'gone' })).toEqual(['after the signal']);
  expect(aspects(QUIET, { ...QUIET, files: [] })).toEqual(['file key']);
  expect(aspects(QUIET, { ...QUIET, left: [DAEMON] })).toContain('left running');
  expect(aspects(QUIET, { ...QUIET, foreground: DAEMON })).toContain('foreground listens');
});

test('each fact of a daemon is compared', () => {
  const other: Left = {
    listens: ['0.0.0.0:{port}'],
    reachesTarget: false,
    name: 'spiped',
    arguments: '-d',
    ownSession: false,
    workingDirectory: '/',
    streams: ['stdin', 'stdout', '/dev/null'],
    user: '1 1 1 1',
    group: '2 2 2 2',
    groups: '0',
    listenedAtOnce: false,
  };
  const found = aspects({ ...QUIET, left: [DAEMON] }, { ...QUIET, left: [other] });
  expect(found).toEqual([
    'daemon listens',
    'daemon reaches the target',
    'daemon has arguments',
    'daemon leads a session',
    'daemon works in',
    'daemon stdin',
    'daemon stdout',
    'daemon stderr',
    'daemon user',
    'daemon group',
    'daemon groups',
    'daemon listened when the program ended',
  ]);
});

test('a daemon under another name is no daemon of that program', () => {
  const found = aspects(
    { ...QUIET, left: [DAEMON] },
    { ...QUIET, left: [{ ...DAEMON, name: 'node' }] },
  );
  expect(found).toContain('left running');
  expect(found).toContain('other programs left');
});

test('with -D nobody promises that the daemon listens already', () => {
  const vector = { ...VECTOR, args: ['-dD'] };
  const late = { ...QUIET, left: [{ ...DAEMON, listenedAtOnce: false }] };
  expect(aspects({ ...QUIET, left: [DAEMON] }, late, vector)).toEqual([]);
});

test('what one says and the other does not is a difference of its own', () => {
  const c = { ...QUIET, stderr: 'spiped: Cannot open file: missing: No such file or directory\n' };
  const ours = { ...QUIET, stderr: 'spiped: key file "missing": permission denied (EACCES)\n' };
  expect(aspects(c, ours)).toEqual(['gives the reason: ENOENT', 'gives the reason: EACCES']);
  expect(aspects(c, { ...c, stderr: c.stderr.replace('missing', 'other') })).toEqual([
    'names: missing',
  ]);
});

test('an entry covers a difference only when all that it names matches', () => {
  const difference = { aspect: 'outcome', c: 'exit 1', subject: 'exit 0' };
  const entry: Accepted = { id: 'x', reason: 'why', aspect: /outcome|other/ };
  const covers = (accepted: Accepted) =>
    acceptanceOf(VECTOR, difference, [accepted])?.id === accepted.id;
  expect(covers(entry)).toBe(true);
  expect(covers({ ...entry, aspect: /out/ })).toBe(false);
  expect(covers({ ...entry, c: /^exit 0$/ })).toBe(false);
  expect(covers({ ...entry, subject: /^exit 1$/ })).toBe(false);
  expect(covers({ ...entry, line: /-e/ })).toBe(false);
  expect(covers({ ...entry, vector: /^another/ })).toBe(false);
});
