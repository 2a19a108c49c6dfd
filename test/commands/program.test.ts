import { describe, expect, it } from 'vitest';
import { normalize } from '../../src/commands/normalize.ts';
import { helpText } from '../../src/commands/program.ts';
import { flagsOf } from '../../src/commands/table/flags.ts';
import { table } from '../../src/commands/table.ts';
import { memoryIo } from '../support/memory-io.ts';

describe('the help page of a command', () => {
  it.each(table.commands.map((spec) => [spec.path.join(' '), spec] as const))(
    '%s names every flag and every value that a flag may have',
    (_name, spec) => {
      const page = helpText(normalize([...spec.path, '--help'], table), table, memoryIo());
      const words = new Set(page.split(/[\s,;()]+/));
      for (const flag of flagsOf(spec)) {
        expect(words).toContain(`--${flag.name}`);
        for (const choice of flag.choices ?? []) expect(words, `--${flag.name}`).toContain(choice);
      }
    },
  );
});
