import { describe, expect, it } from 'vitest';
import type { Env } from '../src/io.ts';
import { stateFolder } from '../src/user-folders.ts';

describe('the state folder', () => {
  const cases: [NodeJS.Platform, Env, string | undefined, string | undefined][] = [
    ['linux', {}, '/home/u', '/home/u/.local/state/ack-ram-tool'],
    ['darwin', {}, '/Users/u', '/Users/u/.local/state/ack-ram-tool'],
    ['linux', { XDG_STATE_HOME: '/var/state' }, '/home/u', '/var/state/ack-ram-tool'],
    ['linux', { XDG_STATE_HOME: '/var/state' }, undefined, '/var/state/ack-ram-tool'],
    ['linux', { XDG_STATE_HOME: '' }, '/home/u', '/home/u/.local/state/ack-ram-tool'],
    ['linux', { XDG_STATE_HOME: 'relative' }, '/home/u', '/home/u/.local/state/ack-ram-tool'],
    ['linux', {}, undefined, undefined],
    ['linux', { XDG_STATE_HOME: 'relative' }, '', undefined],
    [
      'win32',
      { LOCALAPPDATA: 'C:\\Users\\u\\AppData\\Local' },
      undefined,
      'C:\\Users\\u\\AppData\\Local\\ack-ram-tool',
    ],
    ['win32', {}, 'C:\\Users\\u', 'C:\\Users\\u\\AppData\\Local\\ack-ram-tool'],
    ['win32', { XDG_STATE_HOME: '/x' }, undefined, undefined],
  ];

  it.each(cases)('on %s with %j and home %s is %s', (platform, env, home, expected) => {
    expect(stateFolder({ platform, env, home })).toBe(expected);
  });
});
