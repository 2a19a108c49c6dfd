// A plugin of the build: CommonJS files of the SDKs load what they require when they first use it, not when they start.

/** `const x = require('y');`, also through what TypeScript puts around it, and with a second name for the same. */
const declaration =
  /^(?:var|let|const) (?<name>[\w$]+) = (?<value>(?:__importStar\(|__importDefault\()?require\((?:"[^"]+"|'[^']+')\)\)?)(?:, (?<alias>[\w$]+) = \k<name>)?;$/gm;

const escaped = (name) => name.replaceAll('$', '\\$');

/** Every use of a name: not as a member of something else, and not as a part of a longer name. */
const usesOf = (name) => new RegExp(`(?<![\\w$.'"\`])${escaped(name)}(?![\\w$'"\`])`, 'g');

/**
 * `code` with every requirement that is only used as `name.member` made lazy. One whose name is used in any other way
 * stays as it is.
 * @returns {{ code: string, lazy: string[], eager: string[] }} the names that became lazy, and those that did not
 */
export function makeLazy(code) {
  const lazy = [];
  const eager = [];
  let result = code;
  for (const { 0: whole, groups } of code.matchAll(declaration)) {
    const { name, value, alias } = groups;
    const names = alias === undefined ? [name] : [name, alias];
    const rest = result.replace(whole, () => '');
    const isMember = names.every((one) => {
      const uses = [...rest.matchAll(usesOf(one))];
      return uses.every(({ index }) => /^\s*\./.test(rest.slice(index + one.length, index + one.length + 20)));
    });
    if (!isMember) {
      eager.push(...names);
      continue;
    }
    const load = `__load_${name}`;
    const uses = names.reduce((text, one) => text.replace(usesOf(one), () => `(${load}())`), rest);
    const at = result.indexOf(whole);
    const loader = `let __kept_${name}; function ${load}() { return __kept_${name} ??= ${value}; }`;
    // Functions are hoisted and the variable is not: both stay where the requirement was.
    result = spliceAt(uses, countBefore(result, at, names, load), loader);
    lazy.push(...names);
  }
  return { code: result, lazy, eager };
}

/** Where `at` of `text` is once the uses before it are replaced. */
function countBefore(text, at, names, load) {
  return names.reduce((before, one) => before.replace(usesOf(one), () => `(${load}())`), text.slice(0, at)).length;
}

function spliceAt(text, at, addition) {
  return `${text.slice(0, at)}${addition}${text.slice(at)}`;
}

export const sdkFile = /[\\/]node_modules[\\/](?:@alicloud|@darabonba|commander)[\\/].*\.js$/;

/** The plugin. */
export function lazyRequire() {
  return {
    name: 'lazy-require',
    transform: {
      filter: { id: sdkFile },
      handler(code) {
        const { code: result, lazy } = makeLazy(code);
        return lazy.length === 0 ? undefined : { code: result, map: null };
      },
    },
  };
}
