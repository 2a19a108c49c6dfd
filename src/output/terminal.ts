import type { Io } from '../io.ts';
import type { Change, Report } from '../rrsa/report.ts';
import type { Colour } from './colour.ts';
import type { FormatDocumentDiff } from './diff.ts';
import { asIs, type Translate } from './language.ts';
import type { Log } from './log.ts';
import { stripControl } from './plain.ts';
import type { StartProgress } from './spinner.ts';

export interface ReportOptions {
  io: Pick<Io, 'stderr'>;
  log: Log;
  colour: Colour;
  progress: StartProgress;
  /** Of summaries and notes; a diff is what it is. Default: English. */
  translate?: Translate | undefined;
  /** From `loadDocumentDiff`. Absent for commands that change nothing and so show no change of a document. */
  formatDiff?: FormatDocumentDiff | undefined;
}

function formatChange(
  { summary, document, notes }: Change,
  { formatDiff, colour, translate = asIs }: ReportOptions,
): string {
  const diff = document && formatDiff?.(document.name, document.before, document.after, { colour });
  const lines = notes.map((note) => `  - ${translate(stripControl(note))}\n`);
  return `${colour.bold(translate(stripControl(summary)))}\n${diff ?? ''}${lines.join('')}`;
}

/** The `Report` of a use case on stderr: log lines, progress displays, and changes as summary, diff and notes. */
export function createReport(options: ReportOptions): Report {
  const { io, log, progress } = options;
  return {
    debug: log.debug,
    info: log.info,
    warn: log.warn,
    show(change) {
      io.stderr.write(formatChange(change, options));
    },
    progress,
  };
}
