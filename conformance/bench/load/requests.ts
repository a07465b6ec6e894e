/** What the load's near end can be asked to do, and what it answers: messages between processes. */

import type { Place } from './connection.ts';

export type Request =
  /** Streams side by side, one connection each. */
  | {
      readonly do: 'stream';
      readonly place: Place;
      readonly connections: number;
      /** Bytes of all streams together, in one direction. */
      readonly volume: number;
      readonly duplex?: boolean;
      /** Round trips of one byte afterwards, on the same connections, one at a time on each. */
      readonly thenRoundTrips?: number;
    }
  /** Fresh connections: connect, one byte and back, close. */
  | {
      readonly do: 'fresh';
      readonly place: Place;
      readonly count: number;
      /** How many are under way at a time. */
      readonly atOnce: number;
    }
  /** Round trips, one after the other on one connection. */
  | {
      readonly do: 'roundTrips';
      readonly place: Place;
      readonly count: number;
      /** Bytes of each message. */
      readonly size: number;
    }
  /** One stream while fresh connections arrive, and round trips of one byte meanwhile. */
  | {
      readonly do: 'mixed';
      readonly place: Place;
      readonly volume: number;
      /** Fresh connections a second. */
      readonly rate: number;
    }
  /** Opens connections, each with one byte and back, and keeps them. */
  | { readonly do: 'hold'; readonly place: Place; readonly count: number }
  /** Ends the connections that are kept. */
  | { readonly do: 'release' };

export interface Answer {
  /** From when all was ready to when all was done and checked. */
  readonly seconds: number;
  /** Each round trip, or each fresh connection from dial to its byte's return, in milliseconds. */
  readonly times: readonly number[];
  /** How many fresh connections arrived; of `mixed`. */
  readonly arrived?: number;
}

/** A request with its number, and the answer, or why there is none. */
export type Numbered = Request & { readonly id: number };
export type Reply =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly failure: string };
