#!/usr/bin/env node
// Builds the executables of a release into dist-standalone/, with their checksums and licences, after `npm run build`.
// Words choose platforms (`linux-x64 darwin-arm64`); without any it is all of them. Each is compiled with the bun of its
// platform, in the version and with the hash of package-lock.json.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'windows-x64', 'windows-arm64'];

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path) => fs.readFileSync(join(root, path), 'utf8');
const { version } = JSON.parse(read('package.json'));
const { packages } = JSON.parse(read('package-lock.json'));
const target = join(root, 'dist-standalone');

const chosen = process.argv.length > 2 ? process.argv.slice(2) : platforms;
const unknown = chosen.find((platform) => !platforms.includes(platform));
if (unknown !== undefined) throw new Error(`${unknown} is none of ${platforms.join(', ')}`);

/** The program bun for a platform. */
function fetchBun(platform, scratch) {
  const name = `@oven/bun-${platform.replace('arm64', 'aarch64')}`;
  const locked = packages[`node_modules/${name}`];
  const npm = (...argv) => execFileSync('npm', argv, { cwd: scratch, encoding: 'utf8' });
  const [{ filename }] = JSON.parse(npm('pack', '--json', '--ignore-scripts', `${name}@${locked.version}`));
  const integrity = `sha512-${createHash('sha512')
    .update(fs.readFileSync(join(scratch, filename)))
    .digest('base64')}`;
  if (integrity !== locked.integrity) throw new Error(`${name}@${locked.version} is not what package-lock.json knows`);
  execFileSync('tar', ['-xzf', filename], { cwd: scratch });
  return join(scratch, 'package/bin', platform.startsWith('windows') ? 'bun.exe' : 'bun');
}

function build(platform) {
  const scratch = fs.mkdtempSync(join(tmpdir(), 'ack-ram-tool-bun-'));
  const name = `ack-ram-tool-${version}-${platform}${platform.startsWith('windows') ? '.exe' : ''}`;
  try {
    execFileSync(process.execPath, [
      join(root, 'build-standalone.mjs'),
      `--target=bun-${platform}`,
      `--compile-executable-path=${fetchBun(platform, scratch)}`,
      `--outfile=${join(target, name)}`,
    ]);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  return name;
}

fs.rmSync(target, { recursive: true, force: true });
fs.mkdirSync(target);
const names = chosen.map(build);

const bun = packages['node_modules/bun'].version;
const notice = `The executables also hold bun ${bun} (MIT, and what it holds itself, JavaScriptCore under the LGPL 2 among it):
https://github.com/oven-sh/bun/blob/bun-v${bun}/LICENSE.md\n`;
fs.writeFileSync(join(target, 'THIRD-PARTY-LICENSES.txt'), `${read('dist/THIRD-PARTY-LICENSES.txt')}\n${notice}`);

const sums = names.map((name) => {
  const sum = createHash('sha256')
    .update(fs.readFileSync(join(target, name)))
    .digest('hex');
  return `${sum}  ${name}\n`;
});
fs.writeFileSync(join(target, 'SHA256SUMS'), sums.join(''));
process.stdout.write(sums.join(''));
