import { describe, expect, it } from 'vitest';
import { colourFor } from '../../src/output/colour.ts';
import { memoryIo } from '../support/memory-io.ts';

const terminal = memoryIo({ tty: true }).stderr;
const file = memoryIo().stderr;

describe('colourFor', () => {
  it.each([
    ['a terminal', terminal, {}, true],
    ['a file', file, {}, false],
    ['a terminal with NO_COLOR', terminal, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
    ['a file with FORCE_COLOR', file, { FORCE_COLOR: '1' }, true],
    ['a file with an empty FORCE_COLOR', file, { FORCE_COLOR: '' }, false],
    ['a terminal with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
    ['a terminal with FORCE_COLOR=False', terminal, { FORCE_COLOR: 'False' }, false],
    ['a terminal with both', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['a dumb terminal', terminal, { TERM: 'dumb' }, false],
    ['a dumb terminal with FORCE_COLOR', terminal, { TERM: 'dumb', FORCE_COLOR: '1' }, true],
  ])('decides for %s', async (_, stream, env, enabled) => {
    const colour = await colourFor(stream, env);
    expect(colour.enabled).toBe(enabled);
    expect(colour.red('x')).toBe(enabled ? '\x1b[31mx\x1b[39m' : 'x');
  });

  it('colours one text, whatever else is passed', async () => {
    expect(['x'].map((await colourFor(terminal, {})).red)).toEqual(['\x1b[31mx\x1b[39m']);
  });
});
