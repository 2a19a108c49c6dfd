import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeControl, stripControl } from '../../src/output/plain.ts';

describe('stripControl', () => {
  it.each([
    ['colours', '\x1b[31mred\x1b[0m', 'red'],
    ['a cursor movement', 'a\x1b[2K\x1b[1Gb', 'ab'],
    ['a window title', '\x1b]0;owned\x07name', 'name'],
    ['a hyperlink ended by ST', '\x1b]8;;http://x\x1b\\name\x1b]8;;\x1b\\', 'name'],
    ['8-bit CSI and OSC', '\x9b31mred\x9d0;t\x9cname', 'redname'],
    ['a device control string', '\x1bP+q544e\x1b\\name', 'name'],
    ['a character set switch', '\x1b(0name', 'name'],
    ['bell, backspace, delete, carriage return', 'a\x07b\x08c\x7fd\re', 'abcde'],
    ['bidirectional overrides', 'a\u202eb\u2066c\u2069d', 'abcd'],
    ['zero widths and tags', 'a\u200bb\ufeffc\u{e0041}d', 'abcd'],
    ['lone surrogates', 'a\ud800b', 'ab'],
    ['a lone escape at the end', 'name\x1b', 'name'],
  ])('takes out %s', (_, text, expected) => {
    expect(stripControl(text)).toBe(expected);
  });

  it('does not swallow what follows a string that is never ended', () => {
    expect(stripControl('cluster foo\x1b]0; not found')).toBe('cluster foo0; not found');
  });

  it('turns line breaks and tabs into spaces unless they are kept', () => {
    expect(stripControl('a\r\nb\tc')).toBe('a b c');
    expect(stripControl('a\r\nb\tc', '\n\t')).toBe('a\nb\tc');
  });

  it('leaves names in any script alone', () => {
    const name = '集群-ü-émoji😀 — foo_bar.1';
    expect(stripControl(name)).toBe(name);
  });

  it('leaves no control character in any text, and changes nothing the second time', () => {
    const hostile = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\x1b', '[', ']', '\x9b', '\x9d', '\x07', '\\', ';', '3', 'm', '\n', '\r', '\u202e', '\ud800'),
        fc.nat(0x10ffff).map((point) => String.fromCodePoint(point)),
      ),
    });
    fc.assert(
      fc.property(hostile, (text) => {
        const stripped = stripControl(text);
        expect(stripped).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(stripControl(stripped)).toBe(stripped);
      }),
    );
  });

  it.each(['\x1b]', '\x1b[', '\x9d', '\x1bP\x9d', '\x1b ', '\x1b[0;', '\x1b]a'])(
    'gets through a megabyte of %j',
    (unit) => {
      expect(stripControl(`${unit.repeat(500_000)}é`)).toMatch(/é$/);
    },
  );
});

describe('escapeControl', () => {
  it('shows what cannot be seen, and keeps line breaks', () => {
    expect(escapeControl('a\u202eb\n\x1b[0m\u{e0041}')).toBe('a\\u202eb\n\\u001b[0m\\udb40\\udc41');
  });
});
