import fc from 'fast-check';
import { expect, test } from 'vitest';
import { booleanParam, integerParam, pageByMarker, requiredParam } from '../../src/sandbox/rpc-params.ts';
import { refusal } from './services.ts';

test('paging hands out every item once, in order, whatever the page size', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 })), fc.integer({ min: 1, max: 9 }), (names, size) => {
      const seen: string[] = [];
      let marker: string | undefined;
      for (let round = 0; round <= names.length; round += 1) {
        const ctx = { params: { MaxItems: String(size), Marker: marker } };
        const page = pageByMarker(ctx, names, (name) => name, { defaultSize: 100, maxSize: 100 });
        seen.push(...page.items);
        marker = page.tail.Marker;
        expect(page.tail.IsTruncated).toBe(marker !== undefined);
        if (marker === undefined) break;
      }
      expect(seen).toEqual([...names].sort((a, b) => (a < b ? -1 : 1)));
    }),
  );
});

test('a number must be digits alone', () => {
  for (const text of ['1e3', '0x10', ' 5', '5 ', '1.5', '-5', 'NaN', '9'.repeat(400)]) {
    const ctx = { params: { MaxItems: text } };
    expect(refusal(() => integerParam(ctx, 'MaxItems', 1, 1000))).toBe('400 InvalidParameter.MaxItems');
  }
  expect(integerParam({ params: { MaxItems: '1000' } }, 'MaxItems', 1, 1000)).toBe(1000);
  expect(integerParam({ params: {} }, 'MaxItems', 1, 1000)).toBeUndefined();
});

test('a boolean is true or false in any case', () => {
  expect(booleanParam({ params: { Force: 'True' } }, 'Force', false)).toBe(true);
  expect(booleanParam({ params: { Force: 'false' } }, 'Force', true)).toBe(false);
  expect(booleanParam({ params: {} }, 'Force', true)).toBe(true);
  expect(refusal(() => booleanParam({ params: { Force: '1' } }, 'Force', true))).toBe('400 InvalidParameter.Force');
});

test('an empty required parameter counts as missing', () => {
  expect(refusal(() => requiredParam({ params: { RoleName: '' } }, 'RoleName'))).toBe('400 MissingRoleName');
});
