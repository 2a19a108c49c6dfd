/** Which language is spoken. Rooms write English; what is about to be shown goes through a `Translate`. */
import type { Lang } from '../lang.ts';

/** A text in the language of the user, line by line; what is not known to it stays as it is. */
export type Translate = (text: string) => string;

/** English stays English. */
export const asIs: Translate = (text) => text;

/** Nothing of another language is loaded for English. */
export async function translatorFor(lang: Lang): Promise<Translate> {
  if (lang === 'en') return asIs;
  const { createChinese } = await import('./texts/zh.ts');
  return createChinese();
}
