import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPermissionPolicy, checkTrustPolicy } from '../../../src/sandbox/ram/documents.ts';
import cases from '../../cases/sandbox/policy-documents.json' with { type: 'json' };
import { refusal } from '../services.ts';

interface Case {
  title: string;
  document: unknown;
  accepted: boolean;
}

describe.each<[string, (text: string) => void, Case[]]>([
  ['trust', checkTrustPolicy, cases.trust],
  ['permission', checkPermissionPolicy, cases.permission],
])('a %s policy', (_, check, documents) => {
  test.each(documents)('with $title: accepted $accepted', ({ document, accepted }) => {
    const expected = accepted ? 'no refusal' : '400 MalformedPolicyDocument';
    expect(refusal(() => check(JSON.stringify(document)))).toBe(expected);
  });

  test('of any text is accepted or refused, never an internal fault', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void refusal(() => check(text))));
  });

  test('of any statement is accepted or refused, never an internal fault', () => {
    const key = fc.constantFrom('Effect', 'Action', 'NotAction', 'Principal', 'Resource', 'Condition', '__proto__');
    fc.assert(
      fc.property(fc.array(fc.dictionary(key, fc.jsonValue())), (Statement) => {
        refusal(() => check(JSON.stringify({ Version: '1', Statement })));
      }),
    );
  });

  test('with a key that is there twice is refused', () => {
    const text = JSON.stringify(documents.find(({ accepted }) => accepted)?.document);
    expect(refusal(() => check(text.replace('{', '{"Version":"1",')))).toBe('400 MalformedPolicyDocument');
  });

  test('nested without end is refused', () => {
    expect(refusal(() => check('['.repeat(100_000)))).toBe('400 MalformedPolicyDocument');
  });
});
