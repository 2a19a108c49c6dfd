import { describe, expect, it } from 'vitest';
import { plain as colour, colourFor } from '../../../src/output/colour.ts';
import { formatChain } from '../../../src/output/results/doctor-chain.ts';
import { columnsOf } from '../../../src/output/table.ts';
import { type CheckResult, type CheckStatus, type Link, links } from '../../../src/rrsa/doctor/check.ts';
import { memoryIo } from '../../support/memory-io.ts';

const check = (link: Link, status: CheckStatus): CheckResult => ({ id: link, link, title: '', status, message: '' });
const look = { links, colour, columns: 200, unicode: true };

describe('the chain of rrsa doctor', () => {
  it('has every link in order, each with the worst that was found of it', () => {
    const found = [
      check('credentials', 'ok'),
      check('cluster', 'warning'),
      check('cluster', 'ok'),
      check('trust', 'ok'),
      check('trust', 'fault'),
      check('trust', 'warning'),
      check('pod', 'skipped'),
      check('token', 'skipped'),
      check('token', 'ok'),
    ];
    expect(formatChain(found, look)).toEqual([
      '✓ credentials → ! cluster → – issuer → – provider → – role → ✗ trust → – namespace → – service account → – pod → ✓ token → – STS',
    ]);
  });

  it('is of words where the locale is not UTF-8', () => {
    const found = [check('credentials', 'ok'), check('cluster', 'warning'), check('issuer', 'fault')];
    const lines = formatChain(found, { ...look, unicode: false });
    expect(lines.join('')).toMatch(/^ok credentials -> warning cluster -> FAULT issuer -> - provider ->/);
    expect(lines.join('')).toMatch(/^[ -~]+$/);
  });

  it.each([
    [true, 80, 2],
    [false, 100, 2],
    [true, 40, 4],
    [true, 1, 11],
  ])('fits the terminal (marks: %s, columns: %i)', (unicode, columns, count) => {
    const lines = formatChain(
      links.map((link) => check(link, 'ok')),
      { ...look, unicode, columns },
    );
    expect(lines).toHaveLength(count);
    if (columns > 20) expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(columns);
  });

  it('names the links in the language of the user', () => {
    const [line = ''] = formatChain([check('credentials', 'ok')], look, (text) => `<${text}>`);
    expect(line).toMatch(/^✓ <credentials> → – <cluster> →/);
  });

  it('shows the broken link in red, and dims what was not looked at', async () => {
    const coloured = await colourFor(memoryIo().stdout, { FORCE_COLOR: '1' });
    const [line = ''] = formatChain([check('trust', 'fault')], { ...look, colour: coloured });
    expect(line).toContain('\u001b[31m✗ \u001b[1mtrust');
    expect(line).toContain('\u001b[2m– STS');
  });
});
