import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../src/make-folder.ts';
import { scratchFolder } from './support/tool.ts';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('makeFolder', () => {
  it('makes what is missing for its owner only, and leaves what is there as it is', () => {
    const home = scratchFolder();
    mkdirSync(join(home, 'open'), { mode: 0o755 });
    makeFolder(join(home, 'open', 'a', 'b'));
    makeFolder(join(home, 'open', 'a', 'b'));
    expect([join(home, 'open'), join(home, 'open', 'a'), join(home, 'open', 'a', 'b')].map(modeOf)).toEqual([
      0o755, 0o700, 0o700,
    ]);
  });

  it('takes a link to a folder for one', () => {
    const home = scratchFolder();
    mkdirSync(join(home, 'there'));
    symlinkSync(join(home, 'there'), join(home, 'link'));
    makeFolder(join(home, 'link', 'below'));
    expect(statSync(join(home, 'there', 'below')).isDirectory()).toBe(true);
  });

  it.runIf(process.platform === 'linux')('says what is wrong below /proc, where a folder can be made by nobody', () => {
    for (const folder of ['/proc/ack-ram-tool', '/proc/a/b/c', '/proc/self/x/y', '/sys/a/b']) {
      expect(() => makeFolder(folder), folder).toThrow(/^(ENOENT|EACCES|EPERM|EROFS)/);
    }
  });

  it('says so when a file, or a link to nowhere, is in the way', () => {
    const home = scratchFolder();
    writeFileSync(join(home, 'file'), '');
    symlinkSync(join(home, 'nowhere', 'else'), join(home, 'dangling'));
    expect(() => makeFolder(join(home, 'file'))).toThrow(/^EEXIST/);
    expect(() => makeFolder(join(home, 'file', 'below'))).toThrow(/^E(NOTDIR|EXIST)/);
    expect(() => makeFolder(join(home, 'dangling'))).toThrow(/^EEXIST/);
    expect(() => makeFolder(`${home}/a\0b`)).toThrow();
  });
});
