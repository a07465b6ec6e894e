/** `-u`: users and groups that are there, and that are not; who may change to them. */

import { type Vector, words } from '../vector.ts';

const user = (id: string, name: string, more: Partial<Vector> = {}): Vector => ({
  id: `user ${id}`,
  goal: 'becomes this user and group, or does not serve',
  program: 'spiped',
  args: ['-F', '-d', ...words('-s {source} -t {target} -k key'), '-u', name],
  ...more,
});

const ROOT = { needs: 'root' } as const;

const inBackground = (name: string): Partial<Vector> => ({
  args: words(`-d -s {source} -t {target} -k key -p pid -u ${name}`),
});

export const users: readonly Vector[] = [
  user('by name', 'nobody', ROOT),
  user('by number', '65534', ROOT),
  user('and group by number', '65534:65534', ROOT),
  user('and another group', '1:2', ROOT),
  user('no user, group by number', ':65534', ROOT),
  user('unknown', 'no-such-user', ROOT),
  user('known, group unknown', '65534:no-such-group', ROOT),
  user('unknown, group known', 'no-such-user:65534', ROOT),
  user('unknown group', ':no-such-group', ROOT),
  user('and an empty group', 'nobody:', ROOT),
  user('nothing', '', ROOT),
  user('colon', ':', ROOT),
  user('negative number', '-1', ROOT),
  user('in the background', '', { ...ROOT, ...inBackground('nobody') }),
  user('and group in the background', '', { ...ROOT, ...inBackground('65534:65534') }),
  user('unknown, in the background', '', { ...ROOT, ...inBackground('no-such-user') }),
  user('unknown group, in the background', '', { ...ROOT, ...inBackground(':no-such-group') }),
  user('without powers', 'nobody', { powerless: true }),
  user('unknown, without powers', 'no-such-user', { powerless: true }),
];
