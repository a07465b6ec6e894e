/**
 * What vitest does before a run, and in watch mode before each further one: bring `dist/` up to
 * date. Many tests start the built commands, and none must ever judge an older build. A build that
 * fails ends the run, and the watching, with the compiler's words. Takes a moment when nothing changed.
 *
 * Not here: the build itself, nor installing what it needs; see build.mjs and ensure.mjs.
 */

import { build } from './build.mjs';

/** @param {import('vitest/node').TestProject} project */
export default async function setup(project) {
  await build();
  project.onTestsRerun(async () => {
    await build();
  });
}
