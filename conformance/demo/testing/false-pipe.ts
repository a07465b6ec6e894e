/**
 * A program with spiped's command line that is no spiped: it passes bytes on, and does with them
 * what `FALSE_PIPE` says. The demonstration must see through it.
 *
 *     FALSE_PIPE=plain     pass everything on unsealed
 *     FALSE_PIPE=damaging  mask each byte, and at the -e end change byte 100,000 on its way
 */

import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

const args = process.argv.slice(2);
const damaging = process.env.FALSE_PIPE === 'damaging';

function portOf(option: string): number {
  return Number(/:(\d+)$/.exec(args[args.indexOf(option) + 1] ?? '')?.[1]);
}

/** Masking twice is no masking, so two of these understand each other. */
function mask(damagedByte: number): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const masked = damaging ? chunk.map((byte) => byte ^ 0x5a) : chunk;
      const at = damagedByte - passed;
      if (damaging && at >= 0 && at < masked.length) masked[at] = (masked[at] ?? 0) ^ 1;
      passed += chunk.length;
      done(null, masked);
    },
  });
}

const server = createServer({ allowHalfOpen: true }, (source: Socket) => {
  const target = connect({ port: portOf('-t'), host: '127.0.0.1', allowHalfOpen: true });
  for (const socket of [source, target]) socket.on('error', () => socket.destroy());
  source.pipe(mask(args.includes('-e') ? 100_000 : Number.POSITIVE_INFINITY)).pipe(target);
  target.pipe(mask(Number.POSITIVE_INFINITY)).pipe(source);
});
server.listen(portOf('-s'), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
