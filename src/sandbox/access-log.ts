import { type FileHandle, open } from 'node:fs/promises';
import { messageOf, ToolError } from '../errors.ts';

export interface AccessLogEntry {
  /** UTC, ISO 8601. */
  time: string;
  /** API name; `OidcConfiguration`, `OidcKeys` or `Metadata` for what is no API; `unknown` when nobody can tell. */
  api: string;
  /** ARN of the caller as GetCallerIdentity spells it; `null` when nobody was authenticated. */
  principal: string | null;
  /** 0 when no answer was sent. */
  status: number;
  /** Error code, or the planned fault that the call met (`reset-after`); `null` when there is none. */
  code: string | null;
}

const maxEntries = 10_000;

/** Remembers the last 10000 requests, and appends every one to a file when there is one. */
export class AccessLog {
  #entries: AccessLogEntry[] = [];
  #file: FileHandle | undefined;
  #written: Promise<void> = Promise.resolve();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Throws a `ToolError` with `FILE_UNREADABLE` when the file cannot be written. */
  async openFile(path: string): Promise<void> {
    try {
      this.#file = await open(path, 'a', 0o600);
      await this.#file.chmod(0o600);
    } catch (cause) {
      throw new ToolError('FILE_UNREADABLE', `cannot write the access log ${path}: ${messageOf(cause)}`, { cause });
    }
  }

  add(entry: AccessLogEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > 2 * maxEntries) this.#entries = this.entries();
    const file = this.#file;
    if (file === undefined) return;
    const line = `${JSON.stringify(entry)}\n`;
    this.#written = this.#written.then(() => file.appendFile(line)).catch(this.#onError);
  }

  /** Oldest first. */
  entries(): AccessLogEntry[] {
    return this.#entries.slice(-maxEntries);
  }

  /** Forgets what is in memory; the file stays. */
  clear(): void {
    this.#entries = [];
  }

  async close(): Promise<void> {
    await this.#written;
    await this.#file?.close();
    this.#file = undefined;
  }
}
