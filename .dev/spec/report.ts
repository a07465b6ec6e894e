/**
 * Writes the report of traceability: `report/spec.html`, one page that needs no server and nothing
 * from elsewhere, and `report/spec.json`, the same as data. The folder is ignored by git.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Check } from './check.ts';
import { readEvidence } from './evidence.ts';
import { buildReport } from './model.ts';
import { drawPage } from './page.ts';
import { readSources } from './project.ts';
import type { TestResult } from './results.ts';

/** Where the report goes, relative to the project's directory. */
const FOLDER = 'report';

/** Write both files for the project at `root`; says which, relative to it. */
export function writeReport(
  root: string,
  check: Check,
  results: readonly TestResult[],
  folder: string = path.join(root, FOLDER),
): readonly string[] {
  const { cases } = readSources(root);
  const made = new Date().toISOString();
  const report = buildReport(check, cases, results, readEvidence(root), made);
  const asset = (name: string): string =>
    readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');
  const toRoot = path.relative(folder, root).split(path.sep).join('/');
  const page = drawPage(report, {
    style: asset('report.css'),
    script: asset('report.js'),
    toRoot,
  });
  mkdirSync(folder, { recursive: true });
  const files = { 'spec.html': page, 'spec.json': `${JSON.stringify(report, undefined, 1)}\n` };
  return Object.entries(files).map(([name, text]) => {
    writeFileSync(path.join(folder, name), text);
    return path.relative(root, path.join(folder, name)).split(path.sep).join('/');
  });
}
