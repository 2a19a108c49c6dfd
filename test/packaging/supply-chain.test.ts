import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bundledLicence } from '../support/bundled-licence.ts';
import { importedPackages } from '../support/imported-packages.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The libraries that the program is built of. Whoever adds one says so here and in README. */
const libraries = [
  '@alicloud/cs20151215',
  '@alicloud/ims20190815',
  '@alicloud/ram20150501',
  '@alicloud/sts20150401',
  '@inquirer/prompts',
  '@kubernetes/client-node',
  '@peculiar/x509',
  'amqplib',
  'chalk',
  'commander',
  'diff',
  'https-proxy-agent',
  'httpx',
  'jose',
  'ora',
  'proper-lockfile',
  'reflect-metadata',
  'yaml',
];

/** The licence of a library of vitest: used while testing, never a part of the program. */
const toolsOnly = 'MPL-2.0';

interface LockedPackage {
  version: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
}

const { lockfileVersion, packages } = JSON.parse(read('package-lock.json')) as {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
};
const locked = Object.entries(packages).filter(([path]) => path !== '');

describe('the dependencies', () => {
  it('are those that are named here, and no source imports another', () => {
    expect(importedPackages()).toEqual(libraries);
  });

  it('are bundled: whoever installs the package installs nothing else', () => {
    const manifest = JSON.parse(read('package.json'));
    for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies']) {
      expect(manifest, kind).not.toHaveProperty(kind);
    }
    expect(Object.keys(manifest.devDependencies)).toEqual(expect.arrayContaining(libraries));
  });

  it('come from the registry, never from a folder, a repository or an address', () => {
    const { devDependencies } = JSON.parse(read('package.json'));
    for (const [name, range] of Object.entries(devDependencies)) expect(range, name).toMatch(/^[\^~]?\d+\.\d+\.\d+$/);
  });
});

describe('package.json', () => {
  it('has nothing that npm runs when the package is installed', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare']) {
      expect(scripts).not.toHaveProperty(name);
    }
    expect(existsSync(new URL('binding.gyp', root))).toBe(false);
  });

  it('keeps the install scripts of others from running', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  });
});

describe('the lock file', () => {
  it('knows the contents of every package by a strong hash', () => {
    expect(lockfileVersion).toBe(3);
    expect(locked.length).toBeGreaterThan(100);
    for (const [path, { integrity }] of locked) expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  });

  it('names no place but the registry', () => {
    for (const [path, { resolved, link }] of locked) {
      expect(resolved ?? 'https://registry.npmjs.org/', path).toMatch(/^https:\/\/registry\.npmjs\.org\//);
      expect(link, path).toBeUndefined();
    }
  });
});

describe('the licences', () => {
  const installed = locked.map(([path]) => path).filter((path) => existsSync(new URL(`${path}/package.json`, root)));

  it('of all packages that are installed allow what is done with them', () => {
    expect(installed.length).toBeGreaterThan(100);
    for (const path of installed) {
      const { license } = JSON.parse(read(`${path}/package.json`)) as { license?: unknown };
      const choices = String(license).replace(/[()]/g, '').split(' OR ');
      expect(
        choices.some((choice) => bundledLicence.test(choice) || choice === toolsOnly),
        `${path}: ${license}`,
      ).toBe(true);
    }
  });
});
