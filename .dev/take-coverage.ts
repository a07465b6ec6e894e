/**
 * Writes V8's coverage at the end of each test file: vitest ends its workers in a way in which
 * Node would not write it by itself. Does nothing unless NODE_V8_COVERAGE was set at the start.
 */

import { takeCoverage } from 'node:v8';
import { afterAll } from 'vitest';

const wanted = process.env.NODE_V8_COVERAGE !== undefined;

// The programs that tests start would inherit it, and each would write megabytes when it ends.
delete process.env.NODE_V8_COVERAGE;

afterAll(() => {
  if (wanted) takeCoverage();
});
