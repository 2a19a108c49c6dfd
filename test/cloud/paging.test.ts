import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NumberedPage, readMarkedPages, readNumberedPages } from '../../src/cloud/paging.ts';
import { ToolError } from '../../src/errors.ts';

const tooMany = (): ToolError => new ToolError('BAD_ANSWER', 'pages without an end');

/** Reads with `pageOf`, and counts how often it was asked. */
async function readNumbered(pageOf: (pageNumber: number) => NumberedPage<string>) {
  let asked = 0;
  const read = async (pageNumber: number): Promise<NumberedPage<string>> => {
    asked += 1;
    return pageOf(pageNumber);
  };
  const items = await readNumberedPages(read, (item) => item, tooMany);
  return { items, asked };
}

describe('numbered pages', () => {
  it('are read up to the total', async () => {
    const all = ['a', 'b', 'c', 'd', 'e'];
    const result = await readNumbered((page) => ({ items: all.slice((page - 1) * 2, page * 2), total: 5 }));
    expect(result).toEqual({ items: all, asked: 3 });
  });

  it('are read to an empty one when the service does not count', async () => {
    const result = await readNumbered((page) => ({ items: page < 3 ? [`item ${page}`] : [] }));
    expect(result).toEqual({ items: ['item 1', 'item 2'], asked: 3 });
  });

  it('end when the service ignores the page number', async () => {
    expect(await readNumbered(() => ({ items: ['a', 'b'] }))).toEqual({ items: ['a', 'b'], asked: 2 });
    expect(await readNumbered(() => ({ items: ['a', 'b'], total: 99 }))).toEqual({ items: ['a', 'b'], asked: 2 });
  });

  it('end when there is nothing', async () => {
    expect(await readNumbered(() => ({ items: [] }))).toEqual({ items: [], asked: 1 });
    expect(await readNumbered(() => ({ items: [], total: 3 }))).toEqual({ items: [], asked: 1 });
  });

  it('hold an item once that moved from one page to the next meanwhile', async () => {
    const pages = [['a', 'b'], ['b', 'c'], []];
    expect((await readNumbered((page) => ({ items: pages[page - 1] ?? [] }))).items).toEqual(['a', 'b', 'c']);
  });

  it('are given up when there is always another', async () => {
    await expect(readNumbered((page) => ({ items: [String(page)] }))).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('hold every item, however a page is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string()),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        async (all, size, counts) => {
          const { items } = await readNumbered((page) => ({
            items: all.slice((page - 1) * size, page * size),
            ...(counts ? { total: all.length } : {}),
          }));
          expect(items).toEqual(all);
        },
      ),
    );
  });
});

describe('marked pages', () => {
  it('are read until there is no marker', async () => {
    const asked: (string | undefined)[] = [];
    const items = await readMarkedPages(async (marker) => {
      asked.push(marker);
      return marker === undefined ? { items: [1], marker: 'm' } : { items: [2], marker: '' };
    }, tooMany);
    expect(items).toEqual([1, 2]);
    expect(asked).toEqual([undefined, 'm']);
  });

  it('end at a marker that was seen before', async () => {
    let asked = 0;
    await readMarkedPages(async () => {
      asked += 1;
      return { items: [asked], marker: 'same' };
    }, tooMany);
    expect(asked).toBe(2);
  });

  it('are given up when there is always another', async () => {
    let asked = 0;
    const read = readMarkedPages(async () => ({ items: [], marker: String(++asked) }), tooMany);
    await expect(read).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });
});
