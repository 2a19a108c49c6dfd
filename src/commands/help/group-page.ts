/** The help page of a group, and of the whole tool: what is right below. Asked for most, so it loads next to nothing. */
import type { Io } from '../../io.ts';
import type { Translate } from '../../output/language.ts';
import type { CommandTable } from '../spec.ts';

/** Columns of a help page. */
export const widthOf = (io: Io): number => Math.min(io.stdout.columns ?? 100, 120);

export interface GroupPageOptions {
  /** Columns of the page. */
  width: number;
  translate: Translate;
}

/** @param path words of the group; empty for the whole tool */
export async function groupPage(
  path: readonly string[],
  table: CommandTable,
  { width, translate }: GroupPageOptions,
): Promise<string> {
  const name = ['ack-ram-tool', ...path].join(' ');
  const group = table.groups.find((other) => other.path.join(' ') === path.join(' '));
  const about =
    group === undefined
      ? translate('RAM roles for service accounts (RRSA) on Alibaba Cloud ACK and ACS.')
      : sentence(group.summary, translate);
  const below = [...table.groups, ...table.commands].filter(
    (other) => other.path.length === path.length + 1 && path.every((word, index) => other.path[index] === word),
  );
  const items = below.map((each): [string, string] => [each.path.at(-1) ?? '', translate(each.summary)]);
  const column = Math.max(0, ...items.map(([word]) => word.length)) + 4;
  const texts = await Promise.all(items.map(([, text]) => within(text, Math.max(width - column, 20))));
  const rows = items.map(
    ([word], index) => `${`  ${word}`.padEnd(column)}${texts[index]?.join(`\n${' '.repeat(column)}`)}\n`,
  );
  return [
    `${translate('Usage:')} ${name} ${translate('COMMAND [flags]')}\n`,
    `${(await within(about, width)).join('\n')}\n`,
    `${translate('Commands:')}\n${rows.join('')}`,
    `${translate(`See \`${name} COMMAND --help\` for the flags of a command.`)}\n`,
  ].join('\n');
}

/** The summary of a command or group as a sentence. */
export function sentence(summary: string, translate: Translate): string {
  const own = translate(summary);
  if (own !== summary) return `${own}。`;
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

/** Most texts fit, and nothing is loaded to find that out: no character is wider than two columns. */
async function within(text: string, columns: number): Promise<string[]> {
  const most = /^[ -~]*$/.test(text) ? text.length : text.length * 2;
  if (most <= columns) return [text];
  const { wrapText } = await import('../../output/wrap.ts');
  return wrapText(text, columns);
}
