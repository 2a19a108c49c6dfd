/** Help pages, by commander's formatter: what the command table and the help contents say of a command. */
import { Command, Help, Option } from 'commander';
import type { Io } from '../../io.ts';
import type { NormalForm } from '../normalize.ts';
import type { Permission, ResourceKind } from '../permissions/permission.ts';
import { permissionsOf } from '../permissions/permissions-of.ts';
import { quiet, widthOf } from '../program.ts';
import type { CommandSpec, CommandTable, FlagSpec } from '../spec.ts';
import { flagsOf } from '../table/flags.ts';
import { exitCodesOf } from './exit-codes.ts';
import { helpContents } from './help-contents.ts';

/** The help page of a command or group. */
export function helpText(normal: NormalForm, table: CommandTable, io: Io): string {
  const { path, spec } = normal;
  const page = quiet(new Command(['ack-ram-tool', ...path].join(' ')), io).configureHelp({ showGlobalOptions: false });
  if (spec === undefined) describeGroup(page, path, table, io);
  else describeCommand(page, spec, io);
  let text = '';
  page.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

function describeGroup(page: Command, path: readonly string[], table: CommandTable, io: Io): void {
  const group = table.groups.find((other) => other.path.join(' ') === path.join(' '));
  page.description(
    path.length === 0
      ? 'RAM roles for service accounts (RRSA) on Alibaba Cloud ACK and ACS.'
      : sentence(group?.summary ?? path.join(' ')),
  );
  const below = [...table.groups, ...table.commands].filter(
    (other) => other.path.length === path.length + 1 && path.every((word, index) => other.path[index] === word),
  );
  for (const other of below) page.addCommand(quiet(new Command(other.path.at(-1)), io).summary(other.summary));
  page.usage('COMMAND [flags]').configureHelp({ subcommandTerm: (command) => command.name() });
  page.addHelpText('after', `\nSee \`${page.name()} COMMAND --help\` for the flags of a command.`);
}

/** Examples first: most readers need no more. */
function describeCommand(page: Command, spec: CommandSpec, io: Io): void {
  const flags = flagsOf(spec);
  const paragraph = helpContents(spec.path)?.paragraph ?? spec.description;
  page.addHelpText('before', `Examples:\n${spec.examples.map((line) => `  ${line}\n`).join('')}`);
  page.usage(spec.args ? `[flags] ${spec.args.usage}` : '[flags]');
  page.description([sentence(spec.summary), ...(paragraph === undefined ? [] : [paragraph])].join('\n\n'));
  for (const flag of flags) page.addOption(optionFor(flag, spec.flags.includes(flag)));
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  page.configureHelp({
    optionTerm: (option) => {
      const term = option.flags.replace(' [bool]', '');
      return term.startsWith('--') ? `    ${term}` : term;
    },
    optionDescription: (option) => {
      const flag = byName.get(option.long?.slice(2) ?? '');
      return option.description + (flag === undefined ? '' : facts(flag));
    },
  });
  page.addHelpText('after', `\n${list('Exit codes:', exitCodesOf(spec), io)}${permissionText(spec, io)}`.trimEnd());
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function optionFor(flag: FlagSpec, own: boolean): Option {
  const names = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
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

const kinds: Readonly<Record<ResourceKind, string>> = {
  cluster: 'on the cluster',
  role: 'on the role',
  policy: 'on the policy',
  user: 'on the user',
  provider: 'on the OIDC provider',
  account: 'on all of the account',
  all: 'on what is named, or all',
};

/** Empty for a command that does not talk to the cloud. */
function permissionText(spec: CommandSpec, io: Io): string {
  if (!spec.cloud) return '';
  const { permissions, note } = permissionsOf(spec.path) ?? { permissions: [], note: undefined };
  const items = permissions.map((each): [string, string] => [each.action, permissionFacts(each)]);
  if (items.length === 0) items.push(['none', '']);
  const isSecondHop = !spec.flags.some(({ name }) => name === 'role-arn');
  if (isSecondHop) items.push(['sts:AssumeRole', 'with --role-arn; the role then needs the others']);
  const notes = [
    note,
    permissions.some(({ confirmed }) => !confirmed)
      ? '* The name of the API; that the action has it too is not confirmed.'
      : undefined,
  ];
  const tail = notes.flatMap((text) => (text === undefined ? [] : [`${paragraph(text, io)}\n`])).join('');
  return `\n${list('RAM permissions (--emit-policy prints them as a policy):', items, io)}${tail}`;
}

function permissionFacts({ resource, confirmed, when, without }: Permission): string {
  const parts = [
    confirmed ? kinds[resource] : `${kinds[resource]} *`,
    ...(when === undefined ? [] : [when]),
    ...(without === undefined ? [] : [`optional: without it, ${without}`]),
  ];
  return parts.join('; ');
}

function paragraph(text: string, io: Io): string {
  return new Help().boxWrap(text, widthOf(io) - 2).replace(/^/gm, '  ');
}

function list(heading: string, items: readonly (readonly [string, string])[], io: Io): string {
  const help = new Help();
  help.prepareContext({ helpWidth: widthOf(io) });
  const width = Math.max(...items.map(([term]) => term.length));
  return `${heading}\n${items.map(([term, text]) => `${help.formatItem(term, width, text, help)}\n`).join('')}`;
}
