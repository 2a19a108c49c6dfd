import fc from 'fast-check';

/** JSON texts with odd white space, hostile keys and numbers no double can hold. No object has a key twice. */
export function anyJsonText(): fc.Arbitrary<string> {
  const space = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n  ');
  const key = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'Statement', 'Condition', '0', '1', '42', ''),
  );
  const digits = fc.array(fc.constantFrom(...'0123456789'), { minLength: 1, maxLength: 24 }).map((all) => all.join(''));
  const number = fc
    .tuple(
      fc.constantFrom('', '-'),
      digits.map((text) => text.replace(/^0+(?=\d)/, '')),
      fc.option(digits, { nil: undefined }),
      fc.constantFrom('', 'e9', 'E+400', 'e-007'),
    )
    .map(
      ([sign, whole, fraction, exponent]) =>
        `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${exponent}`,
    );
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc
      .tuple(
        space,
        fc.oneof(
          { maxDepth: 6, depthSize: 'small' },
          fc.constantFrom('true', 'false', 'null'),
          number,
          fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
          fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
          fc
            .tuple(
              fc.uniqueArray(fc.tuple(key, tie('value'), space), { maxLength: 5, selector: ([name]) => name }),
              space,
            )
            .map(([entries, end]) => {
              const written = entries.map(([name, item, pad]) => `${pad}${JSON.stringify(name)}${pad}:${item}`);
              return written.length === 0 ? `{${end}}` : `{${written.join(',')}}`;
            }),
        ),
        space,
      )
      .map((parts) => parts.join('')),
  }));
  return value;
}

/** The tokens of a JSON text, without white space. */
export function tokensOf(text: string): string[] {
  return text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gu) ?? [];
}
