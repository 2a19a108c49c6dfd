/** The command table as a commander program: help pages, and the last check of a canonical command line. */
import { Command, CommanderError, Option } from 'commander';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { NormalForm } from './normalize.ts';
import type { CommandSpec, CommandTable, FlagSpec } from './spec.ts';
import { flagsOf } from './table/flags.ts';

function optionFor(flag: FlagSpec, own: boolean): Option {
  const names = `${flag.short === undefined ? '    ' : `-${flag.short}, `}--${flag.name}`.trim();
  const option = new Option(flag.kind === 'boolean' ? `${names} [bool]` : `${names} <${flag.value}>`, flag.summary);
  return option.helpGroup(own ? 'Flags:' : 'Shared flags:');
}

/** What stands behind the summary of a flag: choices, default, variables. */
function facts(flag: FlagSpec): string {
  const parts = [
    flag.required ? 'required' : undefined,
    flag.choices?.join(', '),
    flag.default === undefined ? undefined : `default ${flag.default}`,
    flag.env && flag.env.length > 0 ? `env ${flag.env.join(', ')}` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

function commandFor(spec: CommandSpec, io: Io): Command {
  const command = new Command(spec.path.at(-1)).summary(spec.summary);
  const paragraph = spec.description === undefined ? '' : `\n\n${spec.description}`;
  command.description(`${capitalized(spec.summary)}.${paragraph}`);
  if (spec.args) command.usage(`[flags] ${spec.args.usage}`).argument('[args...]');
  else command.usage('[flags]');
  for (const flag of flagsOf(spec)) command.addOption(optionFor(flag, spec.flags.includes(flag)));
  const flags = new Map(flagsOf(spec).map((flag) => [flag.name, flag]));
  command.configureHelp({
    optionTerm: (option) => {
      const term = option.flags.replace(' [bool]', '');
      return term.startsWith('--') ? `    ${term}` : term;
    },
    optionDescription: (option) => {
      const flag = flags.get(option.long?.slice(2) ?? '');
      return option.description + (flag === undefined ? '' : facts(flag));
    },
    showGlobalOptions: false,
  });
  command.addHelpText('before', `Examples:\n${spec.examples.map((line) => `  ${line}\n`).join('')}`);
  return quiet(command, io);
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function quiet(command: Command, io: Io): Command {
  return command
    .helpOption(false)
    .helpCommand(false)
    .exitOverride()
    .enablePositionalOptions()
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(io.stdout.columns ?? 100, 120),
      getOutHasColors: () => false,
    });
}

/** Only the branch that the path names is built: its ancestors, itself, and the summaries of what is right below. */
function build(normal: NormalForm, table: CommandTable, io: Io): { root: Command; chosen: Command } {
  const root = quiet(new Command('ack-ram-tool'), io).description(
    'RAM roles for service accounts (RRSA) on Alibaba Cloud ACK and ACS.',
  );
  let chosen = root;
  for (const [depth, word] of normal.path.entries()) {
    const path = normal.path.slice(0, depth + 1);
    const spec = depth + 1 === normal.path.length ? normal.spec : undefined;
    const group = table.groups.find((other) => other.path.join(' ') === path.join(' '));
    const next = spec
      ? commandFor(spec, io)
      : quiet(new Command(word), io).description(`${capitalized(group?.summary ?? word)}.`);
    chosen.addCommand(next);
    chosen = next;
  }
  if (normal.spec === undefined) {
    const depth = normal.path.length;
    const below = [...table.groups, ...table.commands].filter(
      ({ path }) => path.length === depth + 1 && normal.path.every((word, index) => path[index] === word),
    );
    for (const { path, summary } of below) chosen.addCommand(quiet(new Command(path.at(-1)), io).summary(summary));
    chosen.usage('COMMAND [flags]');
    chosen.configureHelp({ subcommandTerm: (command) => command.name() });
    const where = ['ack-ram-tool', ...normal.path].join(' ');
    chosen.addHelpText('after', `\nSee \`${where} COMMAND --help\` for the flags of a command.`);
  }
  return { root, chosen };
}

/** The help page of a command or group. */
export function helpText(normal: NormalForm, table: CommandTable, io: Io): string {
  const { chosen } = build(normal, table, io);
  let text = '';
  chosen.configureOutput({ writeOut: (part) => (text += part) });
  chosen.outputHelp();
  return text;
}

/** @throws ToolError `USAGE` for what commander refuses. */
export async function parseCanonical(
  argv: readonly string[],
  normal: NormalForm,
  table: CommandTable,
  io: Io,
): Promise<{ spec: CommandSpec; flags: NormalForm['flags']; args: readonly string[] }> {
  const { root, chosen } = build(normal, table, io);
  const { spec } = normal;
  if (spec === undefined) throw usageError(`\`ack-ram-tool ${normal.path.join(' ')}\` needs a command`);
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
        `see \`ack-ram-tool ${normal.path.join(' ')} --help\``,
      );
    }
    throw error;
  }
  return { spec, flags: normal.flags, args };
}
