/**
 * `npm run startup`: how long starting takes, ours beside C, and beside a Node program that does
 * nothing, which is as quick as ours can get. Prints and does not judge.
 *
 * The rounds go through all measurements in turn, so that what else the machine does meets all
 * of them alike; the load says how much that was.
 */

import { writeFile } from 'node:fs/promises';
import { cpus, loadavg, release, type } from 'node:os';
import { join } from 'node:path';
import { Scope } from '../subjects/scope.ts';
import { type Subject, subjectUnderTest, upstreamSubject } from '../subjects/subject.ts';
import { locateUpstream } from '../upstream/locate.ts';
import { cell } from './figures.ts';
import { timeToBackground, timeToExit, timeToListening } from './measure.ts';

const ROUNDS = 15;

/** A line of the table: what is measured, and the times of each column, in milliseconds. */
interface Row {
  readonly title: string;
  readonly measure: (subject: Subject) => Promise<number>;
  readonly times: Map<Subject, number[]>;
}

async function main(scope: Scope): Promise<void> {
  const upstream = await locateUpstream();
  const subjects = [
    await subjectUnderTest(),
    ...(upstream.found ? [upstreamSubject(upstream)] : []),
  ];
  const rows: readonly Row[] = [
    row('spiped -v, to its end', ({ spiped }) => timeToExit(scope, spiped, ['-v'])),
    row('spiped -F, to listening', (subject) => timeToListening(scope, subject)),
    row('spiped, to its return', (subject) => timeToBackground(scope, subject)),
  ];
  const nothing = join(scope.directory, 'nothing.mjs');
  await writeFile(nothing, '');
  const nodeAlone: number[] = [];

  const before = load();
  // The first round only brings the files into the system's cache.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const alone = await timeToExit(scope, [process.execPath], [nothing]);
    if (round > 0) nodeAlone.push(alone);
    for (const { measure, times } of rows) {
      for (const subject of subjects) {
        const milliseconds = await measure(subject);
        if (round > 0) times.set(subject, [...(times.get(subject) ?? []), milliseconds]);
      }
    }
  }

  const [processor] = cpus();
  print(`${new Date().toISOString().slice(0, 16)}Z, Node ${process.versions.node}`);
  print(`${cpus().length} × ${processor?.model ?? 'unknown processor'}, ${type()} ${release()}`);
  print(`load at the beginning ${before}, at the end ${load()}`);
  if (!upstream.found) print(upstream.reason);
  print('');
  print(`median of ${ROUNDS} rounds (and the quickest)`);
  print(
    line(
      '',
      subjects.map(({ name, version }) => `${name} ${version}`),
    ),
  );
  for (const { title, times } of rows) {
    print(
      line(
        title,
        subjects.map((subject) => cell(times.get(subject) ?? [])),
      ),
    );
  }
  print(line('a Node program that does nothing', [cell(nodeAlone)]));
}

function row(title: string, measure: Row['measure']): Row {
  return { title, measure, times: new Map() };
}

function line(title: string, cells: readonly string[]): string {
  return `${title.padEnd(34)}${cells.map((each) => each.padStart(20)).join('')}`;
}

/** Over the last minute; there is none on Windows. */
function load(): string {
  return (loadavg()[0] ?? 0).toFixed(2);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

const scope = await Scope.open();
try {
  await main(scope);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await scope.close();
}
