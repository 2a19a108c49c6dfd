import { expect, type TestContext } from 'vitest';
import type { CommandLine } from './command-lines.ts';
import type { Place } from './seed.ts';
import { type Cell, sweep } from './sweep.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** What the matrix is printed from. */
    faultMatrix?: { name: string; cells: Pick<Cell, 'call' | 'fault' | 'exitCode'>[] };
  }
}

/** A test of one command line: all of its cells, which the reporter prints. */
export function judged(line: CommandLine, place?: () => Place): (context: TestContext) => Promise<void> {
  return async ({ task }) => {
    const cells = await sweep(line, place?.());
    task.meta.faultMatrix = {
      name: line.name,
      cells: cells.map(({ call, fault, exitCode, wrong }) => ({
        call,
        fault,
        exitCode: wrong.length > 0 ? -1 : exitCode,
      })),
    };
    const wrong = cells.filter((cell) => cell.wrong.length > 0);
    const told = wrong.map((cell) => `${cell.call} ${cell.fault}: ${cell.wrong.join('; ')}\n${cell.stderr}`);
    expect(told.join('\n'), `${wrong.length} of ${cells.length} cells`).toBe('');
  };
}
