/**
 * How one message of the log is spelled, as text or as JSON. `spec/logging.md` documents the
 * names of the JSON form: they are stable.
 */

import type { LogConfig, LogLevel } from '../config/config.ts';
import type { LogLine } from './log-sink.ts';

/** Stable names and plain values: what a JSON line carries beside its message, where defined. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One thing to say. */
export interface LogMessage {
  readonly time: Date;
  readonly level: LogLevel;
  readonly program: string;
  readonly event: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** One line for it. The text form has no time: who collects such lines adds their own. */
export function formatMessage(format: LogConfig['format'], message: LogMessage): LogLine {
  const { level, program } = message;
  return format === 'json'
    ? { level, prefix: '', text: formatJson(message) }
    : { level, prefix: `${program}: `, text: escapeControls(message.message) };
}

function formatJson({ time, level, program, event, message, fields }: LogMessage): string {
  const common = { time: time.toISOString(), level, program, event, message };
  // The common names come first, and no field can take one of them over.
  return escapeControls(JSON.stringify({ ...common, ...fields, ...common }));
}

/** A line stays one line, and tells a terminal nothing, whatever a name in it holds. */
//= CL-50
//# A message MUST be one line, whatever the names and addresses in it contain.
function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
