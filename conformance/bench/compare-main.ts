/**
 * `npm run bench:compare -- OLD.json NEW.json`: what changed between two runs of the benchmark.
 * Exit status 0 whatever changed, 2 when the files are not what they should be.
 */

import { readFileSync } from 'node:fs';
import { parseReport, renderComparison } from './compare.ts';

const files = process.argv.slice(2);

try {
  const [before, after, ...rest] = files.map((file) =>
    parseReport(file, readFileSync(file, 'utf8')),
  );
  if (before === undefined || after === undefined || rest.length > 0) {
    throw new Error('usage: npm run bench:compare -- OLD.json NEW.json');
  }
  process.stdout.write(renderComparison(before, after));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
