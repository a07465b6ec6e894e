/** All rows, in the order of the table. */

import { connect, connect16, connect16Weak, connectWeak } from './rows/connections.ts';
import { growth } from './rows/growth.ts';
import { memory } from './rows/memory.ts';
import { mixed } from './rows/mixed.ts';
import { mixedEnds } from './rows/mixed-ends.ts';
import { roundTrip } from './rows/round-trips.ts';
import type { Row } from './rows/row.ts';
import { start } from './rows/start.ts';
import { duplex, eightStreams, oneStream, processorTime } from './rows/streams.ts';

export const rows: readonly Row[] = [
  oneStream,
  eightStreams,
  duplex,
  processorTime,
  connect,
  connect16,
  connectWeak,
  connect16Weak,
  roundTrip,
  mixed,
  memory,
  start,
  growth,
  mixedEnds,
];
