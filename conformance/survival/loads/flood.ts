/**
 * A flood: many connections at once that say nothing. A process of its own, so that it neither
 * slows nor shares descriptors with those who watch.
 *
 *     node --import tsx flood.ts HOST PORT COUNT
 *
 * Prints `arrived N` when each of COUNT connections was made or refused (N were made), and keeps
 * what is open until it is killed.
 */

import { connect } from 'node:net';

const [host = '', port = '', count = ''] = process.argv.slice(2);

/** Connections that are being made at one moment: fewer than a listen queue holds. */
const ABREAST = 100;

let begun = 0;
let tried = 0;
let made = 0;

function begin(): void {
  if (begun >= Number(count)) return;
  begun += 1;
  const socket = connect({ host, port: Number(port) });
  let settled = false;
  const settle = (): void => {
    if (settled) return;
    settled = true;
    tried += 1;
    if (tried === Number(count)) process.stdout.write(`arrived ${made}\n`);
    begin();
  };
  socket.once('connect', () => {
    made += 1;
    settle();
  });
  // Closing them is what the daemon is expected to do.
  socket.on('error', () => {});
  socket.once('close', settle);
  socket.resume();
}

for (let i = 0; i < ABREAST; i += 1) begin();
// With every connection closed there would be nothing to stay for, and the end of the flood is the
// watcher's to choose.
setInterval(() => {}, 60_000);
