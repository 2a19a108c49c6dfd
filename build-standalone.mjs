// Builds one executable that needs no Node, with the bun of node_modules: `npm run build:standalone`.
// What follows is handed on to `bun build`: `-- --target=bun-darwin-arm64 --compile-executable-path=PATH --outfile=PATH`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

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

const more = process.argv.slice(2);
const target = /--target[= ]bun-(windows)?/.exec(more.join(' '));
const isWindows = target === null ? process.platform === 'win32' : target[1] !== undefined;
const outfile = join(root, 'dist-standalone', `ack-ram-tool${isWindows ? '.exe' : ''}`);

const { status } = spawnSync(
  findBun(),
  [
    ...['build', '--compile', '--bytecode', '--splitting', '--format=esm'],
    // Names stay: errors are told apart by them, and short ones save no time.
    ...['--minify-syntax', '--minify-whitespace'],
    // Else whoever owns the current folder decides what runs, and as which role.
    ...['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'],
    ...['--no-compile-autoload-tsconfig', '--no-compile-autoload-package-json'],
    ...['--define', `__VERSION__=${JSON.stringify(version)}`, '--define', '__STANDALONE__=true'],
    ...(more.some((word) => word.startsWith('--outfile')) ? [] : [`--outfile=${outfile}`]),
    ...more,
    join(root, 'src/standalone.ts'),
  ],
  // What bun is told by its variables or by the files of a folder is no part of this build.
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, BUN_OPTIONS: '' } },
);
process.exit(status ?? 1);
