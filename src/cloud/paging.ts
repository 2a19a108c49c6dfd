/** Reading a list to its end, even when the service does not count the way it says. Pure but for the pages themselves. */
import type { ToolError } from '../errors.ts';

/** More pages than any account has. */
const maxPages = 2000;

export interface NumberedPage<T> {
  items: readonly T[];
  /** How many there are in all, when the service says. */
  total?: number | undefined;
}

/**
 * Items of all pages, each id once. Ends at the total, at an empty page, and at a page that brings nothing new: a
 * server that ignores the page number gives the same page for ever.
 */
export async function readNumberedPages<T>(
  readPage: (pageNumber: number) => Promise<NumberedPage<T>>,
  idOf: (item: T) => string,
  tooMany: () => ToolError,
): Promise<T[]> {
  const found = new Map<string, T>();
  for (let pageNumber = 1; pageNumber <= maxPages; pageNumber += 1) {
    const { items, total } = await readPage(pageNumber);
    const before = found.size;
    for (const item of items) if (!found.has(idOf(item))) found.set(idOf(item), item);
    if (found.size === before || (total !== undefined && found.size >= total)) return [...found.values()];
  }
  throw tooMany();
}

export interface MarkedPage<T> {
  items: readonly T[];
  /** Where the next page begins; absent or empty on the last one. */
  marker?: string | undefined;
}

/** Items of all pages. Ends without a marker, and at a marker that was seen before. */
export async function readMarkedPages<T>(
  readPage: (marker: string | undefined) => Promise<MarkedPage<T>>,
  tooMany: () => ToolError,
): Promise<T[]> {
  const found: T[] = [];
  const seen = new Set<string>();
  let marker: string | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await readPage(marker);
    found.push(...page.items);
    if (!page.marker || seen.has(page.marker)) return found;
    seen.add(page.marker);
    marker = page.marker;
  }
  throw tooMany();
}
