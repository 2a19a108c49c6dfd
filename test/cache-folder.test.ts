import { describe, expect, test } from 'vitest';
import { cacheFolder } from '../src/user-folders.ts';

describe('cacheFolder', () => {
  test.each([
    ['linux', { XDG_CACHE_HOME: '/x' }, '/home/me', '/x/ack-ram-tool'],
    ['linux', {}, '/home/me', '/home/me/.cache/ack-ram-tool'],
    ['darwin', {}, '/Users/me', '/Users/me/.cache/ack-ram-tool'],
    ['linux', { XDG_CACHE_HOME: '' }, '/home/me', '/home/me/.cache/ack-ram-tool'],
    ['linux', { XDG_CACHE_HOME: 'relative' }, '/home/me', '/home/me/.cache/ack-ram-tool'],
    ['linux', { XDG_CACHE_HOME: '/x' }, undefined, '/x/ack-ram-tool'],
    ['linux', {}, undefined, undefined],
    ['win32', { LOCALAPPDATA: 'C:\\L' }, 'C:\\me', 'C:\\L\\ack-ram-tool'],
    ['win32', {}, 'C:\\me', 'C:\\me\\AppData\\Local\\ack-ram-tool'],
    ['win32', {}, undefined, undefined],
  ] as const)('on %s with %j and home %s is %s', (platform, env, home, folder) => {
    expect(cacheFolder({ platform, env, home })).toBe(folder);
  });
});
