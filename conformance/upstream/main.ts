/**
 * Prints where C spiped is on this machine and which version it is; exit 1 where there is none.
 *
 *     node --import tsx conformance/upstream/main.ts
 */

import { locateUpstream } from './locate.ts';

try {
  const upstream = await locateUpstream();
  if (upstream.found) {
    console.log(`C spiped ${upstream.version} (from: ${upstream.origin})`);
    console.log(`spiped: ${upstream.spiped}`);
    console.log(`spipe:  ${upstream.spipe}`);
  } else {
    console.error(upstream.reason);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
