/**
 * TypeScript source with what is not code taken out, so that a rule can be checked with a
 * regular expression without being fooled by a comment or a string.
 *
 * It is a lexer for comments, strings, templates and regular expressions, and no more than that:
 * it does not parse. Not here: any rule; see rules.ts.
 */

/** Both texts have the length and the line breaks of the source, so offsets agree. */
export interface SourceText {
  /** Comments are spaces. */
  readonly withoutComments: string;
  /** Comments and the insides of strings, templates and regular expressions are spaces. */
  readonly codeOnly: string;
}

/** After one of these words a slash begins a regular expression, after any other a division. */
const WORDS_BEFORE_EXPRESSION =
  /\b(?:return|typeof|case|in|of|delete|void|throw|new|else|do|instanceof|await|yield)$/;

/** Split a source into code and the rest. Does not throw; a source that does not parse gives junk. */
export function readSource(source: string): SourceText {
  const withoutComments = source.split('');
  const codeOnly = source.split('');
  /** For each template that is open, how many braces are open inside its current `${`. */
  const templates: number[] = [];
  let at = 0;

  const blank = (from: number, to: number, texts: readonly string[][]): void => {
    for (let i = from; i < to; i++) {
      for (const text of texts) if (source[i] !== '\n') text[i] = ' ';
    }
  };
  /** From inside a template to its end, or to the next `${`. */
  const skipTemplateText = (): void => {
    const from = at;
    while (at < source.length && source[at] !== '`' && !source.startsWith('${', at)) {
      at += source[at] === '\\' ? 2 : 1;
    }
    blank(from, Math.min(at, source.length), [codeOnly]);
    if (source[at] === '`') {
      templates.pop();
      at += 1;
    } else {
      at += 2;
    }
  };

  while (at < source.length) {
    const from = at;
    const char = source[at];
    if (source.startsWith('//', at)) {
      at = endOr(source, '\n', at);
      blank(from, at, [withoutComments, codeOnly]);
    } else if (source.startsWith('/*', at)) {
      at = endOr(source, '*/', at + 2) + 2;
      blank(from, Math.min(at, source.length), [withoutComments, codeOnly]);
    } else if (char === "'" || char === '"') {
      at = endOfQuoted(source, at, char);
      blank(from + 1, at - 1, [codeOnly]);
    } else if (char === '/' && beginsExpression(codeOnly, at)) {
      at = endOfRegularExpression(source, at);
      blank(from + 1, at - 1, [codeOnly]);
    } else if (char === '`') {
      templates.push(0);
      at += 1;
      skipTemplateText();
    } else if (char === '{' && templates.length > 0) {
      templates.push((templates.pop() ?? 0) + 1);
      at += 1;
    } else if (char === '}' && templates.length > 0) {
      const open = templates.pop() ?? 0;
      templates.push(open - 1);
      at += 1;
      if (open === 0) {
        templates[templates.length - 1] = 0;
        skipTemplateText();
      }
    } else {
      at += 1;
    }
  }
  return { withoutComments: withoutComments.join(''), codeOnly: codeOnly.join('') };
}

function endOr(source: string, what: string, from: number): number {
  const found = source.indexOf(what, from);
  return found === -1 ? source.length : found;
}

/** The offset after the closing quote, or of the line's end where there is none. */
function endOfQuoted(source: string, from: number, quote: string): number {
  let at = from + 1;
  while (at < source.length && source[at] !== quote && source[at] !== '\n') {
    at += source[at] === '\\' ? 2 : 1;
  }
  return Math.min(at + 1, source.length);
}

/** The offset after the closing slash. A slash inside a class such as `[/]` does not close. */
function endOfRegularExpression(source: string, from: number): number {
  let at = from + 1;
  let inClass = false;
  while (at < source.length && source[at] !== '\n' && (inClass || source[at] !== '/')) {
    if (source[at] === '[') inClass = true;
    if (source[at] === ']') inClass = false;
    at += source[at] === '\\' ? 2 : 1;
  }
  return Math.min(at + 1, source.length);
}

/** Whether a slash here begins a regular expression: it does where a value is expected. */
function beginsExpression(codeOnly: readonly string[], at: number): boolean {
  const before = codeOnly
    .slice(Math.max(0, at - 200), at)
    .join('')
    .trimEnd();
  return (
    before === '' || /[(,=:[!&|?{};+\-*%~^<>]$/.test(before) || WORDS_BEFORE_EXPRESSION.test(before)
  );
}
