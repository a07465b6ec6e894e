/** Goal: base64 is the standard's, both ways, and a text that is not canonical is refused. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';

describe('base64', () => {
  test('the text is the one Node makes, and decodes to the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encodeBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(decodeBase64(text)).toEqual(bytes);
      }),
    );
  });

  test('a text decodes only if it is what its bytes encode to', () => {
    const digits = fc.constantFrom(...'AQgwBIbx9+/=-_ \n\u0100');
    fc.assert(
      fc.property(fc.array(digits, { maxLength: 9 }), (characters) => {
        const text = characters.join('');
        const bytes = decodeBase64(text);
        const canonical = Buffer.from(text, 'base64').toString('base64') === text;
        expect(bytes !== undefined).toBe(canonical);
      }),
      { numRuns: 5000 },
    );
  });

  test.each(['A', 'AA', 'AAA', 'AA=', 'AB==', 'AAB=', '====', 'A===', 'AA==AAAA', 'AA-_', 'AA A'])(
    '%j is refused',
    (text) => {
      expect(decodeBase64(text)).toBeUndefined();
    },
  );
});
