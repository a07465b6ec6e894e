/** Goal of these tests: a target's addresses follow its name, and survive a resolver that fails. */

import { expect, test, vi } from 'vitest';
import { parseAddress } from '../config/address.ts';
import type { Endpoint } from './resolve.ts';
import { openTarget } from './target.ts';

const at = (host: string): readonly Endpoint[] => [{ host, port: 25, family: 4 }];

/** A resolver whose answers a test gives one by one; a string is an error. */
function scripted(answers: (readonly Endpoint[] | string)[]) {
  const waiting: (() => void)[] = [];
  let asked = 0;
  const notify = (): void => {
    for (const wake of waiting.splice(0)) wake();
  };
  return {
    resolve: async (): Promise<readonly Endpoint[]> => {
      asked++;
      notify();
      const answer = answers.shift() ?? 'nothing left';
      if (typeof answer === 'string') throw new Error(answer);
      return answer;
    },
    askedTimes: async (count: number): Promise<void> => {
      // The refresh timer does not keep the process alive; waiting for it must.
      const alive = setInterval(() => {}, 1000);
      while (asked < count) await new Promise<void>((resolve) => waiting.push(resolve));
      clearInterval(alive);
    },
  };
}

//= CL-23
//# The name of a target MUST be looked up again each time the seconds of `-r` have passed, and with
//# `-R` only once.
//= CL-24
//# A later look-up that fails MUST leave the addresses that were found before in use.
test('-r: a new answer replaces the addresses, a failure keeps them', async () => {
  const { resolve, askedTimes } = scripted([at('192.0.2.2'), 'no such host', at('192.0.2.3')]);
  const failures: string[] = [];
  const target = openTarget(parseAddress('name.example:25'), at('192.0.2.1'), {
    intervalMilliseconds: 1,
    resolve,
    lookupFailed: (error) => failures.push(String(error)),
  });
  expect(target.endpoints).toEqual(at('192.0.2.1'));
  await askedTimes(2);
  expect(target.endpoints).toEqual(at('192.0.2.2'));
  await askedTimes(4);
  expect(target.endpoints).toEqual(at('192.0.2.3'));
  expect(failures[0]).toContain('no such host');
  target.close();
});

test('a report that throws ends neither the look-ups nor anything else', async () => {
  const { resolve, askedTimes } = scripted(['no such host', 'no such host', at('192.0.2.3')]);
  const target = openTarget(parseAddress('name.example:25'), at('192.0.2.1'), {
    intervalMilliseconds: 1,
    resolve,
    lookupFailed: () => {
      throw new Error('nobody can be told');
    },
  });
  await askedTimes(4);
  expect(target.endpoints).toEqual(at('192.0.2.3'));
  target.close();
});

test('waiting for the next look-up does not keep the process alive', () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const target = openTarget(parseAddress('name.example:25'), at('192.0.2.1'), {
    intervalMilliseconds: 100_000,
  });
  expect(timers.mock.results.map(({ value }) => value.hasRef())).toEqual([false]);
  timers.mockRestore();
  target.close();
});

test('a target that is closed during a look-up is not looked up again', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const alive = setInterval(() => {}, 1000);
  await new Promise((done) => {
    const target = openTarget(parseAddress('name.example:25'), at('192.0.2.1'), {
      intervalMilliseconds: 3,
      resolve: async () => {
        target.close();
        setImmediate(done);
        return at('192.0.2.2');
      },
    });
  });
  clearInterval(alive);
  expect(timers.mock.calls.filter(([, milliseconds]) => milliseconds === 3)).toHaveLength(1);
  timers.mockRestore();
});

test('-R, and addresses that are no names: nothing is looked up again', async () => {
  const { resolve } = scripted([]);
  let asked = false;
  const counting = (): Promise<readonly Endpoint[]> => {
    asked = true;
    return resolve();
  };
  openTarget(parseAddress('name.example:25'), at('192.0.2.1'), { resolve: counting });
  openTarget(parseAddress('[192.0.2.1]:25'), at('192.0.2.1'), {
    intervalMilliseconds: 1,
    resolve: counting,
  });
  // A timer of the same length that was set later fires later.
  await new Promise((done) => setTimeout(done, 5));
  expect(asked).toBe(false);
});
