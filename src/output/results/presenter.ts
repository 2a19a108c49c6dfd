import type { Translate } from '../language.ts';

export interface TextOptions {
  /** The result is what would become of it; nothing was changed. */
  dryRun?: boolean | undefined;
  /** Of sentences, never of labelled lines, tables and documents. Default: English. */
  translate?: Translate | undefined;
}

/** How one result is printed on stdout. */
export interface Presenter<Result> {
  /** Whole lines for a person and for scripts that were written for the Go tool. */
  text(result: Result, options?: TextOptions): string;
  /** The document for `formatJson`, with exactly the documented keys in their order. */
  json(result: Result): object;
}
