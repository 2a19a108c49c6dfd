// Builds one executable that needs no Node, with the bun of node_modules: `npm run build:standalone`.
// For another platform: `-- --target=bun-darwin-arm64 --compile-executable-path=PATH --outfile=PATH`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeLazy, sdkFile } from './build.lazy-require.mjs';
import { createSubset } from './build.sdk-subset.mjs';

const root = dirname(fileURLToPath(import.meta.url));

/** The program itself, not the script of the package `bun`: that needs an install script to have run. */
function findBun() {
  const isMusl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@oven/bun-${platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}${isMusl ? '-musl' : ''}`;
  try {
    const folder = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin');
    return [join(folder, 'bun'), join(folder, 'bun.exe')].find(existsSync) ?? missing(name);
  } catch {
    return missing(name);
  }
}

function missing(name) {
  console.error(`error: the package ${name}, which holds bun for this machine, is not installed: run npm ci`);
  return process.exit(1);
}

/** Runs in bun. */
async function compile() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { values } = parseArgs({
    options: {
      target: { type: 'string', default: '' },
      'compile-executable-path': { type: 'string' },
      outfile: { type: 'string', default: '' },
    },
  });
  const isWindows = (values.target || process.platform).replace('bun-', '').startsWith('win');
  const executablePath = values['compile-executable-path'];
  const { Bun } = globalThis;
  const cut = createSubset(new URL('./src/cloud/', import.meta.url));
  await Bun.build({
    entrypoints: [join(root, 'src/standalone.ts')],
    root,
    format: 'esm',
    splitting: true,
    bytecode: true,
    // Names stay: errors are told apart by them, and short ones save no time.
    minify: { syntax: true, whitespace: true, identifiers: false },
    define: { __VERSION__: JSON.stringify(version), __STANDALONE__: 'true' },
    plugins: [
      {
        name: 'sdk-subset, lazy-require',
        setup(build) {
          build.onLoad({ filter: sdkFile }, ({ path }) => ({
            contents: makeLazy(cut(path, readFileSync(path, 'utf8'))).code,
            loader: 'js',
          }));
        },
      },
    ],
    compile: {
      outfile: resolve(values.outfile || join(root, 'dist-standalone', `ack-ram-tool${isWindows ? '.exe' : ''}`)),
      ...(values.target === '' ? {} : { target: values.target }),
      ...(executablePath === undefined ? {} : { executablePath: resolve(executablePath) }),
      // Else whoever owns the current folder decides what runs, and as which role.
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  });
}

if (process.versions.bun !== undefined) {
  await compile();
} else {
  const argv = ['--no-env-file', fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const env = { ...process.env, BUN_OPTIONS: '' };
  process.exit(spawnSync(findBun(), argv, { stdio: 'inherit', env }).status ?? 1);
}
