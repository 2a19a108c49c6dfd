import { expect, it } from 'vitest';
import { createJsonLog } from '../../src/output/json-log.ts';

function written(level: 'debug' | 'info' | 'warn' | 'error', use: (log: ReturnType<typeof createJsonLog>) => void) {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text) > 0 };
  const redact = (text: string) => text.replaceAll('planted', '***');
  use(createJsonLog({ stream, level, now: () => Date.UTC(2025, 0, 1), redact }));
  return lines;
}

it('writes one JSON object a line, with the time first', () => {
  expect(written('info', (log) => log.info('a\nb', { pod: 'x', count: 2, none: undefined }))).toEqual([
    '{"time":"2025-01-01T00:00:00.000Z","level":"info","message":"a\\nb","pod":"x","count":2}\n',
  ]);
});

it('writes nothing below its level', () => {
  const use = (log: ReturnType<typeof createJsonLog>) => {
    log.debug('d');
    log.info('i');
    log.warn('w');
    log.error('e');
  };
  expect(written('warn', use).map((line) => JSON.parse(line).level)).toEqual(['warn', 'error']);
  expect(written('debug', use)).toHaveLength(4);
});

it('masks what is secret, in fields and lists too', () => {
  const [line] = written('info', (log) => log.info('planted', { a: 'planted', b: ['planted'] }));
  expect(line).not.toContain('planted');
});
