import { describe, expect, test } from 'vitest';
import { isOwnHost, parseListenAddress, urlHost } from '../../src/credentials/listen-address.ts';

describe('parseListenAddress', () => {
  test.each([
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['127.0.0.1', '127.0.0.1', 0],
    [':9099', '127.0.0.1', 9099],
    ['localhost:1', '127.0.0.1', 1],
    ['LOCALHOST:1', '127.0.0.1', 1],
    ['127.8.9.10:65535', '127.8.9.10', 65535],
    ['[::1]:80', '::1', 80],
    ['[::1]', '::1', 0],
  ])('reads %s', (text, host, port) => {
    expect(parseListenAddress(text, { allowRemote: false })).toEqual({ host, port, isLoopback: true });
    expect(parseListenAddress(text, { allowRemote: true })).toEqual({ host, port, isLoopback: true });
  });

  test.each([
    '0.0.0.0:80',
    '[::]:80',
    '10.1.2.3:80',
    '100.100.100.200:80',
    'host.example:80',
    '127.1:80',
    '2130706433',
    '[fe80::1]:1',
  ])('refuses %s unless remote addresses are allowed', (text) => {
    expect(() => parseListenAddress(text, { allowRemote: false })).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('is not a loopback address') }),
    );
    expect(parseListenAddress(text, { allowRemote: true }).isLoopback).toBe(false);
  });

  test.each([
    '',
    ':',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '127.0.0.1:x',
    'http://127.0.0.1:80',
    '::1',
    '[::1',
    '[127.0.0.1]:80',
    'a b:1',
    '/tmp/socket',
    'x\n:1',
    '127.0.0.1:080000',
  ])('refuses %j', (text) => {
    expect(() => parseListenAddress(text, { allowRemote: true })).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('isOwnHost', () => {
  const local = { host: '127.0.0.1', port: 9000, isLoopback: true };
  const remote = { host: '0.0.0.0', port: 9000, isLoopback: false };
  const named = { host: 'box.example', port: 9000, isLoopback: false };

  test.each(['127.0.0.1:9000', 'localhost:9000', 'LocalHost:9000', '[::1]:9000', '127.0.0.2:9000'])(
    'takes %s for this server',
    (header) => {
      for (const address of [local, remote, named]) expect(isOwnHost(header, address)).toBe(true);
    },
  );

  test.each([
    '',
    '127.0.0.1',
    '127.0.0.1:80',
    '127.0.0.1:9001',
    'evil.example:9000',
    'localhost.evil.example:9000',
    '127.0.0.1.evil.example:9000',
    'localhost.:9000',
    'localhost@evil.example:9000',
    '127.0.0.1:9000:9000',
    '127.0.0.1:9000, evil.example',
    ' 127.0.0.1:9000',
    '[127.0.0.1]:9000',
    '[::1',
    '0x7f.1:9000',
  ])('does not take %j for it', (header) => {
    for (const address of [local, remote, named]) expect(isOwnHost(header, address)).toBe(false);
  });

  test('takes other addresses, and the names of the host in a container, only where remote readers are allowed', () => {
    for (const header of [
      '10.0.0.1:9000',
      '[fe80::1]:9000',
      'host.docker.internal:9000',
      'host.containers.internal:9000',
    ]) {
      expect(isOwnHost(header, local), header).toBe(false);
      expect(isOwnHost(header, remote), header).toBe(true);
    }
    expect(isOwnHost('box.example:9000', named)).toBe(true);
    expect(isOwnHost('box.example:9000', remote)).toBe(false);
  });

  test('needs no port in the header at port 80', () => {
    expect(isOwnHost('127.0.0.1', { ...local, port: 80 })).toBe(true);
    expect(isOwnHost('127.0.0.1:80', { ...local, port: 80 })).toBe(true);
  });
});

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '[::1]'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '[::1]'],
  ['box.example', 'box.example'],
])('urlHost of %s is %s', (host, shown) => {
  expect(urlHost(host)).toBe(shown);
});
