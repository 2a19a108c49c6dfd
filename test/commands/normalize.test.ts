import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalArgv, normalize, parseBoolean } from '../../src/commands/normalize.ts';
import { table } from '../../src/commands/table.ts';
import { ToolError } from '../../src/errors.ts';
import cases from '../cases/commands/normalize.json' with { type: 'json' };

interface Case {
  name: string;
  argv: string[];
  path?: string;
  flags?: [string, string][];
  args?: string[];
  help?: boolean;
  version?: boolean;
  error?: string;
  hint?: string;
}

describe('normalize', () => {
  for (const each of cases as Case[]) {
    it(each.name, () => {
      if (each.error !== undefined) {
        const failing = (): unknown => normalize(each.argv, table);
        expect(failing).toThrow(each.error);
        try {
          failing();
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError);
          expect((error as ToolError).code).toBe('USAGE');
          if (each.hint !== undefined) expect((error as ToolError).hint).toContain(each.hint);
          expect((error as ToolError).message).not.toContain('secret');
        }
        return;
      }
      const normal = normalize(each.argv, table);
      expect(normal.path.join(' ')).toBe(each.path);
      expect(normal.flags.map(({ name, value }) => [name, value])).toEqual(each.flags ?? []);
      expect(normal.args).toEqual(each.args ?? []);
      expect(normal.help).toBe(each.help ?? false);
      expect(normal.version).toBe(each.version ?? false);
    });
  }

  it('takes its own canonical form and gives it back', () => {
    for (const each of cases as Case[]) {
      if (each.error !== undefined || each.help || each.version || each.path === '') continue;
      const normal = normalize(each.argv, table);
      expect(normalize(canonicalArgv(normal), table)).toEqual(normal);
    }
  });

  it('throws nothing but a usage error, whatever it is given', () => {
    const word = fc.oneof(
      fc.constantFrom('rrsa', 'status', 'export-credentials', '--', '-', '-c', '-y', '--cluster-id', '-f', '-h', '='),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
        try {
          normalize(argv, table);
        } catch (error) {
          if (!(error instanceof ToolError) || error.code !== 'USAGE') throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('hands a child its arguments untouched, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (args) => {
        expect(normalize(['export-credentials', '--', ...args], table).args).toEqual(args);
      }),
    );
  });
});

describe('parseBoolean', () => {
  it('takes exactly what ParseBool of Go takes', () => {
    for (const text of ['1', 't', 'T', 'TRUE', 'true', 'True']) expect(parseBoolean(text)).toBe(true);
    for (const text of ['0', 'f', 'F', 'FALSE', 'false', 'False']) expect(parseBoolean(text)).toBe(false);
    for (const text of ['', 'yes', 'no', 'tRUE', ' true', '2', 'on']) expect(parseBoolean(text)).toBeUndefined();
  });
});
