/**
 * What each end does on its cipher connection, step by step, when nothing is wrong.
 *
 * A step that waits for the other end is over, too, when the connection is. A misbehaviour may put
 * steps in, take them out or exchange them.
 */

import type { Role } from './parameters.ts';

export type Step =
  | 'send nonce'
  | 'read nonce'
  | 'send message'
  | 'read message'
  /** A packet; then until its text has come out of the subject. */
  | 'send first'
  | 'await first'
  /** What the plain end said when it was connected, which the subject sends as packets. */
  | 'read greeting'
  /** The other packets. */
  | 'send rest'
  | 'await rest'
  /** FIN to the subject; until the plain end has it. */
  | 'end'
  | 'await plain end'
  /** The plain end says something more, ends, and the subject passes both on. */
  | 'plain farewell'
  | 'read farewell'
  | 'plain end'
  | 'read end'
  /** RST instead of FIN: to the subject's cipher side, and to its plain side. */
  | 'reset'
  | 'plain reset'
  /** Nothing, while another connection goes through the subject from beginning to end. */
  | 'look'
  /** What is sent from here on waits, and is one piece when it is let go. */
  | 'hold'
  | 'let go';

/** After the handshake both ends are the same. */
const PACKETS: readonly Step[] = [
  'send first',
  'await first',
  'read greeting',
  'send rest',
  'await rest',
  'end',
  'await plain end',
  'plain farewell',
  'read farewell',
  'plain end',
  'read end',
];

export const PLANS: Readonly<Record<Role, readonly Step[]>> = {
  // It does not wait for the server's value (HS-7).
  client: ['send nonce', 'read nonce', 'send message', 'read message', ...PACKETS],
  // It sends nothing more before the client has proved the key (HS-9).
  server: ['send nonce', 'read nonce', 'read message', 'send message', ...PACKETS],
};

/** The plan with these steps right before `step`. */
export function before(plan: readonly Step[], step: Step, ...steps: Step[]): readonly Step[] {
  return plan.flatMap((each) => (each === step ? [...steps, each] : [each]));
}

/** The plan with these steps right after `step`. */
export function after(plan: readonly Step[], step: Step, ...steps: Step[]): readonly Step[] {
  return plan.flatMap((each) => (each === step ? [each, ...steps] : [each]));
}

/** The plan without `step`. */
export function without(plan: readonly Step[], ...steps: Step[]): readonly Step[] {
  return plan.filter((each) => !steps.includes(each));
}

/** The plan with these steps in place of `step`. */
export function instead(plan: readonly Step[], step: Step, ...steps: Step[]): readonly Step[] {
  return plan.flatMap((each) => (each === step ? steps : [each]));
}

/** The plan up to `step`, without it, and then these. */
export function upTo(plan: readonly Step[], step: Step, ...steps: Step[]): readonly Step[] {
  return [...plan.slice(0, plan.indexOf(step)), ...steps];
}

/** The plan with the own nonce sent only when the subject's is there. */
export function nonceLate(plan: readonly Step[]): readonly Step[] {
  return ['read nonce', 'send nonce', ...without(plan, 'read nonce', 'send nonce')];
}
