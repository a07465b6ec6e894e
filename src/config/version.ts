/**
 * The version of this software, the one that `-v` prints and event logs carry.
 *
 * It repeats `version` of package.json, because reading that file would cost every start a file
 * access and would fail in a bundle; `version.test.ts` holds the two together. It is not a
 * version of the protocol: that has none.
 */

/** Semantic version, without a leading `v`. */
export const VERSION = '0.1.0';
