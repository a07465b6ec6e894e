/** Logging through `logger`: what it is given, and what its absence or death costs. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LogLevel } from '../config/config.ts';
import { createLogger } from './log.ts';
import type { LogLine, LogSink } from './log-sink.ts';
import { syslogSink } from './syslog.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'spiped-syslog-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** A `logger` whose behaviour is this shell script; `$out` is a file of its own for each priority. */
async function fakeLogger(script: string): Promise<string> {
  const file = path.join(directory, 'logger');
  const prologue = `#!/bin/sh\nout='${directory}'/"$4"\necho "$*" >>'${directory}/started'\n`;
  await writeFile(file, `${prologue}${script}\n`, { mode: 0o755 });
  return file;
}

/** What syslog shows in front of each line. */
const TAG = `spiped[${process.pid}]`;

const COPY = 'exec cat >>"$out"';

async function written(name: string): Promise<string> {
  return readFile(path.join(directory, name), 'utf8').catch(() => '');
}

function line(text: string, level: LogLevel = 'warn'): LogLine {
  return { level, prefix: 'spiped: ', text };
}

/** A sink over this `logger`, and what went elsewhere. */
function sinkOf(command: string, clock?: () => number) {
  const fallback: string[] = [];
  const failures: string[] = [];
  const fallbackSink: LogSink = {
    write: ({ prefix, text }) => fallback.push(prefix + text) > 0,
    flush: async () => void fallback.push('flushed'),
  };
  const sink = syslogSink({
    program: 'spiped',
    fallback: fallbackSink,
    failed: (reason) => failures.push(reason),
    command,
    ...(clock === undefined ? {} : { clock }),
  });
  return { sink, fallback, failures, close: () => sink.close?.() };
}

/** Write this line until something has come of it: the end of a `logger` shows only later. */
async function writeUntil(sink: LogSink, one: LogLine, done: () => boolean): Promise<void> {
  while (!done()) {
    sink.write(one);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('logger', () => {
  test('is given each line, without the name and our process id that it adds itself', async () => {
    const { sink, fallback, failures, close } = sinkOf(await fakeLogger(COPY));
    for (const text of ['one', 'two …', 'three']) expect(sink.write(line(text))).toBe(true);
    await close();
    expect(await written('daemon.warning')).toBe('one\ntwo …\nthree\n');
    expect(await written('started')).toBe(`-t ${TAG} -p daemon.warning\n`);
    expect([fallback, failures]).toEqual([['flushed'], []]);
  });

  test('is started once for each level that is used, with its priority', async () => {
    const { sink, close } = sinkOf(await fakeLogger(COPY));
    for (const level of ['error', 'info', 'debug', 'warn'] as const) {
      sink.write(line(`${level} 1`, level));
      sink.write(line(`${level} 2`, level));
    }
    await close();
    expect((await written('started')).trim().split('\n').sort()).toEqual([
      `-t ${TAG} -p daemon.debug`,
      `-t ${TAG} -p daemon.err`,
      `-t ${TAG} -p daemon.info`,
      `-t ${TAG} -p daemon.warning`,
    ]);
    expect(await written('daemon.err')).toBe('error 1\nerror 2\n');
    expect(await written('daemon.debug')).toBe('debug 1\ndebug 2\n');
  });

  test('that does not exist: the fallback gets every line, and it is said once', async () => {
    const { sink, fallback, failures, close } = sinkOf(path.join(directory, 'no-such-program'));
    sink.write(line('before it is known'));
    await writeUntil(sink, line('x'), () => fallback.length > 0);
    const soFar = fallback.length;
    sink.write(line('later'));
    sink.write(line('an error', 'error'));
    expect(fallback[0]).toBe('spiped: before it is known');
    expect(fallback.slice(soFar)).toEqual(['spiped: later', 'spiped: an error']);
    expect(failures).toEqual(['there is no program named logger']);
    await close();
  });

  test('that does not exist: lines beyond a bound are refused until it is known', async () => {
    const { sink, fallback, close } = sinkOf(path.join(directory, 'no-such-program'));
    const taken = Array.from({ length: 1100 }, (_, i) => sink.write(line(`${i}`)));
    expect(taken.filter(Boolean)).toHaveLength(1000);
    await vi.waitFor(() => expect(fallback).toHaveLength(1000), 30_000);
    expect([fallback[0], fallback.at(-1)]).toEqual(['spiped: 0', 'spiped: 999']);
    await close();
  });

  test('of every level ends with the log, which is no failure, and so does the fallback', async () => {
    const { sink, fallback, failures, close } = sinkOf(await fakeLogger(COPY));
    for (const level of ['error', 'info', 'warn'] as const) sink.write(line(level, level));
    await close();
    expect(failures).toEqual([]);
    expect(fallback).toEqual(['flushed']);
  });

  test('that dies is started again for the next line', async () => {
    const { sink, fallback, failures, close } = sinkOf(
      await fakeLogger('IFS= read -r line; echo "$line" >>"$out"'),
    );
    let starts = 0;
    while (starts < 2) {
      sink.write(line('line'));
      await new Promise((resolve) => setTimeout(resolve, 2));
      starts = (await written('started')).split('\n').length - 1;
    }
    await close();
    expect(await written('daemon.warning')).toMatch(/^line\nline\n/);
    expect([fallback, failures]).toEqual([['flushed'], []]);
  });

  test('that dies again and again is left alone for a minute, and said once', async () => {
    let now = 0;
    const command = await fakeLogger('exit 3');
    const { sink, fallback, failures, close } = sinkOf(command, () => now);
    const starts = async () => (await written('started')).split('\n').length - 1;

    await writeUntil(sink, line('lost perhaps'), () => failures.length > 0);
    expect(failures).toEqual(['logger ended with exit status 3']);
    expect(await starts()).toBe(3);
    const said = fallback.length;
    sink.write(line('not lost'));
    expect(fallback.slice(said)).toEqual(['spiped: not lost']);
    now = 59_999;
    sink.write(line('not lost either'));
    expect(fallback).toHaveLength(said + 2);

    now = 60_000;
    await writeUntil(sink, line('lost perhaps'), () => fallback.length > said + 2);
    expect(await starts()).toBe(6);
    fallback.length = 0;

    await fakeLogger(COPY);
    now = 120_000;
    sink.write(line('through syslog again'));
    expect(fallback).toEqual([]);
    await close();
    expect(await written('daemon.warning')).toBe('through syslog again\n');
    expect(failures).toHaveLength(1);
  });

  test('that takes nothing, and no hint either, costs lines beyond a bound, and a second at the end', async () => {
    const { sink, fallback, close } = sinkOf(await fakeLogger("trap '' TERM; exec sleep 1000"));
    // From when it is known to run.
    await new Promise((resolve) => setImmediate(resolve));
    const one = line('x'.repeat(1023));
    let taken = 0;
    while (taken < 4096 && sink.write(one)) taken += 1;
    await close();
    expect(taken).toBeGreaterThan(256);
    expect(taken).toBeLessThan(700);
    expect(fallback).toEqual(['flushed']);
  });
});

describe('a process', () => {
  const run = async (program: string, searchPath: string): Promise<string> => {
    const bundle = buildSync({
      stdin: { contents: program, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
      bundle: true,
      platform: 'node',
      format: 'esm',
      write: false,
    }).outputFiles[0]?.text;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', bundle ?? ''], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, PATH: searchPath },
      timeout: 40_000,
    });
    const ended = once(child, 'exit');
    const chunks: Buffer[] = [];
    for await (const chunk of child.stderr) chunks.push(chunk as Buffer);
    const [code] = await ended;
    return `${Buffer.concat(chunks)}${code}`;
  };
  const LOGGING = `
    import { createLogger } from './log.ts';
    import { logToSyslog } from './syslog.ts';
    const logger = createLogger({ program: 'spiped', level: 'warn', format: 'text' });
    logToSyslog(logger, 'spiped');
    logger.log('warn', 'some-event', 'hello');
  `;

  test('that closes its logger has every line in syslog', async () => {
    await fakeLogger(COPY);
    const searchPath = `${directory}:${process.env.PATH}`;
    expect(await run(`${LOGGING} await logger.close();`, searchPath)).toBe('0');
    expect(await written('daemon.warning')).toBe('hello\n');
  });

  test('is not kept alive by a logger that it does not close', async () => {
    await fakeLogger(COPY);
    const searchPath = `${directory}:${process.env.PATH}`;
    expect(await run(LOGGING, searchPath)).toBe('0');
    await vi.waitFor(async () => expect(await written('daemon.warning')).toBe('hello\n'), 30_000);
  });

  test('without a program named logger says so, and logs to standard error', async () => {
    expect(await run(LOGGING, directory)).toBe(
      'spiped: cannot log through syslog: there is no program named logger\nspiped: hello\n0',
    );
  });
});

test('through a logger, syslog gets the text of messages and JSON as it is', async () => {
  const { sink, close } = sinkOf(await fakeLogger(COPY));
  const common = { program: 'spiped', level: 'warn', sink } as const;
  createLogger({ ...common, format: 'text' }).log('warn', 'some-event', 'a message');
  createLogger({ ...common, format: 'json' }).log('warn', 'some-event', 'another');
  await close();
  const [text, json] = (await written('daemon.warning')).split('\n');
  expect(text).toBe('a message');
  expect(JSON.parse(json ?? '')).toMatchObject({ program: 'spiped', message: 'another' });
});
