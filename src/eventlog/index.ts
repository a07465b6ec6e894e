/**
 * The room's front door: what `io`, `daemon`, `cli` and the tools may import from
 * `src/eventlog`. It is only a list.
 */

export type {
  Dialled,
  FullEffect,
  LogContent,
  LogEnd,
  LogEntry,
  LogHeader,
  LogRecord,
  Software,
  WireEffect,
} from './format.ts';
export { PairFinder, pairId } from './pair.ts';
export { EventLogError, followLog, readEventLog, readEventLogFile } from './reader.ts';
export { redact } from './redact.ts';
export {
  counted,
  describeAmounts,
  inWords,
  printable,
  type RenderOptions,
  render,
} from './render.ts';
export { Machine, type ReplayOptions, type ReplayResult, replay } from './replay.ts';
export { type Check, type VerifyOptions, type VerifyReport, verify } from './verify.ts';
export { macKeyOf, otherRole, packetKeysOf } from './wire-observer.ts';
export {
  type BeginOptions,
  type ConnectionRecorder,
  type EventLog,
  type EventLogOptions,
  openEventLog,
} from './writer.ts';
