/** Secrets where nobody expects them, and proxies with passwords. */
import { configFile, iniFile, type Kind, oidcVariables } from './kinds.ts';
import type { Env, Scene } from './scene.ts';

/** Files and variables that hold a secret where nobody expects one. */
export function brokenKinds(scene: Scene): Kind[] {
  const secret = scene.plant('secret where none should be', '-_');
  const file = (name: string, path: string, text: string): Kind => ({ name, files: { [path]: text }, unusable: true });
  const variable = (name: string, value: string): Kind => ({
    name: `${name} that is none`,
    env: { [name]: value },
    unusable: true,
  });
  return [
    file(
      'config.json that ends too soon',
      configFile,
      `{"current":"p","profiles":[{"name":"p","mode":"AK","access_key_secret":"${secret}`,
    ),
    file('config.json that is text', configFile, secret),
    file(
      'config.json with a key as its mode',
      configFile,
      JSON.stringify({ current: 'p', profiles: [{ name: 'p', mode: secret }] }),
    ),
    file('ini that is text', iniFile, `${secret}\n`),
    file('ini with a key as its type', iniFile, `[default]\ntype = ${secret}\n`),
    variable('ALIBABA_CLOUD_CREDENTIALS_URI', `http://user:${secret}@127.0.0.1/`),
    variable('ALIBABA_CLOUD_CREDENTIALS_URI', `ftp://127.0.0.1/${secret}`),
    variable('ALIBABA_CLOUD_CREDENTIALS_URI', secret),
    {
      name: 'a token file that holds no token',
      unusable: true,
      env: { ...oidcVariables(scene), ALIBABA_CLOUD_OIDC_TOKEN_FILE: scene.file('no-token', secret) },
    },
    {
      name: 'a key that holds a line end',
      unusable: true,
      env: { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tNobody', ALIBABA_CLOUD_ACCESS_KEY_SECRET: `${secret}\n${secret}` },
    },
  ];
}

/** Proxies with passwords, on the way to a service that nobody reaches. */
export function proxyKinds(scene: Scene): Kind[] {
  const administrator = scene.administrator;
  const password = scene.plant('password of a proxy', '-_');
  const encoded = encodeURIComponent(scene.plant('password of a proxy, escaped', '@:/ %'));
  const away = ['--sts-endpoint', 'sts.example.invalid', '--ram-endpoint', 'ram.example.invalid'];
  const plain = [
    '--sts-endpoint',
    'http://sts.example.invalid',
    '--ram-endpoint',
    'http://ram.example.invalid',
    '--allow-insecure-http',
  ];
  const through = (name: string, env: Env, flags = away): Kind => ({
    name,
    unusable: true,
    env: { ...administrator, ...env },
    flags,
  });
  return [
    through('https through a proxy', { HTTPS_PROXY: `http://user:${password}@${scene.proxy}` }),
    through('https through a proxy with an escaped password', { https_proxy: `http://user:${encoded}@${scene.proxy}` }),
    through('http through a proxy', { HTTP_PROXY: `http://user:${password}@${scene.proxy}` }, plain),
    through('http through a proxy with an escaped password', { http_proxy: `user:${encoded}@${scene.proxy}` }, plain),
    through('a proxy that is not there', { HTTPS_PROXY: `http://user:${password}@127.0.0.1:1` }),
    through('a socks proxy', { HTTPS_PROXY: `socks5://user:${password}@${scene.proxy}` }),
    through('a proxy that is no URL', { HTTPS_PROXY: `http://user:${password}@[::` }),
  ];
}
