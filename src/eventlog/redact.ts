/**
 * A log with every secret taken out: a `full` log becomes the `wire` log that would have been
 * recorded of the same connection, with digests of its own. A `wire` log comes out unchanged.
 */

import { DigestChain } from './chain.ts';
import { encodeEnd, encodeEntry, encodeHeader } from './encode.ts';
import type { LogRecord } from './format.ts';

/**
 * The lines of the `wire` log, each with its newline, as the records arrive. Rejects with the
 * reader's error when the log is damaged or cut short; what it yielded then is cut short too.
 */
export async function* redact(
  records: AsyncIterable<LogRecord>,
): AsyncGenerator<string, void, void> {
  const chain = new DigestChain();
  for await (const record of records) {
    switch (record.kind) {
      case 'header':
        yield chain.seal(encodeHeader({ ...record.header, content: 'wire' }));
        break;
      case 'entry':
        yield chain.seal(encodeEntry({ ...record.entry, content: 'wire' }));
        break;
      case 'end':
        yield chain.seal(encodeEnd(record.end));
        break;
    }
  }
}
