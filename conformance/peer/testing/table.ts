/**
 * Every misbehaviour against one subject in each role that it can be done to, as tests: the reaction
 * must be the one that the text demands.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Scope } from '../../subjects/scope.ts';
import type { Subject } from '../../subjects/subject.ts';
import { FAREWELL, meet, passThrough } from '../encounter.ts';
import {
  differences,
  type Misbehaviour,
  type Needs,
  type Reaction,
  type Seen,
} from '../misbehaviour.ts';
import type { Role } from '../parameters.ts';
import type { Earlier } from '../points.ts';
import { LIMIT, type Running, start } from './running.ts';

/** A program that runs, and a connection that went through it. */
interface Started {
  readonly running: Running;
  readonly earlier: Earlier;
}

/** Programs of one subject in one role, started when they are wanted and with which options. */
export class Stage {
  readonly #subject: Subject;
  readonly #role: Role;
  readonly #started = new Map<string, Promise<Started>>();
  #scope: Promise<Scope> | undefined;

  constructor(subject: Subject, role: Role) {
    this.#subject = subject;
    this.#role = role;
  }

  async close(): Promise<void> {
    await (await this.#scope)?.close();
    this.#scope = undefined;
    this.#started.clear();
  }

  /** Starts what this misbehaviour needs, where it does not run yet. */
  async prepare({ needs = {} }: Misbehaviour): Promise<void> {
    await this.#with(needs);
  }

  /**
   * Lets these misbehaviours, all at once, meet the subject.
   *
   * @throws Error with what is not as the first of them demands, and what the subject has said.
   */
  async expectReaction(...misbehaviours: [Misbehaviour, ...Misbehaviour[]]): Promise<Seen> {
    const [{ needs = {}, reaction }] = misbehaviours;
    const { running, earlier } = await this.#with(needs);
    const { program, reach } = running;
    const before = program.complaints.length;
    const seen = await meet(reach, misbehaviours, LIMIT, earlier);
    const found = differences(
      seen,
      reaction(this.#role),
      Buffer.concat([reach.greeting, FAREWELL]),
    );
    if (!program.running) found.push('the subject has ended');
    const complaints = program.complaints.slice(before);
    expect(found.join('\n'), complaints === '' ? 'it said nothing' : complaints).toBe('');
    return seen;
  }

  #with(needs: Needs): Promise<Started> {
    const name = JSON.stringify(needs);
    const started = this.#started.get(name) ?? this.#start(needs);
    this.#started.set(name, started);
    return started;
  }

  async #start(needs: Needs): Promise<Started> {
    this.#scope ??= Scope.open();
    const running = await start(await this.#scope, this.#subject, this.#role, needs);
    return { running, earlier: await passThrough(running.reach, LIMIT) };
  }
}

/** What a subject does otherwise than the text, by the name of a misbehaviour. */
export type Otherwise = Readonly<Record<string, Partial<Reaction> & { readonly because: string }>>;

/**
 * Declares the tests of these misbehaviours against this subject; `otherwise` has what it is known to
 * do against the text, and must name what is in the list.
 */
export function declareTable(
  subject: Subject,
  misbehaviours: ReadonlyMap<string, Misbehaviour>,
  otherwise: Otherwise = {},
): void {
  for (const name of Object.keys(otherwise)) {
    if (!misbehaviours.has(name)) throw new Error(`there is no misbehaviour ${name}`);
  }
  describe.each(['server', 'client'] as const)(`${subject.name} as the %s`, (role) => {
    let stage: Stage;
    beforeAll(() => {
      stage = new Stage(subject, role);
    });
    afterAll(() => stage.close());
    for (const [name, lawful] of misbehaviours) {
      if (!lawful.subjects.includes(role)) continue;
      const each: Misbehaviour = {
        ...lawful,
        reaction: (subject) => ({ ...lawful.reaction(subject), ...otherwise[name] }),
      };
      const { outcome } = each.reaction(role);
      test(`${name}: ${outcome} when the peer ${each.does} (${each.requirements.join(', ')})`, async () => {
        await stage.expectReaction(each);
      });
    }
  });
}
