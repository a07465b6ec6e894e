/**
 * The listener, as a reducer: how many connections are open, which wait, and when it is done.
 *
 * Answers CN-18 and CN-19. A connection that waits has been taken from the kernel's queue but is
 * neither read nor dialled for; beyond `maximumWaiting` further ones are refused. It does not know
 * what a connection does while it is open.
 */

import { unexpected } from './invariant.ts';
import type { In } from './step.ts';
import type { Step } from './vocabulary.ts';

/** What a listener needs to know and never changes. */
export interface ListenerContext {
  /** `-n`: how many connections may be open at once; Infinity for no limit. */
  readonly maximumOpen: number;
  /** How many may wait for one of these to end. */
  readonly maximumWaiting: number;
}

/** Names a connection of this listener. */
export type ConnectionId = number;

export type ListenerEvent =
  | { readonly type: 'connectionArrived'; readonly id: ConnectionId }
  /** An open connection is closed, for whatever reason. */
  | { readonly type: 'connectionEnded'; readonly id: ConnectionId }
  | { readonly type: 'shutdownRequested' };

export type ListenerEffect =
  /** Begin the connection: from now on it is open. */
  | { readonly type: 'serve'; readonly id: ConnectionId }
  /** Leave it unread and undialled. */
  | { readonly type: 'hold'; readonly id: ConnectionId }
  /** Close it: it was never open. */
  | { readonly type: 'refuse'; readonly id: ConnectionId }
  /** Say that the limit is reached. */
  | { readonly type: 'reportLimit'; readonly limit: number }
  /** Close the listening socket. */
  | { readonly type: 'stopListening' }
  /** Everything is over. The last effect. */
  | { readonly type: 'finish' };

export type ListenerState =
  /** Listening; `waiting` is empty unless `open` is at the limit. */
  | {
      readonly phase: 'listening';
      readonly open: number;
      readonly waiting: readonly ConnectionId[];
    }
  /** Not listening any more; the open connections are served to their end. */
  | { readonly phase: 'draining'; readonly open: number }
  | { readonly phase: 'done' };

type ListenerStep = Step<ListenerState, ListenerEffect>;

/** Nothing open, nothing waiting. */
export const initialListenerState: ListenerState = { phase: 'listening', open: 0, waiting: [] };

/** The next state of a listener, and what is to be done. `done` is final. */
export function stepListener(
  context: ListenerContext,
  state: ListenerState,
  event: ListenerEvent,
): ListenerStep {
  switch (state.phase) {
    case 'listening':
      return listening(context, state, event);
    case 'draining':
    case 'done':
      return ending(state, event);
  }
}

function listening(
  context: ListenerContext,
  state: In<ListenerState, 'listening'>,
  event: ListenerEvent,
): ListenerStep {
  switch (event.type) {
    case 'connectionArrived':
      return arrived(context, state, event.id);
    case 'connectionEnded':
      return ended(state, event);
    case 'shutdownRequested':
      return shutDown(state);
  }
}

/** The limit is reported when it is reached, as C does. */
//= CN-18
//# At the limit of simultaneous connections (`-n`) a daemon MUST NOT dial for or read from further
//# connections; they wait and are served in turn.
function arrived(
  { maximumOpen, maximumWaiting }: ListenerContext,
  state: In<ListenerState, 'listening'>,
  id: ConnectionId,
): ListenerStep {
  if (state.open < maximumOpen) {
    const open = state.open + 1;
    return {
      state: { ...state, open },
      effects: [
        { type: 'serve', id },
        ...(open === maximumOpen ? [{ type: 'reportLimit' as const, limit: maximumOpen }] : []),
      ],
    };
  }
  //= CN-25
  //# A daemon at its limit MAY close connections that cannot be queued.
  if (state.waiting.length >= maximumWaiting) return { state, effects: [{ type: 'refuse', id }] };
  return {
    state: { ...state, waiting: [...state.waiting, id] },
    effects: [{ type: 'hold', id }],
  };
}

/** The place goes to the one that has waited longest. */
function ended(state: In<ListenerState, 'listening'>, event: ListenerEvent): ListenerStep {
  if (state.open === 0) return unexpected('listener', state, event);
  const [next, ...waiting] = state.waiting;
  return next === undefined
    ? { state: { ...state, open: state.open - 1 }, effects: [] }
    : { state: { ...state, waiting }, effects: [{ type: 'serve', id: next }] };
}

/** No further connection, also none that waits. */
//= CN-19
//# After a request to shut down (SIGTERM) a daemon MUST accept no further connection, MUST serve
//# the open ones to their end, and then ends with exit status 0.
function shutDown(state: In<ListenerState, 'listening'>): ListenerStep {
  const refused = state.waiting.map((id) => ({ type: 'refuse' as const, id }));
  const effects: readonly ListenerEffect[] = [{ type: 'stopListening' }, ...refused];
  return state.open === 0
    ? { state: { phase: 'done' }, effects: [...effects, { type: 'finish' }] }
    : { state: { phase: 'draining', open: state.open }, effects };
}

/** A connection may still arrive between the request to stop listening and its completion. */
function ending(state: In<ListenerState, 'draining' | 'done'>, event: ListenerEvent): ListenerStep {
  switch (event.type) {
    case 'connectionArrived':
      return { state, effects: [{ type: 'refuse', id: event.id }] };
    case 'connectionEnded':
      if (state.phase === 'done') return unexpected('listener', state, event);
      return state.open === 1
        ? { state: { phase: 'done' }, effects: [{ type: 'finish' }] }
        : { state: { ...state, open: state.open - 1 }, effects: [] };
    case 'shutdownRequested':
      return { state, effects: [] };
  }
}
