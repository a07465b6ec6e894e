/**
 * A program with defects whose exceptions quote a secret, for `defects.test.ts`: it throws outside
 * of everything, rejects what nobody handles, makes Node warn, and then says that it goes on.
 */

import { catchDefects } from '../defects.ts';
import { createLogger } from '../log.ts';

const SECRET = 'the-secret-plaintext';

const logger = createLogger({ program: 'defective', level: 'debug', format: 'text' });
let defects = 0;
catchDefects(logger, () => {
  defects += 1;
  if (defects === 2) process.stdout.write('goes on\n');
});

process.emitWarning(SECRET, { type: 'SomeWarning', code: 'CODE', detail: SECRET });
setImmediate(() => {
  throw new RangeError(`${SECRET}\n    at ${SECRET} (file:///${SECRET}.js:1:2)`);
});
void Promise.reject(Object.assign(new Error(SECRET), { code: 'E_CODE', name: SECRET }));
