import { retryReason } from './retry.ts';

type Page = { status: number; body: string };
type ReadPage = (url: string, signal: AbortSignal) => Promise<Page>;

const pauseMs = 1_000;

/** Reads a page once more where the server was in trouble or gave no answer: one bad moment says nothing about it. */
export function readAgain(
  read: ReadPage,
  { sleep }: { sleep(ms: number, signal?: AbortSignal): Promise<void> },
): ReadPage {
  return async (url, signal) => {
    try {
      const page = await read(url, signal);
      if (page.status < 500 && page.status !== 429) return page;
    } catch (error) {
      if (retryReason(error) === undefined) throw error;
    }
    await sleep(pauseMs, signal);
    return read(url, signal);
  };
}
