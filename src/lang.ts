/** The languages that texts for people are in. */
export type Lang = 'en' | 'zh';

/** The language of a locale such as `zh_CN.UTF-8`, `zh-Hans` or `en_US`: Chinese, and English for all others. */
export function langOfLocale(locale: string): Lang {
  return /^zh(?:[^a-z]|$)/i.test(locale.trim()) ? 'zh' : 'en';
}
