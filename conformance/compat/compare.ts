/**
 * Where two observations of one vector differ, aspect by aspect.
 *
 * Words on standard error may differ; what they say is compared. What one says and the other does
 * not is named, so that "says more" and "says less" are different things.
 */

import type { Left, Observation, Serving } from './observation.ts';
import { listen, type Said } from './said.ts';
import type { Vector } from './vector.ts';

/** One difference: an aspect, and how C and the subject show it, as text. */
export interface Difference {
  readonly aspect: string;
  readonly c: string;
  readonly subject: string;
}

/** Every difference; none where the two answers are the same. */
export function compare(
  vector: Vector,
  c: Observation,
  subject: Observation,
): readonly Difference[] {
  const [ofC, ofSubject] = [facets(vector, c), facets(vector, subject)];
  const aspects = [...new Set([...ofC.keys(), ...ofSubject.keys()])];
  return aspects.flatMap((aspect) => {
    const difference = {
      aspect,
      c: ofC.get(aspect) ?? NOTHING,
      subject: ofSubject.get(aspect) ?? NOTHING,
    };
    return difference.c === difference.subject ? [] : [difference];
  });
}

/** What stands for an aspect that is not there. */
export const NOTHING = '(nothing)';

/** An observation as aspects with their texts. */
function facets(vector: Vector, observation: Observation): ReadonlyMap<string, string> {
  const facets = new Map<string, string>([
    ['outcome', observation.outcome],
    ['stdout', observation.stdout === '' ? NOTHING : observation.stdout],
    ['after the signal', observation.afterSignal ?? NOTHING],
  ]);
  if (observation.foreground !== undefined)
    addServing(facets, 'foreground', observation.foreground);
  const daemons = observation.left.filter(({ name }) => name === vector.program);
  const others = observation.left.filter((each) => !daemons.includes(each));
  facets.set('left running', String(daemons.length));
  for (const [n, daemon] of daemons.entries()) {
    addServing(facets, n === 0 ? 'daemon' : `daemon ${n + 1}`, daemon);
    addReadiness(facets, vector, daemon);
  }
  if (others.length > 0) {
    facets.set('other programs left', others.map(({ name }) => name).join(', '));
  }
  for (const line of observation.files) {
    const [, name = '', what = ''] = /^(.*?): (file .*|socket|directory|special)$/.exec(line) ?? [];
    facets.set(`file ${name}`, what);
  }
  addSaid(facets, listen(observation.stderr, vector.args));
  return facets;
}

function addServing(facets: Map<string, string>, who: string, serving: Serving): void {
  facets.set(`${who} listens`, serving.listens.join(', ') || NOTHING);
  facets.set(`${who} reaches the target`, String(serving.reachesTarget));
  facets.set(`${who} is named`, serving.name);
  facets.set(`${who} has arguments`, serving.arguments);
  facets.set(`${who} leads a session`, String(serving.ownSession));
  facets.set(`${who} works in`, serving.workingDirectory);
  for (const [n, stream] of ['stdin', 'stdout', 'stderr'].entries()) {
    facets.set(`${who} ${stream}`, serving.streams[n] ?? NOTHING);
  }
  facets.set(`${who} user`, serving.user);
  facets.set(`${who} group`, serving.group);
  facets.set(`${who} groups`, serving.groups);
}

/** With `-D` the program ends before the daemon listens, or at the same time: nobody's promise. */
function addReadiness(facets: Map<string, string>, vector: Vector, daemon: Left): void {
  if (vector.args.some((word) => /^-[^-]*D/.test(word))) return;
  facets.set('daemon listened when the program ended', String(daemon.listenedAtOnce));
}

function addSaid(facets: Map<string, string>, said: Said): void {
  facets.set('usage text', said.usage ? 'shown' : NOTHING);
  facets.set('version on stderr', said.version ? 'shown' : NOTHING);
  facets.set('says in the name of', said.names.join(', ') || NOTHING);
  for (const topic of said.topics) facets.set(`says about: ${topic}`, 'yes');
  for (const reason of said.reasons) facets.set(`gives the reason: ${reason}`, 'yes');
  for (const word of said.mentions) facets.set(`names: ${word}`, 'yes');
}
