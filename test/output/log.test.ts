import { describe, expect, it } from 'vitest';
import { colourFor } from '../../src/output/colour.ts';
import { createLog, formatLocalTime, type LogOptions } from '../../src/output/log.ts';
import { createRedactor, redact } from '../../src/output/redact.ts';
import { memoryIo } from '../support/memory-io.ts';

const at = Date.UTC(2023, 3, 20, 6, 30, 40, 987);

function logTo(options: Partial<LogOptions> = {}) {
  const io = memoryIo();
  const log = createLog({ stream: io.stderr, level: 'debug', now: () => at, timeZoneOffset: 480, redact, ...options });
  return { log, text: io.err };
}

describe('createLog', () => {
  it('writes time, level and message on one line', () => {
    const { log, text } = logTo();
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    expect(text()).toBe(
      '2023-04-20T14:30:40+08:00 DEBUG a\n' +
        '2023-04-20T14:30:40+08:00 INFO b\n' +
        '2023-04-20T14:30:40+08:00 WARN c\n' +
        '2023-04-20T14:30:40+08:00 ERROR d\n',
    );
  });

  it.each([
    ['debug', 'DEBUG INFO WARN ERROR'],
    ['info', 'INFO WARN ERROR'],
    ['warn', 'WARN ERROR'],
    ['error', 'ERROR'],
  ] as const)('with level %s writes %s', (level, expected) => {
    const { log, text } = logTo({ level });
    for (const write of [log.debug, log.info, log.warn, log.error]) write('x');
    expect([...text().matchAll(/[A-Z]{4,}/g)].map(String).join(' ')).toBe(expected);
  });

  it('keeps the lines of an SDK error as they are', () => {
    const { log, text } = logTo();
    log.error('SDKError:\n   StatusCode: 403\n');
    expect(text()).toBe('2023-04-20T14:30:40+08:00 ERROR SDKError:\n   StatusCode: 403\n');
  });

  it('does not let a message look like further entries, nor move the cursor', () => {
    const { log, text } = logTo();
    log.info('name \x1b[2Jfoo\r\n2023-04-20T14:30:40+08:00 INFO done');
    expect(text()).toBe('2023-04-20T14:30:40+08:00 INFO name foo\n   2023-04-20T14:30:40+08:00 INFO done\n');
  });

  it('masks secrets, also those that control characters break up', () => {
    const redactor = createRedactor();
    redactor.add('hunter2hunter2');
    const { log, text } = logTo({ redact: redactor.redact });
    log.debug('Security\x00Token=CAIS and hunter2\x1b[0mhunter2');
    expect(text()).toBe('2023-04-20T14:30:40+08:00 DEBUG SecurityToken=*** and ***\n');
  });

  it('colours the level only', async () => {
    const colour = await colourFor(memoryIo({ tty: true }).stderr, {});
    const { log, text } = logTo({ colour });
    log.warn('careful');
    expect(text()).toBe('2023-04-20T14:30:40+08:00 \x1b[33mWARN\x1b[39m careful\n');
  });
});

describe('formatLocalTime', () => {
  it.each([
    [0, '2023-04-20T06:30:40+00:00'],
    [480, '2023-04-20T14:30:40+08:00'],
    [-210, '2023-04-20T03:00:40-03:30'],
    [345, '2023-04-20T12:15:40+05:45'],
    [-720, '2023-04-19T18:30:40-12:00'],
  ])('writes an offset of %i minutes', (offset, expected) => {
    expect(formatLocalTime(at, offset)).toBe(expected);
  });

  it('names the same moment in the time zone of the machine', () => {
    expect(Date.parse(formatLocalTime(at))).toBe(at - 987);
  });
});
