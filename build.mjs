// Builds dist/: `npm run build`.
import { readFileSync } from 'node:fs';
import { build } from 'rolldown';
import { lazyRequire } from './build.lazy-require.mjs';
import { sdkSubset } from './build.sdk-subset.mjs';
import { asideEntries, setAside } from './build.set-aside.mjs';
import { thirdPartyLicences } from './build.third-party-licences.mjs';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

/** What every command line needs before its command is known: one chunk, since each file costs a start-up time. */
const startUp =
  /src\/(?:cli|duration|nearest|lang|output\/language|commands\/(?:normalize|options|table\/(?:hot|flags)|lang)|credentials\/expand-home)\b/;
/** What the commands need that are run most often. */
const hot =
  /src\/(?:commands\/(?:caller|export-credentials)|credentials\/(?:assume-role|chain|child|child-environment|environment|export|exported-variables|key-variables|memoize|oidc|provider|resolve|token-reader)|cloud\/(?:clients|endpoints)|output\/(?:colour|log|plain|redact)|policy\/(?:arn|name)|secret-spellings|user-folders)\.ts/;
/** What it takes to know whose token it is, and where it would be sent. */
const token = /src\/(?:credentials\/(?:token-file|bounded-file)|read-fault)\.ts/;
/** What it takes to send it there. */
const stsCall = /src\/cloud\/(?:oidc|api-error|issued-credentials|retry|redact|network|network-error|proxy)\.ts/;
/** What it takes to find what is kept. */
const cache = /src\/(?:credentials\/cache[\w-]*|make-folder|kubernetes\/(?:certificate-cache|exec-credential))\.ts/;
/** The exec plugin. */
const plugin = /src\/commands\/credential-plugin\/(?:get-credential|certificate-files|options|user-kubeconfig)\.ts/;
/** What every other command talks to people with. */
const terminal =
  /src\/(?:commands\/context|output\/(?:json|prompt|progress-bar|spinner|table|terminal|time|unicode|diff))\.ts/;

/** CommonJS chunks split on `import()`: they load faster than ESM on every supported Node. */
await build({
  input: { main: 'src/main.ts', ...asideEntries },
  platform: 'node',
  plugins: [setAside(), sdkSubset(), lazyRequire(), thirdPartyLicences()],
  preserveEntrySignatures: 'allow-extension',
  transform: { define: { __VERSION__: JSON.stringify(version) } },
  output: {
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    cleanDir: true,
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: 'start-up', test: startUp, priority: 2 },
        { name: 'hot', test: hot, priority: 1 },
        { name: 'token', test: token, priority: 1 },
        { name: 'sts-call', test: stsCall, priority: 1 },
        { name: 'cache', test: cache, priority: 1 },
        { name: 'plugin', test: plugin, priority: 1 },
        { name: 'terminal', test: terminal, priority: 1 },
      ],
    },
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  },
});
