import { describe, expect, it } from 'vitest';
import { links } from '../../../src/rrsa/doctor/check.ts';
import { checks } from '../../../src/rrsa/doctor/checks.ts';

const byId = new Map(checks.map((check) => [check.id, check]));

describe('the table of checks', () => {
  it('has a stable name for each, and a fragment that says what it looks at', () => {
    expect(byId.size).toBe(checks.length);
    for (const { id, title } of checks) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(title).not.toMatch(/[.:]$/);
    }
  });

  it('follows the chain', () => {
    const order = checks.map(({ link }) => links.indexOf(link));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
  });

  it('waits for checks that there are, and never in a circle', () => {
    const depth = (id: string, above: readonly string[]): number => {
      expect(above, `${id} waits for itself`).not.toContain(id);
      const check = byId.get(id);
      if (check === undefined) throw new Error(`${above.at(-1)} waits for ${id}, which there is not`);
      return 1 + Math.max(0, ...check.after.map((before) => depth(before, [...above, id])));
    };
    for (const { id } of checks) depth(id, []);
  });
});
