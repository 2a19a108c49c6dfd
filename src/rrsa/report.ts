/** How a use case talks to the person in front of it. Implemented by `output/`, by plain objects in tests. */

/** A change that is about to be made, for the person who decides about it. */
export interface Change {
  /** One sentence: `update the trust policy of role oss-reader`. */
  summary: string;
  /** The document that changes. `before` is absent when it is created. */
  document?: { name: string; before?: string | undefined; after: string } | undefined;
  /** Further effects, one line each: `attach system policy AliyunOSSReadOnlyAccess`. */
  notes: string[];
}

/** How far something is that consists of many alike. */
export interface Count {
  done: number;
  /** Absent as long as it is not known. */
  total?: number | undefined;
}

export interface Progress {
  /**
   * What is being waited for now. Shown when it differs from what was shown last. With a count it is one of very many
   * such texts, each of which may be left out; without one it is news.
   */
  update(text: string, count?: Count): void;
  /** Ends the progress display. Safe to call twice. */
  stop(): void;
}

export interface Report {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  /** Shows a change before it is made or asked about. */
  show(change: Change): void;
  /** Starts a progress display for something that takes time; with a count, for what may as well be over at once. */
  progress(text: string, count?: Count): Progress;
}

/** Asks once. Returns when agreed; throws `DECLINED`, or `PROMPT_NEEDED` where nobody can be asked. */
export type Confirm = (question: string) => Promise<void>;

/** The passing of time, so that tests need not wait. An `Io` is one. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the signal's reason as soon as `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
}
