/**
 * Text that is safe to stand in a page: a template that escapes everything put into it, except
 * what has come out of the same template.
 */

/** Markup that may be written to a page as it is. Made by {@link html} alone, or {@link trusted}. */
export class Html {
  readonly text: string;

  /** Use {@link html}; what is given here is not escaped. */
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * What can be put into the template: text is escaped, lists are joined, `undefined` is nothing. A
 * function is called when all that stands before it has been made.
 */
export type Content = Html | string | number | undefined | readonly Content[] | (() => Content);

/** Markup with values in it, each escaped for text and for quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(
    strings.map((text, i) => (i === 0 ? text : `${escapeContent(values[i - 1])}${text}`)).join(''),
  );
}

/** Our own style sheet or script, which escaping would break. Never text from a log. */
export function trusted(text: string): Html {
  return new Html(text);
}

function escapeContent(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'function') return escapeContent(content());
  if (typeof content === 'object') return content.map(escapeContent).join('');
  return String(content).replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
