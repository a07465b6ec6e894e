/**
 * A standard stream that must stay blocking and has no second description (`own-description.ts`):
 * the system's `cat` reads or writes it, and is joined to us by a socket pair of our own.
 *
 * What `cat` says of its end is passed on: the end of the input only when it has read all of it, and
 * the end of the output only when it has written all of it. It never outlives us for long: it ends
 * when the pair does, having written what it was given.
 */

import {
  type ChildProcess,
  type ChildProcessByStdio,
  type StdioOptions,
  spawn,
} from 'node:child_process';
import { PassThrough, type Readable, Writable } from 'node:stream';
import { getSystemErrorMap } from 'node:util';

/** What `cat` reads from this descriptor. Undefined when there is no `cat`. */
export function relayedInput(descriptor: number): Readable | undefined {
  const cat = startCat([descriptor, 'pipe', 'pipe']) as ChildProcessByStdio<
    null,
    Readable,
    Readable
  >;
  const ended = endOf(cat);
  if (cat.pid === undefined) return undefined;
  const input = new PassThrough();
  cat.stdout.on('error', () => {}).pipe(input, { end: false });
  void ended.then((failure) => (failure === undefined ? input.end() : input.destroy(failure)));
  // It would take one more piece of what the next program is to read.
  input.on('close', () => cat.kill('SIGKILL'));
  return input;
}

/** What `cat` writes to this descriptor; finished when it has. Undefined when there is no `cat`. */
export function relayedOutput(descriptor: number): Writable | undefined {
  const cat = startCat(['pipe', descriptor, 'pipe']) as ChildProcessByStdio<
    Writable,
    null,
    Readable
  >;
  const ended = endOf(cat);
  if (cat.pid === undefined) return undefined;
  const { stdin } = cat;
  stdin.on('error', () => {});
  const output = new Writable({
    write: (bytes, _encoding, done) => {
      stdin.write(bytes, (error) => {
        if (!error) done();
        // Why it reads no more is in how it ended.
        else void ended.then((failure) => done(failure ?? error));
      });
    },
    final: (done) => {
      stdin.end();
      void ended.then(done);
    },
    destroy: (error, done) => {
      // It still writes what it was given, as the kernel would with what is in a pipe.
      stdin.destroy();
      cat.stderr.destroy();
      cat.unref();
      done(error);
    },
  });
  void ended.then((failure) => failure !== undefined && output.destroy(failure));
  return output;
}

function startCat(stdio: StdioOptions): ChildProcess {
  // So that its words are those of the system's error messages.
  return spawn('cat', [], { stdio, env: { ...process.env, LC_ALL: 'C' } });
}

/** Resolves when `cat` has ended: with nothing if it did its work, else with the system's error. */
function endOf(cat: ChildProcess): Promise<Error | undefined> {
  let words = '';
  cat.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  return new Promise((resolve) => {
    cat.once('error', resolve);
    cat.once('close', (status, signal) => {
      if (status === 0) resolve(undefined);
      else resolve(failure(signal === 'SIGPIPE' ? 'EPIPE' : codeOf(words)));
    });
  });
}

/** `cat: -: Connection reset by peer` is ECONNRESET. */
function codeOf(words: string): string {
  const message = words.trimEnd().split(': ').at(-1)?.toLowerCase();
  for (const [code, meaning] of getSystemErrorMap().values()) if (meaning === message) return code;
  return 'EIO';
}

function failure(code: string): Error {
  return Object.assign(new Error(`relay: ${code}`), { code });
}
