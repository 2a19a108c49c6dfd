/** Texts that come from elsewhere, made harmless for a terminal. All of it takes linear time. */

/** CSI sequences; OSC, DCS, SOS, PM and APC strings that are terminated; any other escape. ECMA-48, 7-bit and 8-bit forms. */
const escapeSequence =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]?/g;

/** Controls, invisible format characters (bidirectional overrides, zero widths, tags), U+2028/2029, lone surrogates. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Takes out escape sequences, control characters and invisible characters. Line breaks and tabs become a space.
 * @param keep characters that stay as they are, such as `\n\t`; CRLF is a line break
 */
export function stripControl(text: string, keep = ''): string {
  return text
    .replace(escapeSequence, '')
    .replace(/\r\n/g, '\n')
    .replace(invisible, (character) => {
      if (keep.includes(character)) return character;
      return character === '\n' || character === '\t' ? ' ' : '';
    });
}

/** Writes what `stripControl` would take out as `\uXXXX`, except line breaks: where somebody decides by what he sees. */
export function escapeControl(text: string): string {
  return text.replace(invisible, (character) => {
    if (character === '\n') return character;
    return Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join('');
  });
}
