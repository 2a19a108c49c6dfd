import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

/** CommonJS chunks split on `import()`: they load faster than ESM on every supported Node. */
export default {
  input: { main: 'src/main.ts' },
  platform: 'node',
  transform: { define: { __VERSION__: JSON.stringify(version) } },
  output: {
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    cleanDir: true,
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  },
};
