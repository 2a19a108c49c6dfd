// A plugin of the build: libraries that the SDKs need for what no call here does (WebSockets, XML bodies, files, their own
// credentials) are files of their own, which are read when they are first used, if ever.

import { createRequire } from 'node:module';

const libraries = [
  'lodash',
  'moment',
  'ws',
  'xml2js',
  'socks-proxy-agent',
  'http-proxy-agent',
  'https-proxy-agent',
  '@alicloud/credentials',
];

const fileOf = (library) => `aside/${library.replace(/\W+/g, '-').replace(/^-/, '')}`;

const fromSdk = createRequire(createRequire(import.meta.url).resolve('@alicloud/openapi-core'));
const fromCore = createRequire(fromSdk.resolve('@darabonba/typescript'));

/** Further entries of the build, by the name of their file: what the SDKs would get. */
export const asideEntries = Object.fromEntries(
  libraries.map((library) => [fileOf(library), (library.startsWith('@') ? fromSdk : fromCore).resolve(library)]),
);

const sdk = /[\\/]node_modules[\\/](?:@alicloud|@darabonba)[\\/]/;

/** The plugin. `lazyRequire` sees to it that they are required late. */
export function setAside() {
  return {
    name: 'set-aside',
    resolveId(source, importer) {
      if (importer === undefined || !sdk.test(importer) || !libraries.includes(source)) return undefined;
      return { id: `#${fileOf(source)}.cjs`, external: true };
    },
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        const up = '../'.repeat(file.fileName.split('/').length - 1) || './';
        file.code = file.code.replace(/require\((["'`])#aside\//g, (_whole, quote) => `require(${quote}${up}aside/`);
      }
    },
  };
}
