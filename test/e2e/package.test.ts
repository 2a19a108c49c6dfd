import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundledLicence } from '../support/bundled-licence.ts';
import { importedPackages } from '../support/imported-packages.ts';
import { runProgram, scratchFolder, type ToolResult } from '../support/tool.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const version: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

/** Everything that may be in the package. */
const shipped = [
  /^bin\/(?:ack-ram-tool\.js|package\.json)$/,
  /^dist\/(?:main\.cjs|THIRD-PARTY-LICENSES\.txt|(?:aside|chunks)\/[\w.-]+\.cjs)$/,
  /^completions\/[\w.-]+$/,
  /^(?:README\.md|README\.zh-CN\.md|CHANGELOG\.md|SECURITY\.md|LICENSE|package\.json)$/,
];

/** What bundled packages try to load, and do without. */
const optional = ['bufferutil', 'encoding', 'supports-color', 'utf-8-validate'];

describe('the package', () => {
  const scratch = scratchFolder();
  const home = join(scratch, 'read-only home');
  const prefix = join(scratch, 'a prefix with spaces');
  const installed = join(prefix, 'lib/node_modules/ack-ram-tool');
  const program = join(prefix, 'bin/ack-ram-tool');
  let packed: { filename: string; size: number; files: { path: string; mode: number }[] };

  /** Runs the installed program as somebody who may write nothing of it, nor where it stands. */
  const run = (argv: string[], env: Record<string, string> = {}): Promise<ToolResult> => {
    const isRoot = process.getuid?.() === 0;
    const nobody = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
    const [command = program, ...first] = [...nobody, program];
    return runProgram(command, [...first, ...argv], { cwd: home, env });
  };

  beforeAll(async () => {
    mkdirSync(join(scratch, 'cache'));
    const npm = (...argv: string[]): Promise<ToolResult> =>
      runProgram('npm', [...argv, '--offline', '--cache', join(scratch, 'cache'), '--no-update-notifier'], {
        cwd: root,
        env: { HOME: scratch },
      });
    // The build that is there: building anew would pull it away from under the other tests.
    const pack = await npm('pack', '--ignore-scripts', '--json', '--pack-destination', scratch);
    expect(pack.exitCode, pack.stderr).toBe(0);
    [packed] = JSON.parse(pack.stdout);
    const install = await npm('install', '--global', '--prefix', prefix, join(scratch, packed.filename));
    expect(install.exitCode, install.stderr).toBe(0);
    mkdirSync(home);
    chmodSync(home, 0o555);
    // The way there for somebody else; what other tests write stays shut.
    for (const folder of [dirname(scratch), scratch]) chmodSync(folder, 0o711);
  });

  it('holds what is needed and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of paths) expect(path).toSatisfy(() => shipped.some((pattern) => pattern.test(path)));
    const needed = ['bin/ack-ram-tool.js', 'bin/package.json', 'dist/main.cjs', 'dist/THIRD-PARTY-LICENSES.txt'];
    const documents = ['README.md', 'README.zh-CN.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE', 'package.json'];
    const present = documents.filter((name) => existsSync(join(root, name)));
    const completions = join(root, 'completions');
    const generated = existsSync(completions) ? readdirSync(completions).map((name) => `completions/${name}`) : [];
    expect(paths).toEqual(expect.arrayContaining([...needed, ...present, ...generated]));
  });

  it('is at most 3 MiB', () => {
    expect(packed.size).toBeLessThanOrEqual(3 * 1024 * 1024);
  });

  it('has nothing that publint would say of it', async () => {
    const { messages } = await publint({ pkgDir: installed, level: 'suggestion', strict: true, pack: false });
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it('installs from the file alone, and installs nothing but itself', () => {
    expect(readdirSync(join(prefix, 'lib/node_modules'))).toEqual(['ack-ram-tool']);
    expect(readdirSync(installed)).not.toContain('node_modules');
  });

  it('requires nothing that is not in it', () => {
    const bundle = ['dist/main.cjs', ...packed.files.map(({ path }) => path).filter((path) => /\.cjs$/.test(path))];
    const required = bundle.flatMap((path) => {
      const text = readFileSync(join(installed, path), 'utf8');
      return [...text.matchAll(/\brequire\((["'`])([^"'`]+)\1\)/g)].map(([, , name = '']) => name);
    });
    const foreign = required.filter((name) => !/^(?:node:|\.)/.test(name) && !builtinModules.includes(name));
    expect([...new Set(foreign)].sort()).toEqual(optional);
  });

  it('carries the licence of everything that is bundled', () => {
    const text = readFileSync(join(installed, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    const titles = text
      .split(`${'='.repeat(80)}\n`)
      .slice(1)
      .flatMap((section) => {
        const [names = '', ...licence] = section.split('\n\n');
        expect(licence.join('').length, names).toBeGreaterThan(50);
        return names.split('\n');
      });
    expect(new Set(titles).size).toBe(titles.length);
    for (const title of titles) expect(/^\S+ \S+ \((.+)\)$/.exec(title)?.[1], title).toMatch(bundledLicence);
    expect(titles.map((title) => title.split(' ')[0])).toEqual(expect.arrayContaining(importedPackages()));
  });

  it('says its version from a path with spaces, where it may write nothing', async () => {
    const expected = { exitCode: 0, stdout: `ack-ram-tool ${version}\n`, stderr: '' };
    expect(await run(['--version'])).toEqual(expected);
    expect(await run(['--version'], { HOME: home })).toEqual(expected);
  });

  it('does the main job on the sandbox with a home that is read-only, and with none', async () => {
    const runs = await Promise.all([run(['sandbox', 'tour'], { HOME: home }), run(['sandbox', 'tour'])]);
    for (const { exitCode, stderr } of runs) expect(exitCode, stderr).toBe(0);
    expect(readdirSync(home)).toEqual([]);
  });
});
