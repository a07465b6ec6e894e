/** Goal of these tests: what is said of a process is what the kernel knows of it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { descriptors, isIdle, sockets, vitalsObstacle, watch } from './vitals.ts';

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.kill('SIGKILL')) await once(child, 'close');
  }
});

/** A Node that runs this and says a word when it has. */
async function running(program: string): Promise<number> {
  const args = ['--input-type=module', '--eval', program];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  return child.pid ?? -1;
}

if (vitalsObstacle !== undefined) process.stderr.write(`*** SKIPPED: ${vitalsObstacle} ***\n`);
describe.skipIf(vitalsObstacle !== undefined)('of a process', () => {
  test('every descriptor counts, of an event loop too', async () => {
    const open = (threads: number): Promise<number> =>
      running(`
        import { Worker } from 'node:worker_threads';
        import { once } from 'node:events';
        for (let i = 0; i < ${threads}; i++) {
          await once(new Worker('setInterval(() => {}, 1e6)', { eval: true }), 'online');
        }
        setInterval(() => {}, 1e6);
        console.log('ready');
      `);
    const [one, two, three] = [await open(0), await open(1), await open(2)];
    const [alone, ...others] = await Promise.all([one, two, three].map(descriptors));
    const loop = (others[0] ?? 0) - (alone ?? 0);
    expect(loop).toBeGreaterThan(2);
    expect((others[1] ?? 0) - (alone ?? 0)).toBe(2 * loop);
    expect(await sockets(one)).toBeLessThan(alone ?? 0);
  });

  test('it is idle when all its threads sleep', async () => {
    const sleeps = await running("setInterval(() => {}, 1e6); console.log('ready');");
    expect(
      await watch(
        () => isIdle(sleeps),
        (idle) => idle,
      ),
    ).toBe(true);
    const works = await running(`
      import { Worker } from 'node:worker_threads';
      new Worker('for (;;);', { eval: true }).on('online', () => console.log('ready'));
    `);
    expect(
      await watch(
        () => isIdle(works),
        (idle) => idle,
        200,
      ),
    ).toBe(false);
  });
});
