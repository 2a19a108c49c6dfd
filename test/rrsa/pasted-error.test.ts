import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownErrors } from '../../src/rrsa/cloud-errors.ts';
import { explainPasted } from '../../src/rrsa/pasted-error.ts';

interface Case {
  name: string;
  text: string;
  /** Of the row that must be found. */
  id: string;
  code: string | null;
  requestId: string | null;
  /** Where the code stands. */
  line?: number;
  message?: string;
  /** A part of the cure. */
  cure?: string;
}

const cases = JSON.parse(readFileSync(new URL('../cases/rrsa/pasted-errors.json', import.meta.url), 'utf8')) as Case[];

/** The fixed beginning of a text of a row. */
const startOf = (text = ''): string => text.split(/\{\w+\}|[A-Z]+_[A-Z]+/)[0] ?? '';

describe('a pasted error', () => {
  it.each(cases)('is found in: $name', ({ text, id, code, requestId, line, message, cure }) => {
    for (const lang of ['en', 'zh'] as const) {
      const found = explainPasted(text, lang);
      const row = knownErrors.find((known) => known.id === id);
      expect(found.cause?.startsWith(startOf(row?.cause[lang])), found.cause).toBe(true);
      expect(found.cure?.startsWith(startOf(row?.cure[lang])), found.cure).toBe(true);
      expect({ code: found.code ?? null, requestId: found.requestId ?? null }).toEqual({ code, requestId });
      const evidenceOf = (what: string) => found.evidence.find((one) => one.what === what);
      if (line !== undefined) expect(evidenceOf('code')?.line).toBe(line);
      if (message !== undefined) expect(evidenceOf('message')?.text).toBe(message);
      if (cure !== undefined && lang === 'en') expect(found.cure).toContain(cure);
    }
  });

  it.each([
    ['prose', 'it does not work', undefined],
    ['words that are codes elsewhere', 'we saw Throttling and an InternalError, and NoPermission to look', undefined],
    ['a code that is not known', '{"Code":"QuotaExceeded.Cluster","Message":"no"}', 'QuotaExceeded.Cluster'],
    ['an errno', "{ code: 'ECONNREFUSED' }", 'ECONNREFUSED'],
  ])('is not found in %s', (_, text, code) => {
    expect(explainPasted(text, 'en')).toEqual({ found: false, code, evidence: [] });
  });

  it('is found whatever stands around it', () => {
    const noise = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(noise, noise, (before, after) => {
        const text = `${before}\nCode: AuthenticationFail.OIDCToken.Expired\n${after}`;
        const found = explainPasted(text, 'en');
        expect(found.code).toBe('AuthenticationFail.OIDCToken.Expired');
        expect(found.evidence[0]?.line).toBe(before.split('\n').length + 1);
      }),
    );
  });

  it.each([
    ['backslashes', '\\'],
    ['quotes', '"'],
    ['dots', 'a.'],
    ['codes', 'Throttling.User '],
    ['codes that differ', Array.from({ length: 4000 }, (_, index) => `Throttling.A${index} `).join('')],
    ['labels', 'message: '],
    ['labels of codes', 'code:'],
    ['request ids', 'request id '],
    ['spaces', ' '],
    ['line breaks', '\n'],
    ['ARNs', 'acs:ram::1:role/'],
    ['phrases', 'There is no permission '],
  ])(
    '64 KiB of %s take no time to speak of',
    (_, unit) => {
      const text = unit.repeat(Math.ceil(65_536 / unit.length)).slice(0, 65_536);
      explainPasted(text, 'en');
      explainPasted(`${text} Code: NoPermission`, 'zh');
    },
    5_000,
  );
});
