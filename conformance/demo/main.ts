/**
 * `npm start`: the product shown at its work, on this machine, in some seconds.
 *
 * Our spiped at both ends; then, where it can be had, C spiped at the `-e` end, and C spiped at
 * the `-d` end; then somebody with another key, and what is known of it afterwards. Exit status 0
 * when everything arrived as it was sent (also without C spiped: then it says why it is not
 * there), 1 with the cause when something did not. Interrupted, it cleans up and dies of the
 * signal. It is a demonstration, not a test: the interop cases are the tests.
 */

import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { newAddress } from '../subjects/addresses.ts';
import { type Command, ours, type Subject, upstreamSubject } from '../subjects/subject.ts';
import { locateUpstream, type Upstream } from '../upstream/locate.ts';
import { DeadlineError, within } from './deadline.ts';
import { nowTry } from './now-try.ts';
import type { Program } from './pipe-process.ts';
import { megabytesPerSecond, milliseconds, styleFor, table } from './report.ts';
import { type Result, type Showing, show } from './scenario.ts';
import { type Stage, tell, tellRefusal } from './story.ts';
import { refuseWrongKey } from './wrong-key.ts';

/** An argument is the number of MiB. */
const UPLOAD_BYTES = (Number(process.argv[2]) || 64) * 2 ** 20;

/** For C spiped to be found or fetched, in milliseconds: nobody wants to look at nothing for long. */
const LOCATE_PATIENCE = 12_000;

const COMMANDS = fileURLToPath(new URL('../../dist/bin/', import.meta.url)).replace(/\/$/, '');

/** The signal that asked us to end. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

  constructor(signal: Interrupted['signal']) {
    super(signal);
    this.signal = signal;
  }
}

const interruption = new AbortController();
function interrupt(signal: Interrupted['signal']): void {
  // Asked twice, also by npm, which passes on what a terminal has sent to all of us already: then
  // without an orderly end, and still with nothing left (two-ends.ts).
  if (interruption.signal.aborted) endBy(signal);
  interruption.abort(new Interrupted(signal));
}
// Not `once`: without a listener of ours, execa's own would end the process before we clean up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
// Whoever reads our output has left (`npm start | head`, a terminal that was closed).
process.stdout.on('error', () => {
  if (!interruption.signal.aborted) interrupt('SIGPIPE');
});
process.stderr.on('error', () => {});

try {
  await demonstrate(interruption.signal);
  process.exit(0);
} catch (error) {
  // A terminal sends a signal to what we have started, too. Of what then fails we say nothing; our
  // own may still be on its way.
  await setTimeout(250, undefined, { signal: interruption.signal }).catch(() => {});
  const { aborted, reason } = interruption.signal;
  if (aborted && reason instanceof Interrupted) endBy(reason.signal);
  const cause = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\nThe demonstration failed: ${cause}\n`);
  process.exit(1);
}

/**
 * Die of the signal, as who sent it expects: npm then says nothing, and a shell's loop ends. What
 * is to be done at an exit, ours and execa's, is done before.
 */
function endBy(signal: Interrupted['signal']): never {
  process.once('exit', () => {
    process.removeAllListeners(signal);
    // Node ignores SIGPIPE; then the exit goes on.
    if (signal !== 'SIGPIPE') process.kill(process.pid, signal);
  });
  process.exit(128 + constants.signals[signal]);
}

/** The whole story. Throws with one line that names the cause when something does not work. */
async function demonstrate(signal: AbortSignal): Promise<void> {
  const terminal = process.stdout.isTTY === true;
  const stage: Stage = {
    write: (text) => process.stdout.write(text),
    terminal,
    style: styleFor(terminal, process.env),
  };
  const line = (text = ''): void => stage.write(`${text}\n`);
  const results: [Showing, Result][] = [];

  const showing = async (heading: string, encrypting: Program, decrypting: Program) => {
    const number = results.length + 1;
    line();
    line(stage.style.heading(`${number}. ${heading}`));
    const what: Showing = { encrypting, decrypting, uploadBytes: UPLOAD_BYTES, signal };
    const story = tell(stage, what, { packets: number === 1 });
    const result = await show(what, story);
    story.ended(result);
    results.push([what, result]);
  };

  line(stage.style.heading('spiped: two ends, one key, and what is between them is sealed'));
  line();
  line('  HTTP client --> spiped -e ==(wire)==> spiped -d --> HTTP server');
  line('     plaintext              sealed packets         plaintext');

  const our = programOf('this', await ours());
  await showing('This spiped at both ends', our, our);

  line();
  line('Looking for C spiped, the original (it may have to be fetched) ...');
  const upstream = await locate(signal);
  if (upstream.found) {
    const original = programOf('C', upstreamSubject(upstream));
    line(`found: ${original.label} (from: ${upstream.origin})`);
    await showing('C spiped at the -e end, this one at the -d end', original, our);
    await showing('This spiped at the -e end, C spiped at the -d end', our, original);
  } else {
    line(`C spiped is not shown, because it cannot be had here: ${upstream.reason}`);
  }

  line();
  line(stage.style.heading(`${results.length + 1}. Somebody with another key`));
  const trace: Command = [process.execPath, `${COMMANDS}/spiped-trace.js`];
  tellRefusal(stage, await refuseWrongKey(our, trace, signal));

  line();
  line(stage.style.heading('All content arrived as it was sent, and only with the key.'));
  line("Handshake: first nonce byte to last byte of the server's public value, on the wire; the");
  line('quickest. Upload: the quicker of two, after the programs have warmed up on the one above,');
  line("with the demonstration's own client, server and wire tap on the same machine.");
  line();
  for (const row of summary(results)) line(row);

  line();
  line(stage.style.heading('Now try: what is said at one end comes back from the other'));
  for (const text of nowTry(await freePlace())) line(`   ${text}`);
}

/** C spiped, or why it cannot be had soon. */
async function locate(signal: AbortSignal): Promise<Upstream> {
  try {
    return await within(LOCATE_PATIENCE, 'looking for it', signal, locateUpstream());
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    return { found: false, reason: `${error.message} (npm test waits longer, and keeps it)` };
  }
}

/** Where a person can try it, as far as can be known now. */
async function freePlace(): Promise<Parameters<typeof nowTry>[0]> {
  const free = async (): Promise<number> => {
    const { net } = await newAddress('ipv4', '');
    if (!('port' in net)) throw new Error('invariant: an IPv4 address has a port');
    return net.port;
  };
  return { commands: COMMANDS, targetPort: await free(), pipePort: await free() };
}

/** One row a showing. */
function summary(results: readonly [Showing, Result][]): string[] {
  const rows = results.map(([{ encrypting, decrypting }, result]) => [
    encrypting.label,
    decrypting.label,
    milliseconds(result.handshakeMilliseconds),
    megabytesPerSecond(result.timedBytes, result.seconds),
    'equal',
  ]);
  return table([['-e end', '-d end', 'handshake', 'upload', 'SHA-256'], ...rows]);
}

/** A subject as a person calls it: `C spiped 1.6.2`. */
function programOf(who: string, { spiped, version }: Subject): Program {
  return { label: `${who} spiped ${version}`, command: spiped };
}
