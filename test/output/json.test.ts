import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJson } from '../../src/output/json.ts';

describe('formatJson', () => {
  it('puts the schema version first and keeps the order of the other keys', () => {
    expect(formatJson({ region: 'cn-hangzhou', clusters: [] })).toBe(
      '{\n  "schemaVersion": 1,\n  "region": "cn-hangzhou",\n  "clusters": []\n}\n',
    );
  });

  it('writes a line where asked', () => {
    expect(formatJson({ b: [{ a: 1 }] }, { line: true })).toBe('{"schemaVersion":1,"b":[{"a":1}]}\n');
  });

  it('writes times as UTC and what has no value as null', () => {
    const value = { at: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)), ms: new Date(1), none: undefined, list: [undefined] };
    expect(formatJson(value, { line: true })).toBe(
      '{"schemaVersion":1,"at":"2026-01-02T03:04:05Z","ms":"1970-01-01T00:00:00.001Z","none":null,"list":[null]}\n',
    );
  });

  it('writes a time that is none as null', () => {
    expect(formatJson({ at: new Date(Number.NaN) }, { line: true })).toBe('{"schemaVersion":1,"at":null}\n');
  });

  it('gives one document that reads back, whatever is in it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        fc.pre(!('schemaVersion' in value) && !('__proto__' in value));
        const text = formatJson(value, { line: true });
        expect(text.indexOf('\n')).toBe(text.length - 1);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ ...value, schemaVersion: 1 })));
      }),
    );
  });
});
