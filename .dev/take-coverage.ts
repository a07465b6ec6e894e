/**
 * Writes V8's coverage at the end of each test file: vitest ends its workers in a way in which
 * Node would not write it by itself. Does nothing unless NODE_V8_COVERAGE is set.
 */

import { takeCoverage } from 'node:v8';
import { afterAll } from 'vitest';

afterAll(() => {
  if (process.env.NODE_V8_COVERAGE !== undefined) takeCoverage();
});
