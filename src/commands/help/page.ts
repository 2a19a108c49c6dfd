/** Help pages. What one of them needs is loaded when it is asked for. */
import type { Io } from '../../io.ts';
import { asIs, type Translate } from '../../output/language.ts';
import type { NormalForm } from '../normalize.ts';
import type { CommandTable } from '../spec.ts';
import { groupPage, widthOf } from './group-page.ts';

/** The help page of a command or group. */
export async function helpText(
  normal: NormalForm,
  table: CommandTable,
  io: Io,
  translate: Translate = asIs,
): Promise<string> {
  const page = await pageOf(normal, table, io, translate);
  // A full-width colon has its own white space.
  return translate === asIs ? page : page.replaceAll('： ', '：');
}

async function pageOf({ path, spec }: NormalForm, table: CommandTable, io: Io, translate: Translate): Promise<string> {
  if (spec === undefined) return groupPage(path, table, { width: widthOf(io), translate });
  const { commandPage } = await import('./command-page.ts');
  const layout = translate === asIs ? {} : (await import('./wide-layout.ts')).wideLayout;
  return commandPage(spec, io, translate, layout);
}
