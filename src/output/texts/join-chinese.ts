const han = /\p{Script=Han}/u;
const fullWidth = /[，。：；、！？（）“”…]/u;
/** What words, numbers, paths and quoted texts begin and end with. */
const latin = /[A-Za-z0-9`"'/~*\-_.<>[\]{}$]/;

/** Puts texts together with a space between Chinese and Latin, and none between Chinese or at full-width punctuation. */
export function joinChinese(left: string, right: string): string {
  const [start, end] = [left.trimEnd(), right.trimStart()];
  const [before, after] = [start.at(-1) ?? '', end.at(0) ?? ''];
  if (before === '' || after === '') return left + right;
  if (fullWidth.test(before) || fullWidth.test(after)) return start + end;
  if (han.test(before) && han.test(after)) return start + end;
  if ((han.test(before) && latin.test(after)) || (latin.test(before) && han.test(after))) return `${start} ${end}`;
  return left + right;
}
