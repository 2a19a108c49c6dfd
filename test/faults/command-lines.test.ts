import { expect, it } from 'vitest';
import { table } from '../../src/commands/table.ts';
import { allLines } from './command-lines.ts';

/** One talks to a broker, the other serves until it is stopped; what they ask of the cloud, others here ask, too. */
const notSwept = ['rabbitmq ping', 'webhook serve'];

it('no command that talks to the cloud is left out of the sweep', () => {
  const startsWith = (argv: readonly string[], path: readonly string[]) => path.every((word, i) => argv[i] === word);
  const missing = table.commands
    .filter(({ cloud, path }) => cloud && !allLines.some(({ argv }) => startsWith(argv, path)))
    .map(({ path }) => path.join(' '));
  expect(missing.sort()).toEqual(notSwept);
});
