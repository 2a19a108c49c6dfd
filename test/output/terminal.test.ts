import { describe, expect, it } from 'vitest';
import { plain as colour } from '../../src/output/colour.ts';
import { loadDocumentDiff } from '../../src/output/diff.ts';
import { createLog } from '../../src/output/log.ts';
import { redact } from '../../src/output/redact.ts';
import { createProgress } from '../../src/output/spinner.ts';
import { createReport } from '../../src/output/terminal.ts';
import { memoryIo } from '../support/memory-io.ts';

async function reportTo() {
  const io = memoryIo({ now: () => 0 });
  const log = createLog({ stream: io.stderr, level: 'info', now: io.now, timeZoneOffset: 0, redact, colour });
  const progress = createProgress({ io, colour, log, now: io.now });
  return { io, report: createReport({ io, log, colour, progress, formatDiff: await loadDocumentDiff() }) };
}

describe('createReport', () => {
  it('shows a change as summary, diff and notes, on stderr, at once', async () => {
    const { io, report } = await reportTo();
    report.show({
      summary: 'update the trust policy of role r',
      document: { name: 'trust policy of role r', before: '[]', after: '[1]' },
      notes: ['attach system policy AliyunCSReadOnlyAccess'],
    });
    expect(io.err()).toBe(
      [
        'update the trust policy of role r',
        '--- trust policy of role r (now)',
        '+++ trust policy of role r (after)',
        '@@ -1,1 +1,3 @@',
        '-[]',
        '+[',
        '+  1',
        '+]',
        '  - attach system policy AliyunCSReadOnlyAccess',
        '',
      ].join('\n'),
    );
    expect(io.out()).toBe('');
  });

  it('shows a change without a document', async () => {
    const { io, report } = await reportTo();
    report.show({ summary: 'enable RRSA of cluster f\x1b[31moo', notes: [] });
    expect(io.err()).toBe('enable RRSA of cluster foo\n');
  });

  it('logs, and shows progress as log lines where there is no terminal', async () => {
    const { io, report } = await reportTo();
    report.debug('not at this level');
    report.info('one');
    report.warn('two');
    report.progress('three').stop();
    const time = '1970-01-01T00:00:00+00:00';
    expect(io.err()).toBe(`${time} INFO one\n${time} WARN two\n${time} INFO three\n`);
  });
});
