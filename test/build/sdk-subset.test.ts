import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

interface Plugin {
  usedNames(sources: readonly string[]): { operations: Set<string>; models: Set<string> };
  clientSubset(code: string, operations: Set<string>): string;
  createSubset(cloudFolder: URL): (path: string, code: string) => string;
}

const plugin: Plugin = await import(new URL('../../build.sdk-subset.mjs', import.meta.url).href);
const cut = plugin.createSubset(new URL('../../src/cloud/', import.meta.url));
const modules = new URL('../../node_modules/@alicloud/', import.meta.url);

function file(sdk: string, path: string): { whole: string; part: string } {
  const url = new URL(`${sdk}/dist/${path}`, modules);
  const whole = readFileSync(url, 'utf8');
  return { whole, part: cut(fileURLToPath(url), whole) };
}

const methodsOf = (code: string): string[] => [...code.matchAll(/^ {4}async (\w+)\(/gm)].map(([, name = '']) => name);

describe('the part of the SDKs that is built', () => {
  test('is what the adapters name', () => {
    const { operations, models } = plugin.usedNames([
      'client.getRole(new models.GetRoleRequest({ roleName }));',
      'client.deleteRole(',
    ]);
    expect([...operations]).toEqual(['getRole', 'deleteRole']);
    expect([...models]).toEqual(['GetRoleRequest']);
  });

  // When an SDK is written in another way, nothing is left out, or too much: the build is then to be looked at.
  test.each([
    ['cs20151215', ['describeClusterDetail', 'installClusterAddons', 'cleanClusterUserPermissions']],
    ['ram20150501', ['getRole', 'updateRole', 'attachPolicyToUser']],
    ['sts20150401', ['assumeRole', 'getCallerIdentity']],
    ['ims20190815', ['getOIDCProvider']],
  ])('of %s has the operations that are called, with and without options, and no other', (sdk, some) => {
    const { whole, part } = file(sdk, 'client.js');
    const kept = methodsOf(part);
    for (const name of some) expect(kept).toEqual(expect.arrayContaining([name, `${name}WithOptions`]));
    expect(kept.length).toBeLessThan(methodsOf(whole).length);
    expect(() => new Function(part)).not.toThrow();
    const bodyOf = (code: string, name: string) => code.split(`    async ${name}(`)[1]?.split('\n    }\n')[0];
    for (const name of kept) expect(bodyOf(part, name)).toBe(bodyOf(whole, name));
  });

  test.each(['cs20151215', 'ram20150501', 'sts20150401', 'ims20190815'])(
    'of %s has every model that those operations need',
    (sdk) => {
      const client = file(sdk, 'client.js').part;
      const { whole, part } = file(sdk, 'models/model.js');
      const names = (code: string) =>
        [...code.matchAll(/^Object\.defineProperty\(exports, "(\w+)"/gm)].map(([, name]) => name);
      const needed = new Set([...client.matchAll(/\$_model\.(\w+)/g)].map(([, name]) => name));
      expect(names(part)).toEqual(expect.arrayContaining([...needed]));
      expect(names(whole).length).toBeGreaterThan(names(part).length);
      const loaded: string[] = [];
      new Function('exports', 'require', part)({}, (path: string) => loaded.push(path));
      expect(loaded.length).toBeGreaterThan(0);
      expect(loaded.length).toBeLessThan(names(part).length + 1);
    },
  );
});
