// A plugin of the build: one file with the licence of every package that the bundle holds code of.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the innermost package that a module belongs to, or undefined for a module of ours. */
const packageFolder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/;

const standardTexts = {
  MIT: `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`,
  ISC: `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`,
  'Apache-2.0': 'The text of the Apache License, Version 2.0, is in the file LICENSE beside the folder of this file.',
  Unlicense: 'Released into the public domain: https://unlicense.org/',
};
// What this package writes into its package.json is no SPDX identifier.
standardTexts['Apache License 2.0'] = standardTexts['Apache-2.0'];

/** The licence of a package as it carries it: files, else the section of its README, else the standard text. */
function licenceText(folder, { name, license, author }) {
  const names = readdirSync(folder).sort();
  const read = (file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
  const files = names.filter((file) => /^(?:licen[cs]e|copying|notice)(?:[.-]|$)/i.test(file));
  if (files.length > 0) return files.map(read).join('\n\n');
  const readme = names.find((file) => /^readme(?:\.|$)/i.test(file));
  const section = readme && /^#* *licen[cs]e *\n(?:[-=]+\n)?([\s\S]*)$/im.exec(read(readme))?.[1]?.trim();
  if (section && /permission is hereby granted/i.test(section)) return section;
  const standard = standardTexts[license];
  if (standard === undefined) throw new Error(`${name} carries no licence text, and there is none here for ${license}`);
  const holder = typeof author === 'string' ? author : author?.name;
  return holder ? `Copyright (c) ${holder}\n\n${standard}` : standard;
}

/** The packages that these modules belong to, each once, by name. */
function packagesOf(moduleIds) {
  const folders = new Set([...moduleIds].map((id) => packageFolder.exec(id.replace(/^\0/, ''))?.[0]).filter(Boolean));
  const packages = new Map();
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    packages.set(`${manifest.name} ${manifest.version}`, { folder, manifest });
  }
  return [...packages].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The file: every licence once, below the packages that it is the licence of. */
export function formatLicences(moduleIds) {
  const owners = new Map();
  for (const [title, { folder, manifest }] of packagesOf(moduleIds)) {
    const text = licenceText(folder, manifest);
    owners.set(text, [...(owners.get(text) ?? []), `${title} (${manifest.license})`]);
  }
  const sections = [...owners].map(([text, titles]) => `${'='.repeat(80)}\n${titles.join('\n')}\n\n${text}\n`);
  return `The program holds code of these packages.\n\n${sections.join('\n')}`;
}

/** The plugin: writes THIRD-PARTY-LICENSES.txt beside the bundle. */
export function thirdPartyLicences() {
  return {
    name: 'third-party-licences',
    generateBundle(_options, bundle) {
      const moduleIds = Object.values(bundle).flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source: formatLicences(moduleIds) });
    },
  };
}
