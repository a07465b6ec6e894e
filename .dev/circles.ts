/**
 * Files that import each other in a circle, which then can be read, and changed, only together.
 * Imports of types count: they are no less to be read.
 */

/** What each file imports, by name. A file that is only imported needs no entry. */
export type ImportGraph = Readonly<Record<string, readonly string[]>>;

/** The circles, each once: files of which each imports the next, and the last the first. */
export function findCircles(graph: ImportGraph): readonly (readonly string[])[] {
  const circles: (readonly string[])[] = [];
  const seen = new Set<string>();
  for (const file of Object.keys(graph).sort()) {
    const circle = seen.has(file) ? undefined : shortestCircle(graph, file);
    if (circle === undefined) continue;
    for (const member of circle) seen.add(member);
    circles.push(circle);
  }
  return circles;
}

function shortestCircle(graph: ImportGraph, start: string): readonly string[] | undefined {
  const reached = new Set<string>();
  // In the order of their lengths.
  const paths: (readonly string[])[] = [[start]];
  for (const path of paths) {
    for (const next of graph[path.at(-1) ?? start] ?? []) {
      if (next === start) return path;
      if (reached.has(next)) continue;
      reached.add(next);
      paths.push([...path, next]);
    }
  }
  return undefined;
}
