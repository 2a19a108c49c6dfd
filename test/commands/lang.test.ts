import { describe, expect, it } from 'vitest';
import { langOf } from '../../src/commands/lang.ts';
import { normalize } from '../../src/commands/normalize.ts';
import { readFlags } from '../../src/commands/options.ts';
import { table } from '../../src/commands/table.ts';
import type { Env } from '../../src/io.ts';

function read(argv: string[], env: Env) {
  const { spec, flags } = normalize(['version', ...argv], table);
  if (spec === undefined) throw new Error('no such command');
  const warnings: string[] = [];
  const lang = langOf(
    readFlags(spec, flags, { env, home: undefined }, (message) => warnings.push(message)),
    env,
  );
  return { lang, warnings };
}

describe('the language', () => {
  it.each<[Env, string]>([
    [{}, 'en'],
    [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
    [{ LANG: 'zh_TW' }, 'zh'],
    [{ LANG: 'ZH' }, 'zh'],
    [{ LANG: 'zh-Hans-CN' }, 'zh'],
    [{ LANG: 'zha' }, 'en'],
    [{ LANG: 'C.UTF-8' }, 'en'],
    [{ LANG: 'de_DE.UTF-8' }, 'en'],
    [{ LC_ALL: 'en_US.UTF-8', LANG: 'zh_CN.UTF-8' }, 'en'],
    [{ LC_ALL: '', LANG: 'zh_CN.UTF-8' }, 'zh'],
    [{ ACK_RAM_TOOL_LANG: 'zh', LC_ALL: 'C', LANG: 'C' }, 'zh'],
    [{ ACK_RAM_TOOL_LANG: 'en', LANG: 'zh_CN' }, 'en'],
    [{ ACK_RAM_TOOL_LANG: 'klingon', LANG: 'zh_CN' }, 'en'],
  ])('with %j is %s, without a warning, also before a command line is read', (env, lang) => {
    expect(read([], env)).toEqual({ lang, warnings: [] });
    expect(langOf(undefined, env)).toBe(lang);
  });

  it('is what the flag says, in any case', () => {
    expect(read(['--lang', 'ZH'], { LANG: 'C' }).lang).toBe('zh');
    expect(read(['--lang=en'], { LANG: 'zh_CN' }).lang).toBe('en');
  });

  it('is a usage error as a flag with another value', () => {
    expect(() => read(['--lang', 'zh_CN'], {})).toThrow('"zh_CN" is no value for --lang: use en or zh');
  });
});
