/** The command table as a commander program: the last check of a canonical command line. */
import { Command, CommanderError, Option } from 'commander';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { NormalForm } from './normalize.ts';
import type { CommandSpec } from './spec.ts';
import { flagsOf } from './table/flags.ts';

/** A command that prints nothing by itself, and throws instead of ending the process. */
export function quiet(command: Command, io: Io): Command {
  return command
    .helpOption(false)
    .helpCommand(false)
    .exitOverride()
    .enablePositionalOptions()
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => {},
      getOutHasColors: () => false,
    });
}

function commandFor(spec: CommandSpec, io: Io): Command {
  const command = quiet(new Command(spec.path.at(-1)), io);
  if (spec.args) command.argument('[args...]');
  for (const { name, kind } of flagsOf(spec)) {
    command.addOption(new Option(kind === 'boolean' ? `--${name} [bool]` : `--${name} <value>`));
  }
  return command;
}

/** @throws ToolError `USAGE` for what commander refuses. */
export async function parseCanonical(
  argv: readonly string[],
  normal: NormalForm,
  io: Io,
): Promise<{ spec: CommandSpec; flags: NormalForm['flags']; args: readonly string[] }> {
  const { spec, path } = normal;
  if (spec === undefined) throw usageError(`\`ack-ram-tool ${path.join(' ')}\` needs a command`);
  const root = quiet(new Command('ack-ram-tool'), io);
  let parent = root;
  for (const word of path.slice(0, -1)) {
    const group = quiet(new Command(word), io);
    parent.addCommand(group);
    parent = group;
  }
  const chosen = commandFor(spec, io);
  parent.addCommand(chosen);
  let args: readonly string[] = [];
  chosen.action(() => {
    args = chosen.args;
  });
  try {
    await root.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      const extra = normal.args[0];
      throw usageError(
        error.code === 'commander.excessArguments' && extra !== undefined
          ? `unexpected argument ${JSON.stringify(extra)}`
          : error.message.replace(/^error: /, ''),
        `see \`ack-ram-tool ${path.join(' ')} --help\``,
      );
    }
    throw error;
  }
  return { spec, flags: normal.flags, args };
}
