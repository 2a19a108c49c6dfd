import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../src', import.meta.url));

/** `import … from 'x'`, `import 'x'`, `import('x')` and `require('x')`, where x is no path. */
const requirement = /(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*(['"])(?<name>[a-z@][\w@./-]*)\1/g;

/** The packages that the files below src import, types included, by name. */
export function importedPackages(): string[] {
  const names = new Set<string>();
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(`${source}/${file}`, 'utf8');
    for (const { groups } of text.matchAll(requirement)) {
      const parts = (groups?.name ?? '').split('/');
      names.add(parts.slice(0, parts[0]?.startsWith('@') ? 2 : 1).join('/'));
    }
  }
  return [...names].filter((name) => !name.startsWith('node:') && !builtinModules.includes(name)).sort();
}
