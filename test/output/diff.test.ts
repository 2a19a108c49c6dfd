import { describe, expect, it } from 'vitest';
import { colourFor } from '../../src/output/colour.ts';
import { loadDocumentDiff } from '../../src/output/diff.ts';
import { memoryIo } from '../support/memory-io.ts';

const formatDiff = await loadDocumentDiff();

describe('a document diff', () => {
  it('shows changed lines of compact JSON with their surroundings', () => {
    expect(
      formatDiff('trust policy of role r', '{"Version":"1","Statement":[]}', '{"Version":"1","Statement":[1]}'),
    ).toBe(
      [
        '--- trust policy of role r (now)',
        '+++ trust policy of role r (after)',
        '@@ -1,4 +1,6 @@',
        ' {',
        '   "Version": "1",',
        '-  "Statement": []',
        '+  "Statement": [',
        '+    1',
        '+  ]',
        ' }',
        '',
      ].join('\n'),
    );
  });

  it('shows a new document whole', () => {
    expect(formatDiff('policy p', undefined, '{"a":1}')).toBe(
      '--- /dev/null\n+++ policy p (after)\n@@ -0,0 +1,3 @@\n+{\n+  "a": 1\n+}\n',
    );
  });

  it('is empty when both say the same', () => {
    expect(formatDiff('p', '{"a":1}', '{\n\t"a": 1 }\n')).toBe('');
  });

  it('compares what is not JSON line by line', () => {
    expect(formatDiff('p', 'a\r\nb', 'a\nc')).toBe('--- p (now)\n+++ p (after)\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n');
  });

  it('shows as many unchanged lines as asked for', () => {
    expect(formatDiff('p', 'a\nb\nc', 'a\nb\nd', { context: 0 })).toBe(
      '--- p (now)\n+++ p (after)\n@@ -3,1 +3,1 @@\n-c\n+d\n',
    );
  });

  it('makes hidden characters visible and lets none reach the terminal', () => {
    const text = formatDiff('role \x1b[31mr', '{"a":"b"}', '{"a":"\u202eb\\u001b\x9b"}', { context: 0 });
    expect(text).toBe(
      '--- role r (now)\n+++ role r (after)\n@@ -2,1 +2,1 @@\n-  "a": "b"\n+  "a": "\\u202eb\\u001b\\u009b"\n',
    );
  });

  it('colours what goes, what comes, and where', async () => {
    const colour = await colourFor(memoryIo({ tty: true }).stderr, {});
    const text = formatDiff('p', 'a', 'b', { colour });
    expect(text).toContain('\x1b[31m-a\x1b[39m\n\x1b[32m+b\x1b[39m\n');
    expect(text).toContain('\x1b[36m@@ -1,1 +1,1 @@\x1b[39m\n');
  });

  it('gets through documents that have nothing in common', () => {
    const lines = (prefix: string): string => Array.from({ length: 20_000 }, (_, index) => prefix + index).join('\n');
    const text = formatDiff('p', lines('a'), lines('b'));
    expect(text.split('\n')).toHaveLength(2 + 40_000 + 1);
    expect(text.startsWith('--- p (now)\n+++ p (after)\n-a0\n-a1\n')).toBe(true);
    expect(text.endsWith('+b19999\n')).toBe(true);
  });
});
