/**
 * `npm start`: the product shown at its work, on this machine, in some seconds.
 *
 * Our spiped at both ends; then, where it can be had, C spiped at the `-e` end, and C spiped at
 * the `-d` end. Exit status 0 when everything arrived as it was sent (also without C spiped: then
 * it says why it is not there), 1 with the cause when something did not, 128 + the signal's
 * number when interrupted. It is a demonstration, not a test: the interop cases are the tests.
 */

import { constants } from 'node:os';
import { ours, type Subject, upstreamSubject } from '../subjects/subject.ts';
import { locateUpstream } from '../upstream/locate.ts';
import { within } from './deadline.ts';
import type { Program } from './pipe-process.ts';
import { megabytesPerSecond, milliseconds, styleFor, table } from './report.ts';
import { type Result, type Showing, show } from './scenario.ts';
import { type Stage, tell } from './story.ts';

const UPLOAD_BYTES = 64 * 2 ** 20;

/** For C spiped to be found or fetched, in milliseconds. */
const LOCATE_PATIENCE = 60_000;

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
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Not `once`: without a listener of ours, execa's own would end the process before we clean up.
  process.on(signal, () => {
    // Whoever asks twice does not want to wait; execa still kills what it started.
    if (interruption.signal.aborted) process.exit(128 + constants.signals[signal]);
    interruption.abort(new Interrupted(signal));
  });
}
// Whoever reads our output has left (`npm start | head`): clean up and go.
process.stdout.on('error', () => interruption.abort(new Interrupted('SIGPIPE')));

try {
  await demonstrate(interruption.signal);
} catch (error) {
  if (error instanceof Interrupted) {
    process.exitCode = 128 + constants.signals[error.signal];
  } else {
    const cause = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\nThe demonstration failed: ${cause}\n`);
    process.exitCode = 1;
  }
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
  const upstream = await within(LOCATE_PATIENCE, 'looking for C spiped', signal, locateUpstream());
  if (upstream.found) {
    const original = programOf('C', upstreamSubject(upstream));
    line(`found: ${original.label} (from: ${upstream.origin})`);
    await showing('C spiped at the -e end, this one at the -d end', original, our);
    await showing('This spiped at the -e end, C spiped at the -d end', our, original);
  }

  line();
  line(stage.style.heading('All content arrived as it was sent.'));
  line("Handshake: first nonce byte to last byte of the server's public value, on the wire.");
  line("Upload: with the demonstration's own client, server and wire tap on the same machine.");
  line();
  for (const row of summary(results)) line(row);
  if (!upstream.found)
    line(`\nC spiped was not shown, because it cannot be had here: ${upstream.reason}`);
}

/** One row a showing. */
function summary(results: readonly [Showing, Result][]): string[] {
  const rows = results.map(([{ encrypting, decrypting }, result]) => [
    encrypting.label,
    decrypting.label,
    milliseconds(result.handshakeMilliseconds),
    megabytesPerSecond(result.bytes, result.seconds),
    'equal',
  ]);
  return table([['-e end', '-d end', 'handshake', 'upload', 'SHA-256'], ...rows]);
}

/** A subject as a person calls it: `C spiped 1.6.2`. */
function programOf(who: string, { spiped, version }: Subject): Program {
  return { label: `${who} spiped ${version}`, command: spiped };
}
