/** Goal: nothing that is put into a page can become markup. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesHtml, textOf } from './bytes-html.ts';
import { html } from './html.ts';

test('text is escaped, for text and for attributes', () => {
  const hostile = `<script>alert("1")</script> & 'x'`;
  expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;">' +
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;</p>',
  );
});

test('no text brings a quote or an angle bracket with it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'l', ';') }), (text) => {
      expect(html`${text}`.text).not.toMatch(/[<>"']/);
      expect(html`${[text, [text]]}`.text).not.toMatch(/[<>"']/);
    }),
  );
});

test('markup from the template stays as it is, lists are joined, and nothing is nothing', () => {
  expect(html`${html`<b>`}${[1, '&', undefined]}${() => html`</b>`}`.text).toBe('<b>1&amp;</b>');
});

test('bytes are written four at a time, long runs of zeros are counted, changes are marked', () => {
  expect(bytesHtml(Uint8Array.from([1, 2, 3, 4, 5])).text).toBe('01020304 05 ');
  const padded = new Uint8Array(1028);
  padded[0] = 0xff;
  padded[1027] = 1;
  expect(bytesHtml(padded).text).toBe('ff <i>1026 × 00</i> 01 ');
  expect(bytesHtml(Uint8Array.from([1, 2, 3]), [{ index: 1, sent: 9 }]).text).toBe(
    '01<mark title="sent as 09">02</mark>03 ',
  );
  // A change in a run of zeros is not lost in the count.
  expect(bytesHtml(new Uint8Array(30), [{ index: 3, sent: 1 }]).text).toContain('sent as 01');
});

test('every byte is there, whatever the bytes are', () => {
  const bytes = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(bytes, (list) => {
      const text = bytesHtml(Uint8Array.from(list)).text;
      const written = text
        .replaceAll(/<i>(\d+) × 00<\/i>/g, (_, count: string) => '00'.repeat(Number(count)))
        .replaceAll(' ', '');
      expect(written).toBe(Buffer.from(list).toString('hex'));
    }),
  );
});

test('only what can be read as text is shown as text', () => {
  expect(textOf(new TextEncoder().encode('GET / HTTP/1.0\r\n'))).toBe('GET / HTTP/1.0\r\n');
  expect(textOf(Uint8Array.from([0x41, 0x00]))).toBeUndefined();
  expect(textOf(new Uint8Array())).toBeUndefined();
});
