import type { TaskMeta } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';
import { faults } from './faults.ts';

const columns = [...faults.map(({ name }) => name), 'expired certificate'];

/** Prints what came of every fault at every call, and how often. `MATRIX=1` prints every row, else there is one line. */
export default class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const swept = modules
      .flatMap((module) => [...module.children.allTests()])
      .flatMap((test) => test.meta().faultMatrix ?? []);
    if (swept.length === 0) return;
    const cells = swept.flatMap(({ cells }) => cells);
    const wrong = cells.filter(({ exitCode }) => exitCode < 0).length;
    const ended = cells.filter(({ exitCode }) => exitCode > 0).length;
    if (process.env.MATRIX) for (const line of matrixOf(swept)) process.stdout.write(`${line}\n`);
    process.stdout.write(
      `\nfaults: ${cells.length} cells of ${swept.length} command lines: ${cells.length - wrong - ended} as if nothing had been, ${ended} with one clear error, ${wrong} wrong\n`,
    );
  }
}

type Swept = NonNullable<TaskMeta['faultMatrix']>;

function* matrixOf(swept: readonly Swept[]): Generator<string> {
  const keys = columns.map((_, index) => String.fromCharCode(97 + index));
  yield '\nWhat a command makes of a fault: its exit code, · where that fault is not tried, ! where it is wrong.';
  for (const [index, name] of columns.entries()) yield `  ${keys[index]}  ${name}`;
  for (const { name, cells } of swept) {
    yield `\n${name.padEnd(52)} ${keys.join(' ')}`;
    for (const call of new Set(cells.map((cell) => cell.call))) {
      const row = columns.map((fault) => {
        const code = cells.find((cell) => cell.call === call && cell.fault === fault)?.exitCode;
        return code === undefined ? '·' : code < 0 ? '!' : String(code);
      });
      yield `  ${call.padEnd(50)} ${row.join(' ')}`;
    }
  }
}
