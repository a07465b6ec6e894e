/**
 * TypeScript source with what is not code taken out, so that a rule can be checked with a
 * regular expression without being fooled by a comment or a string.
 *
 * `js-tokens` tells what is what. Not here: any rule; see rules.ts.
 */

import jsTokens from 'js-tokens';

/** Both texts have the length and the line breaks of the source, so offsets agree. */
export interface SourceText {
  /** Comments are spaces. */
  readonly withoutComments: string;
  /** Comments and the insides of strings, templates and regular expressions are spaces. */
  readonly codeOnly: string;
}

/** Split a source into code and the rest. Does not throw; a source that does not parse gives junk. */
export function readSource(source: string): SourceText {
  let withoutComments = '';
  let codeOnly = '';
  for (const { type, value } of jsTokens(source)) {
    const isComment = type.endsWith('Comment');
    withoutComments += isComment ? blank(value) : value;
    if (isComment) codeOnly += blank(value);
    else codeOnly += /Literal$|Template/.test(type) ? value.replace(INSIDE, blank) : value;
  }
  return { withoutComments, codeOnly };
}

/** All but the quote, slash or brace at the beginning, and what closes that, flags included. */
const INSIDE = /(?<=^['"`/}]).*?(?=(?:['"`]|\/\w*|\$\{)?$)/s;

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
