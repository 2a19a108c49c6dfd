import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

type MakeLazy = (code: string) => { code: string; lazy: string[]; eager: string[] };

const plugin = new URL('../../build.lazy-require.mjs', import.meta.url).href;
const { makeLazy }: { makeLazy: MakeLazy } = await import(plugin);
const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const read = (path: string): string => readFileSync(join(modules, path), 'utf8');

/** Runs CommonJS code and says which modules it asked for, and when. */
function run(code: string): { exports: Record<string, () => unknown>; asked: string[] } {
  const asked: string[] = [];
  const module = { exports: {} as Record<string, () => unknown> };
  const require = (name: string): unknown => {
    asked.push(name);
    return { value: name, Kind: class {}, nested: { value: 1 } };
  };
  const keep = (loaded: unknown): unknown => loaded;
  new Function('require', 'exports', '__importStar', '__importDefault', code)(require, module.exports, keep, keep);
  return { exports: module.exports, asked };
}

describe('a requirement that is only used by its members', () => {
  test('is loaded when it is first used, and once', () => {
    const { code, lazy } = makeLazy('const a_1 = require("a");\nexports.f = () => a_1.value + a_1.nested.value;');
    expect(lazy).toEqual(['a_1']);
    const { exports, asked } = run(code);
    expect(asked).toEqual([]);
    expect(exports.f?.()).toBe('a1');
    exports.f?.();
    expect(asked).toEqual(['a']);
  });

  test.each([
    'var a = __importStar(require("a"));',
    "let a = __importDefault(require('a'));",
    'const $a = __importStar(require("a")), a = $a;',
  ])('is found in %s', (declaration) => {
    const { exports, asked } = run(makeLazy(`${declaration}\nexports.f = () => a.value;`).code);
    expect(asked).toEqual([]);
    expect(exports.f?.()).toBe('a');
  });

  test('can be constructed', () => {
    const { exports } = run(makeLazy('const $a = require("a");\nexports.f = () => new $a.Kind({});').code);
    expect(exports.f?.()).toBeInstanceOf(Object);
  });
});

describe('a requirement that is used otherwise', () => {
  test.each([
    'const a = require("a");\nexports.a = a;',
    'const a = require("a");\nexports.f = (a) => a.value;',
    'const a = require("a");\nexports.f = () => ({ a });',
    'const { a } = require("a");\nexports.f = () => a.value;',
  ])('stays as it is: %s', (code) => {
    expect(makeLazy(code)).toMatchObject({ code, lazy: [] });
  });

  test('is told from a longer name and from a member of that name', () => {
    const code = 'const a = require("a");\nexports.f = (x, ab, $a) => x.a + ab + $a + a.value;';
    expect(makeLazy(code).code).toContain('x.a + ab + $a + (__load_a()).value');
  });
});

describe('the libraries that this is for', () => {
  // What these files require is most of what the SDKs cost; when one of them changes its shape, the build is to be looked at.
  test.each([
    ['@darabonba/typescript/dist/core.js', ['http_1', 'https_1', 'httpx']],
    ['@darabonba/typescript/dist/func.js', ['_']],
    ['@darabonba/typescript/dist/date.js', ['moment_1']],
    ['@darabonba/typescript/dist/xml.js', ['xml2js_1']],
    ['@darabonba/typescript/dist/websocket.js', ['ws_1', 'https_proxy_agent_1', 'socks_proxy_agent_1']],
    ['@alicloud/openapi-core/dist/client.js', ['credentials_1', '$Credential', '$SPI', '$_model']],
    ['@alicloud/ram20150501/dist/client.js', ['$_model']],
    ['@alicloud/cs20151215/dist/client.js', ['$_model']],
    ['commander/lib/command.js', ['childProcess']],
  ])('%s requires nothing eagerly', (path, names) => {
    const { lazy } = makeLazy(read(path));
    expect(lazy).toEqual(expect.arrayContaining(names));
  });

  test('every model of an SDK is loaded when it is used', () => {
    for (const sdk of ['cs20151215', 'ram20150501', 'sts20150401', 'ims20190815']) {
      const { lazy, eager } = makeLazy(read(`@alicloud/${sdk}/dist/models/model.js`));
      expect(eager).toEqual([]);
      const files = readdirSync(join(modules, `@alicloud/${sdk}/dist/models`)).filter((name) => name.endsWith('.js'));
      expect(lazy.length).toBeGreaterThan(files.length / 2);
    }
  });
});
