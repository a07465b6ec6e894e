/**
 * The load's near end, a process: it does what it is asked to, one job at a time, and answers. It
 * ends with the process that started it.
 */

import { perform } from './jobs.ts';
import type { Numbered, Reply } from './requests.ts';

process.on('message', (request: Numbered) => {
  perform(request).then(
    (answer) => reply({ id: request.id, answer }),
    (error: unknown) =>
      reply({ id: request.id, failure: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => {});

function reply(what: Reply): void {
  process.send?.(what);
}
