// Builds dist/: `npm run build`.
import { readFileSync } from 'node:fs';
import { build } from 'rolldown';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

/** What every command line needs before its command is known: one chunk, since each file costs a start-up time. */
const startUp = /src\/(?:cli|duration|nearest|lang|commands\/(?:normalize|options|table|lang)|credentials\/expand-home)\b/;
/** What the commands need that are run most often. */
const hot =
  /src\/(?:commands\/(?:context|export-credentials)|credentials\/(?:assume-role|chain|child|child-environment|environment|export|exported-variables|formats\/(?!write-export)[\w-]+|key-variables|memoize|oidc|provider|resolve|token-file)|cloud\/(?:clients|endpoints|oidc|api-error|issued-credentials|retry|redact)|output\/(?:colour|json|log|plain|prompt|redact|spinner|terminal|time)|policy\/(?:arn|name)|user-folders)\.ts/;

/** CommonJS chunks split on `import()`: they load faster than ESM on every supported Node. */
await build({
  input: { main: 'src/main.ts' },
  platform: 'node',
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
      ],
    },
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  },
});
