import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain as colour, colourFor } from '../../src/output/colour.ts';
import { withBar } from '../../src/output/progress-bar.ts';
import { columnsOf } from '../../src/output/table.ts';
import { speaksUnicode } from '../../src/output/unicode.ts';
import { memoryIo } from '../support/memory-io.ts';

const look = { columns: 80, colour, unicode: true };

describe('a progress bar', () => {
  it.each([
    [0, 4, 80, `read ${'░'.repeat(30)} 0%`],
    [1, 3, 80, `read ${'█'.repeat(10)}${'░'.repeat(20)} 33%`],
    [4, 4, 80, `read ${'█'.repeat(30)} 100%`],
    [999, 1000, 80, `read ${'█'.repeat(29)}░ 99%`],
    [5, 4, 80, `read ${'█'.repeat(30)} 100%`],
    [1, 2, 26, `read ${'█'.repeat(3)}${'░'.repeat(3)} 50%`],
    [1, 2, 24, 'read 50%'],
    [0, 0, 80, 'read'],
  ])('of %i of %i on %i columns', (done, total, columns, expected) => {
    expect(withBar('read', { done, total }, { ...look, columns })).toBe(expected);
  });

  it('is no bar while the whole is not known', () => {
    expect(withBar('read', { done: 7 }, look)).toBe('read');
  });

  it('is of signs that every terminal has where the locale is not UTF-8', () => {
    expect(withBar('read', { done: 1, total: 2 }, { ...look, unicode: false })).toBe(
      `read ${'#'.repeat(15)}${'-'.repeat(15)} 50%`,
    );
  });

  it('is the same in colour', async () => {
    const coloured = await colourFor(memoryIo().stdout, { FORCE_COLOR: '1' });
    const text = withBar('read', { done: 1, total: 2 }, { ...look, colour: coloured });
    expect(text).toContain('\u001b[36m');
    expect(text.replaceAll(/\u001b\[\d+m/g, '')).toBe(withBar('read', { done: 1, total: 2 }, look));
  });

  it('never makes a line longer than the terminal is wide, spinner and time included', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 300 }), fc.string(), (done, total, columns, text) => {
        const line = withBar(text, { done, total }, { ...look, columns });
        expect(line.startsWith(text)).toBe(true);
        const hasBar = /[█░]/.test(line.slice(text.length));
        expect(hasBar && columnsOf(`- ${line} 59m59s`) > columns).toBe(false);
      }),
    );
  });
});

describe('whether blocks and marks can be drawn', () => {
  it.each([
    [{ LANG: 'en_US.UTF-8' }, 'linux', true],
    [{ LANG: 'zh_CN.utf8' }, 'linux', true],
    [{ LANG: 'C' }, 'linux', false],
    [{}, 'linux', false],
    [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, 'linux', false],
    [{ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' }, 'linux', true],
    [{}, 'darwin', true],
    [{}, 'win32', true],
    [{ LANG: 'C' }, 'win32', false],
  ] as const)('%j on %s: %s', (env, platform, expected) => {
    expect(speaksUnicode({ env, platform })).toBe(expected);
  });
});
