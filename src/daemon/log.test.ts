/** What a logger says of what it is given, and how. */

import { describe, expect, test, vi } from 'vitest';
import type { LogConfig, LogLevel } from '../config/config.ts';
import { createLogger, type LogTime } from './log.ts';
import type { LogLine, LogSink } from './log-sink.ts';

const LEVELS = ['error', 'warn', 'info', 'debug'] as const;

/** Time stands still, and windows stay open until the log is closed. */
const STILL: LogTime = {
  now: () => new Date('2026-01-02T03:04:05.678Z'),
  monotonic: () => 0,
  after: () => {},
};

/** A sink that keeps its lines; `full` is how many it refuses first. */
function memorySink(full = 0): LogSink & { readonly lines: string[]; readonly levels: LogLevel[] } {
  let refused = 0;
  const lines: string[] = [];
  const levels: LogLevel[] = [];
  return {
    lines,
    levels,
    write({ prefix, text, level }: LogLine) {
      if (refused < full) {
        refused += 1;
        return false;
      }
      lines.push(prefix + text);
      levels.push(level);
      return true;
    },
  };
}

function logger(config: Partial<LogConfig>, sink: LogSink) {
  return createLogger({
    program: 'spiped',
    level: 'warn',
    format: 'text',
    ...config,
    sink,
    time: STILL,
  });
}

describe('levels', () => {
  test.each([
    ['error', ['error']],
    ['warn', ['error', 'warn']],
    ['info', ['error', 'warn', 'info']],
    ['debug', ['error', 'warn', 'info', 'debug']],
  ] as const)('at %s, %j are said', (level, said) => {
    const sink = memorySink();
    const log = logger({ level }, sink);
    for (const one of LEVELS) log.log(one, `${one}-event`, one);
    expect(sink.lines).toEqual(said.map((one) => `spiped: ${one}`));
    expect(sink.levels).toEqual(said);
  });
});

describe('text', () => {
  test("a line is the program's name and the message, as C's", () => {
    const sink = memorySink();
    logger({}, sink).log('warn', 'some-event', 'something is wrong', { peer: 'somebody' });
    expect(sink.lines).toEqual(['spiped: something is wrong']);
  });

  //= CL-50
  //# A message MUST be one line, whatever the names and addresses in it contain.
  test('a message stays one line, whatever is in it', () => {
    const sink = memorySink();
    logger({}, sink).log('warn', 'some-event', 'a\nspiped: b\r\t\u001b[31m\u007f\u0085\u2028é…');
    expect(sink.lines).toEqual([
      'spiped: a\\u000aspiped: b\\u000d\\u0009\\u001b[31m\\u007f\\u0085\\u2028é…',
    ]);
  });
});

describe('JSON', () => {
  test('a line is one object: the common names first, then the fields', () => {
    const sink = memorySink();
    logger({ format: 'json' }, sink).log('warn', 'some-event', 'say "it"\n\u2028', {
      peer: '[::1]:5',
      bytesSent: 7,
      forwardSecrecy: true,
    });
    expect(sink.lines).toHaveLength(1);
    const [line = ''] = sink.lines;
    expect(line).not.toMatch(/[\n\u2028]/);
    expect(Object.entries(JSON.parse(line))).toEqual([
      ['time', '2026-01-02T03:04:05.678Z'],
      ['level', 'warn'],
      ['program', 'spiped'],
      ['event', 'some-event'],
      ['message', 'say "it"\n\u2028'],
      ['peer', '[::1]:5'],
      ['bytesSent', 7],
      ['forwardSecrecy', true],
    ]);
  });

  test('a field cannot take the place of a common name', () => {
    const sink = memorySink();
    logger({ format: 'json' }, sink).log('warn', 'some-event', 'message', {
      level: 'error',
      event: 'other',
    });
    expect(JSON.parse(sink.lines[0] ?? '')).toMatchObject({ level: 'warn', event: 'some-event' });
  });
});

describe('repeats', () => {
  test('of warnings and errors are said five times and counted', async () => {
    const sink = memorySink();
    const log = logger({ level: 'debug' }, sink);
    for (let i = 1; i <= 316; i++) {
      // Three hosts; each connection comes from a port of its own.
      const peer = `[192.0.2.${i % 3}]:${i}`;
      log.log('warn', 'handshake-mac-mismatch', `line ${i}`, { peer });
    }
    expect(sink.lines).toHaveLength(5);
    await log.close();
    expect(sink.lines.slice(4)).toEqual([
      'spiped: line 5',
      'spiped: … and 311 more in 1 s from 3 peers (handshake-mac-mismatch)',
    ]);
    await log.close();
    expect(sink.lines).toHaveLength(6);
  });

  test('are counted in JSON as an event of its own, at the level of what was repeated', async () => {
    const sink = memorySink();
    const log = logger({ format: 'json' }, sink);
    for (let i = 1; i <= 7; i++) log.log('error', 'accept-failed', `line ${i}`);
    await log.close();
    expect(JSON.parse(sink.lines[5] ?? '')).toMatchObject({
      level: 'error',
      event: 'repeats',
      message: '… and 2 more in 1 s (accept-failed)',
      repeated: 'accept-failed',
      count: 2,
      seconds: 1,
    });
  });

  test('say from how many peers, where lines have one: one, several, at least so many', async () => {
    const sink = memorySink();
    const log = logger({ format: 'json' }, sink);
    const say = (event: string, peer?: string): void =>
      log.log('warn', event, event, peer === undefined ? {} : { peer });
    for (let i = 0; i < 7; i++) say('one', `[::1]:${i}`);
    for (let i = 0; i < 1205; i++) say('many', `[192.0.2.1]:1, ${i}`);
    for (let i = 0; i < 7; i++) say('none');
    await log.close();
    const counts = sink.lines
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'repeats');
    expect(counts.map(({ message, peers }) => [message, peers])).toEqual([
      ['… and 2 more in 1 s from 1 peer (one)', 1],
      ['… and 1200 more in 1 s from 1000 or more peers (many)', 1000],
      ['… and 2 more in 1 s (none)', undefined],
    ]);
  });

  test('of info and debug are all said: who asks for them wants them complete', async () => {
    const sink = memorySink();
    const log = logger({ level: 'debug' }, sink);
    for (let i = 0; i < 50; i++) log.log('info', 'connection-ended', 'ended');
    for (let i = 0; i < 50; i++) log.log('debug', 'detail', 'detail');
    await log.close();
    expect(sink.lines).toHaveLength(100);
  });

  test('below the level are not counted either', async () => {
    const sink = memorySink();
    const log = logger({ level: 'error' }, sink);
    for (let i = 0; i < 50; i++) log.log('warn', 'some-event', 'message');
    await log.close();
    expect(sink.lines).toEqual([]);
  });

  test('of the limit of connections: one line in each window', async () => {
    const sink = memorySink();
    const log = logger({}, sink);
    for (let i = 0; i < 3; i++) log.log('warn', 'limit-reached', 'full');
    await log.close();
    expect(sink.lines).toEqual(['spiped: full', 'spiped: … and 2 more in 1 s (limit-reached)']);
  });
});

describe('the sink', () => {
  test('that was full is told how many lines are missing, before the next one', () => {
    const sink = memorySink(2);
    const log = logger({}, sink);
    for (const message of ['a', 'b', 'c']) log.log('warn', message, message);
    log.log('warn', 'd', 'd');
    expect(sink.lines).toEqual([
      'spiped: 2 lines of the log could not be written',
      'spiped: c',
      'spiped: d',
    ]);
  });

  test('tells what a sink has lost after it took it, before the next line', () => {
    const losses = [0, 2, 0];
    const sink = { ...memorySink(), takeLost: () => losses.shift() ?? 0 };
    const log = logger({}, sink);
    for (const message of ['a', 'b', 'c']) log.log('warn', message, message);
    expect(sink.lines).toEqual([
      'spiped: a',
      'spiped: 2 lines of the log could not be written',
      'spiped: b',
      'spiped: c',
    ]);
  });

  test('is flushed without a wait for what closing it would wait for', async () => {
    const flush = vi.fn(async () => {});
    const never = new Promise<void>(() => {});
    const sink = { write: () => true, flush, close: () => never };
    const log = createLogger({ program: 'spiped', level: 'info', format: 'text', sink });
    await log.flush();
    expect(flush).toHaveBeenCalledOnce();
  });

  test('can be replaced: it is closed, and what repeats goes on being counted', async () => {
    const close = vi.fn(async () => {});
    const [first, second] = [{ ...memorySink(), close }, memorySink()];
    const log = logger({}, first);
    for (let i = 0; i < 5; i++) log.log('warn', 'some-event', 'message');
    log.redirect(second);
    expect(close).toHaveBeenCalledOnce();
    log.log('warn', 'some-event', 'message');
    await log.close();
    expect(first.lines).toHaveLength(5);
    expect(second.lines).toEqual(['spiped: … and 1 more in 1 s (some-event)']);
  });

  test('is closed at the end, after the counts', async () => {
    const lines: string[] = [];
    const sink: LogSink = {
      write: ({ text }) => lines.push(text) > 0,
      close: async () => {
        lines.push('closed');
      },
    };
    const log = logger({}, sink);
    for (let i = 0; i < 6; i++) log.log('warn', 'some-event', 'message');
    await log.close();
    expect(lines.slice(5)).toEqual(['… and 1 more in 1 s (some-event)', 'closed']);
  });
});
