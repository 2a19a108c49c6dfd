import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../src/cloud/proxy.ts';

function proxyOf(url: string, env: Record<string, string>): string | undefined {
  return proxyFor(new URL(url), env)?.href;
}

describe('the proxy for a URL', () => {
  it.each([
    ['https://ram.aliyuncs.com/', { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128/'],
    ['https://ram.aliyuncs.com/', { https_proxy: 'http://p:3128' }, 'http://p:3128/'],
    ['https://ram.aliyuncs.com/', { HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1' }, 'http://upper:1/'],
    ['https://ram.aliyuncs.com/', { HTTPS_PROXY: '', https_proxy: 'http://lower:1' }, 'http://lower:1/'],
    ['https://ram.aliyuncs.com/', { HTTPS_PROXY: 'p:3128' }, 'http://p:3128/'],
    ['https://ram.aliyuncs.com/', { HTTPS_PROXY: 'https://p' }, 'https://p/'],
    ['https://ram.aliyuncs.com/', { HTTP_PROXY: 'http://p:3128' }, undefined],
    ['http://ram.aliyuncs.com/', { HTTP_PROXY: 'http://p:3128' }, 'http://p:3128/'],
    ['http://ram.aliyuncs.com/', { HTTPS_PROXY: 'http://p:3128' }, undefined],
    ['https://ram.aliyuncs.com/', {}, undefined],
    ['https://127.0.0.1:8443/', { HTTPS_PROXY: 'http://p:3128' }, undefined],
    ['http://[::1]:8080/', { HTTP_PROXY: 'http://p:3128' }, undefined],
    ['http://localhost:8080/', { HTTP_PROXY: 'http://p:3128' }, undefined],
    ['http://100.100.100.200/latest', { HTTP_PROXY: 'http://p:3128' }, undefined],
    ['http://100.100.100.201/latest', { HTTP_PROXY: 'http://p:3128' }, 'http://p:3128/'],
  ])('%s with %j is %s', (url, env, expected) => {
    expect(proxyOf(url, env as Record<string, string>)).toBe(expected);
  });

  it.each([
    ['*', 'https://ram.aliyuncs.com/', false],
    ['ram.aliyuncs.com', 'https://ram.aliyuncs.com/', false],
    ['RAM.Aliyuncs.com', 'https://ram.aliyuncs.com/', false],
    ['aliyuncs.com', 'https://ram.aliyuncs.com/', false],
    ['yuncs.com', 'https://ram.aliyuncs.com/', true],
    ['.aliyuncs.com', 'https://ram.aliyuncs.com/', false],
    ['.aliyuncs.com', 'https://aliyuncs.com/', true],
    ['*.aliyuncs.com', 'https://ram.aliyuncs.com/', false],
    ['other.example, aliyuncs.com', 'https://ram.aliyuncs.com/', false],
    ['other.example aliyuncs.com', 'https://ram.aliyuncs.com/', false],
    ['aliyuncs.com:443', 'https://ram.aliyuncs.com/', false],
    ['aliyuncs.com:8443', 'https://ram.aliyuncs.com/', true],
    ['aliyuncs.com:8443', 'https://ram.aliyuncs.com:8443/', false],
    ['10.0.0.5', 'https://10.0.0.5/', false],
    ['0.0.5', 'https://10.0.0.5/', true],
    ['10.0.0.0/8', 'https://10.200.3.4/', false],
    ['10.0.0.0/8', 'https://11.0.0.1/', true],
    ['10.0.0.0/8', 'https://ten.example/', true],
    ['10.0.0.0/99', 'https://10.0.0.1/', true],
    ['fd00::/8', 'https://[fd12::1]/', false],
    ['[fd12::1]:443', 'https://[fd12::1]/', false],
    ['fd12::1', 'https://[fd12::1]/', false],
    ['::', 'https://[fd12::1]/', true],
    ['', 'https://ram.aliyuncs.com/', true],
    [',,:,/', 'https://ram.aliyuncs.com/', true],
  ])('NO_PROXY=%s for %s leaves it to the proxy: %s', (rules, url, isProxied) => {
    const env = { HTTPS_PROXY: 'http://p:3128' };
    expect(proxyOf(url, { ...env, NO_PROXY: rules }) !== undefined).toBe(isProxied);
    expect(proxyOf(url, { ...env, no_proxy: rules }) !== undefined).toBe(isProxied);
  });

  it.each(['socks5://user:hunter22@p:1080', 'http://user:hunter22@', 'http://u:hunter22%zz@p', 'http://:hunter22@p:x'])(
    'refuses %s, naming the variable and not the password',
    (value) => {
      const run = (): unknown => proxyOf('https://ram.aliyuncs.com/', { https_proxy: value });
      expect(run).toThrow(expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('https_proxy') }));
      expect(run).not.toThrow(/hunter22/);
    },
  );

  it('takes any NO_PROXY without failing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (rules) => {
        proxyOf('https://ram.aliyuncs.com/', { HTTPS_PROXY: 'http://p:3128', NO_PROXY: rules });
      }),
    );
  });
});
