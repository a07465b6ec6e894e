/**
 * Writes citations, so that nobody copies a sentence by hand.
 *
 *     node --import tsx .dev/spec/cite.ts HS-10          prints the comment to paste
 *     node --import tsx .dev/spec/cite.ts --update       puts the present sentence into each quote
 *                                                        that is out of date
 *
 * An update says that somebody has looked at each place and found that it still meets the changed
 * sentence. It does not decide that, and does not touch an id that is unknown.
 */

import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Requirement, readRequirements } from '../requirements.ts';
import { citationLines, parseCitations } from './citations.ts';
import { readSources } from './project.ts';

/** A source with every quote that differs from its requirement's sentence replaced. */
export function updateQuotes(source: string, requirements: readonly Requirement[]): string {
  const lines = source.split('\n');
  const stale = parseCitations('', source).citations.flatMap((citation) => {
    const requirement = requirements.find(({ id }) => id === citation.id);
    const same = requirement === undefined || requirement.sentence === citation.quote;
    return same ? [] : [{ citation, requirement }];
  });
  // From the end, so that the lines before stay where they are.
  for (const { citation, requirement } of stale.toReversed()) {
    const { line, lastLine, indent, exception } = citation;
    const written = citationLines(requirement, indent, exception);
    lines.splice(line - 1, lastLine - line + 1, ...written);
  }
  return lines.join('\n');
}

function main(root: string, words: readonly string[]): number {
  const requirements = readRequirements(root);
  if (words.length === 1 && words[0] === '--update') {
    const files = new Set(readSources(root).citations.map(({ file }) => file));
    for (const file of files) {
      const place = path.join(root, file);
      const before = readFileSync(place, 'utf8');
      const after = updateQuotes(before, requirements);
      if (after === before) continue;
      writeFileSync(place, after);
      console.log(`updated: ${file}`);
    }
    return 0;
  }
  let status = words.length > 0 ? 0 : 1;
  if (status !== 0) console.error('expected requirement ids, or --update');
  for (const word of words) {
    const requirement = requirements.find(({ id }) => id === word);
    if (requirement === undefined) {
      console.error(`${word} is no requirement of spec/protocol.md`);
      status = 1;
    } else {
      for (const line of citationLines(requirement, 0)) console.log(line);
    }
  }
  return status;
}

if (realpathSync(process.argv[1] ?? '.') === fileURLToPath(import.meta.url)) {
  process.exitCode = main(fileURLToPath(new URL('../..', import.meta.url)), process.argv.slice(2));
}
