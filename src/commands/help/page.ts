/** Help pages. What one of them needs is loaded when it is asked for. */
import type { Io } from '../../io.ts';
import { asIs, type Translate } from '../../output/language.ts';
import type { NormalForm } from '../normalize.ts';
import type { CommandTable } from '../spec.ts';
import { groupPage, widthOf } from './group-page.ts';

/** The help page of a command or group. */
export async function helpText(
  { path, spec }: NormalForm,
  table: CommandTable,
  io: Io,
  translate: Translate = asIs,
): Promise<string> {
  if (spec === undefined) return groupPage(path, table, { width: widthOf(io), translate });
  const { commandPage } = await import('./command-page.ts');
  const layout = translate === asIs ? {} : (await import('./wide-layout.ts')).wideLayout;
  return commandPage(spec, io, translate, layout);
}
