import { describe, expect, it } from 'vitest';
import { normalize } from '../../src/commands/normalize.ts';
import { allFlags, flagsOf } from '../../src/commands/table/flags.ts';
import { table } from '../../src/commands/table.ts';

describe('the command table', () => {
  for (const spec of table.commands) {
    const name = spec.path.join(' ');

    it(`${name} has a summary, two examples and a module that runs`, async () => {
      expect(spec.summary).not.toBe('');
      expect(spec.examples.length).toBeGreaterThanOrEqual(2);
      expect(typeof (await spec.load()).run).toBe('function');
    });

    it(`${name} says what each flag is, and names it once`, () => {
      const flags = flagsOf(spec);
      for (const flag of flags) expect(flag.summary, flag.name).not.toBe('');
      for (const flag of flags) if (flag.kind !== 'boolean') expect(flag.value, flag.name).toBeDefined();
      expect(new Set(flags.map((flag) => flag.name)).size).toBe(flags.length);
      const shorts = flags.map((flag) => flag.short).filter((short) => short !== undefined);
      expect(new Set(shorts).size).toBe(shorts.length);
    });

    it(`${name} can be asked not to ask when it changes something`, () => {
      if (spec.changes)
        expect(flagsOf(spec).map((flag) => flag.name)).toEqual(expect.arrayContaining(['assume-yes', 'dry-run']));
    });
  }

  it('gives a short letter the same kind wherever it stands, so that flags before the subcommand parse', () => {
    const kinds = new Map<string, boolean>();
    for (const spec of table.commands) {
      for (const { short, kind } of flagsOf(spec)) {
        if (short === undefined) continue;
        const takesValue = kind !== 'boolean';
        expect(kinds.get(short) ?? takesValue, short).toBe(takesValue);
        kinds.set(short, takesValue);
      }
    }
  });

  it('has a group for every first word of a longer path', () => {
    for (const { path } of table.commands) {
      if (path.length > 1) expect(table.groups.some((group) => group.path[0] === path[0])).toBe(true);
    }
  });

  it('parses its own examples', () => {
    for (const spec of table.commands) {
      for (const example of spec.examples) {
        const own = example.slice(example.indexOf('ack-ram-tool ') + 'ack-ram-tool '.length).replace(/[)"]*$/, '');
        const normal = normalize(own.split(/ (?=[|>])/)[0]?.split(' ') ?? [], table);
        expect(normal.path).toEqual(spec.path);
      }
    }
  });

  it('knows each flag by one name only', () => {
    const names = allFlags(table).map((flag) => flag.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
