/** The help page of a command, by commander's formatter: what the command table and the help contents say of a command. */
import { Command, Help, Option } from 'commander';
import type { Io } from '../../io.ts';
import { asIs, type Translate } from '../../output/language.ts';
import type { Permission, ResourceKind } from '../permissions/permission.ts';
import { permissionsOf } from '../permissions/permissions-of.ts';
import { quiet } from '../program.ts';
import type { CommandSpec, FlagSpec } from '../spec.ts';
import { flagsOf } from '../table/flags.ts';
import { exitCodesOf } from './exit-codes.ts';
import { sentence, widthOf } from './group-page.ts';
import { helpContents } from './help-contents.ts';

/** For whom a page is written. */
interface Reader {
  io: Io;
  translate: Translate;
  /** What of commander's layout another script needs otherwise. */
  layout: Partial<Help>;
}

/** The help page of a command; `layout` is `wideLayout` for Chinese. */
export function commandPage(spec: CommandSpec, io: Io, translate: Translate, layout: Partial<Help> = {}): string {
  const reader = { io, translate, layout };
  const page = quiet(new Command(['ack-ram-tool', ...spec.path].join(' ')), io);
  describeCommand(page, spec, reader);
  page.configureHelp({
    ...page.configureHelp(),
    ...layout,
    showGlobalOptions: false,
    styleTitle: (title) => translate(title),
  });
  let text = '';
  page.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => widthOf(io) }).outputHelp();
  return text;
}

/** Examples first: most readers need no more. */
function describeCommand(page: Command, spec: CommandSpec, reader: Reader): void {
  const { translate } = reader;
  const flags = flagsOf(spec);
  const paragraph = helpContents(spec.path)?.paragraph;
  page.addHelpText('before', `${translate('Examples:')}\n${spec.examples.map((line) => `  ${line}\n`).join('')}`);
  page.usage(spec.args ? `[flags] ${spec.args.usage}` : '[flags]');
  page.description(
    [sentence(spec.summary, translate), ...(paragraph === undefined ? [] : [translate(paragraph)])].join('\n\n'),
  );
  for (const flag of flags) page.addOption(optionFor(flag, spec.flags.includes(flag)));
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  page.configureHelp({
    optionTerm: (option) => {
      const term = option.flags.replace(' [bool]', '');
      return term.startsWith('--') ? `    ${term}` : term;
    },
    optionDescription: (option) => {
      const flag = byName.get(option.long?.slice(2) ?? '');
      return translate(option.description) + (flag === undefined ? '' : facts(flag, translate));
    },
  });
  page.addHelpText(
    'after',
    `\n${list('Exit codes:', exitCodesOf(spec), reader)}${permissionText(spec, reader)}`.trimEnd(),
  );
}

function optionFor(flag: FlagSpec, own: boolean): Option {
  const names = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
  const option = new Option(flag.kind === 'boolean' ? `${names} [bool]` : `${names} <${flag.value}>`, flag.summary);
  return option.helpGroup(own ? 'Flags:' : 'Shared flags:');
}

/** What stands behind the summary of a flag: choices, default, variables. */
function facts(flag: FlagSpec, translate: Translate): string {
  const parts = [
    flag.required ? 'required' : undefined,
    flag.choices?.join(', '),
    flag.default === undefined ? undefined : `default ${flag.default}`,
    flag.env && flag.env.length > 0 ? `env ${flag.env.join(', ')}` : undefined,
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return '';
  const said = parts.map(translate);
  return translate === asIs ? ` (${said.join('; ')})` : `（${said.join('；')}）`;
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
function permissionText(spec: CommandSpec, reader: Reader): string {
  if (!spec.cloud) return '';
  const { permissions, note } = permissionsOf(spec.path) ?? { permissions: [], note: undefined };
  const items = permissions.map((each): [string, string] => [each.action, permissionFacts(each, reader)]);
  if (items.length === 0) items.push(['none', '']);
  const isSecondHop = !spec.flags.some(({ name }) => name === 'role-arn');
  if (isSecondHop) items.push(['sts:AssumeRole', 'with --role-arn; the role then needs the others']);
  const notes = [
    note,
    permissions.some(({ confirmed }) => !confirmed)
      ? '* The name of the API; that the action has it too is not confirmed.'
      : undefined,
  ];
  const tail = notes.flatMap((text) => (text === undefined ? [] : [`${paragraph(text, reader)}\n`])).join('');
  return `\n${list('RAM permissions (--emit-policy prints them as a policy):', items, reader)}${tail}`;
}

function permissionFacts({ resource, confirmed, when, without }: Permission, { translate }: Reader): string {
  const parts = [
    confirmed ? kinds[resource] : `${kinds[resource]} *`,
    ...(when === undefined ? [] : [when]),
    ...(without === undefined ? [] : [`optional: without it, ${without}`]),
  ];
  return parts.map(translate).join(translate === asIs ? '; ' : '；');
}

function paragraph(text: string, reader: Reader): string {
  const help = Object.assign(new Help(), reader.layout);
  return help.boxWrap(reader.translate(text), widthOf(reader.io) - 2).replace(/^/gm, '  ');
}

function list(heading: string, items: readonly (readonly [string, string])[], reader: Reader): string {
  const { io, translate } = reader;
  const help = Object.assign(new Help(), reader.layout);
  help.prepareContext({ helpWidth: widthOf(io) });
  const width = Math.max(...items.map(([term]) => term.length));
  return `${translate(heading)}\n${items.map(([term, text]) => `${help.formatItem(translate(term), width, translate(text), help)}\n`).join('')}`;
}
