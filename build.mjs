// Builds dist/: `npm run build`.
import { readFileSync } from 'node:fs';
import { build } from 'rolldown';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

/** What every command line needs before its command is known: one chunk, since each file costs a start-up time. */
const startUp =
  /src\/(?:cli|errors|io|version|duration|nearest|lang|commands\/(?:normalize|options|table|lang)|credentials\/expand-home)\b/;

/** CommonJS chunks split on `import()`: they load faster than ESM on every supported Node. */
await build({
  input: { main: 'src/main.ts' },
  platform: 'node',
  transform: { define: { __VERSION__: JSON.stringify(version) } },
  output: {
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    cleanDir: true,
    codeSplitting: { groups: [{ name: 'start-up', test: startUp, priority: 1 }] },
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  },
});
