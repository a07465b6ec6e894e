/**
 * A filter of tests by title (`-t`) that no title matches is an error: vitest alone would say that
 * all is well, when a name was misspelt and nothing ran. A file that matches nothing is one already.
 */

/** @param {import('vitest/node').TestProject} project */
export default function setup(project) {
  const { vitest } = project;
  return () => {
    const pattern = vitest.config.testNamePattern;
    if (pattern === undefined || vitest.config.watch) return;
    const modules = vitest.state.getTestModules();
    const tests = modules.flatMap((each) => [...each.children.allTests()]);
    // What vitest leaves out for its title is skipped, as is what a test leaves out by itself.
    const matched = tests.some(({ fullName }) => pattern.test(fullName.replaceAll(' > ', ' ')));
    if (matched || modules.some((each) => !each.ok())) return;
    console.error(`no test has a title that matches ${pattern}, so that none was run`);
    process.exitCode = 1;
  };
}
