/** Which proxy a request goes through: the rules of curl and Go for `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. Pure. */
import { BlockList, isIP } from 'node:net';
import { usageError } from '../errors.ts';
import type { Env } from '../io.ts';
import { isLoopbackHost } from './endpoints.ts';

/** ECS metadata, which answers to the machine that asks. */
const metadataHost = '100.100.100.200';

/**
 * The proxy for a URL, `undefined` for a direct connection: loopback and ECS metadata are never proxied.
 * Upper-case variables win over lower-case ones. A proxy without a scheme is an http proxy.
 * Throws `USAGE` for a value that is no http or https proxy; the message never holds the value, which may carry a password.
 */
export function proxyFor(target: URL, env: Env): URL | undefined {
  const name = proxyVariableFor(target, env);
  if (name === undefined) return undefined;
  const proxy = parseProxy(env[name]?.trim() ?? '');
  if (proxy === undefined) throw usageError(`${name} is no proxy URL`, 'give a URL such as http://proxy.example:3128');
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:') {
    throw usageError(`${name} is neither an http nor an https proxy`, 'socks proxies are not supported');
  }
  return proxy;
}

/** The variable that names the proxy for a URL; `undefined` for a direct connection. */
export function proxyVariableFor(target: URL, env: Env): string | undefined {
  const hostname = target.hostname.replace(/^\[|\]$/g, '');
  if (isLoopbackHost(hostname) || hostname === metadataHost) return undefined;
  const variable = target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const name = env[variable] ? variable : variable.toLowerCase();
  const value = env[name]?.trim() ?? '';
  return value === '' || isExcluded(target, hostname, env.NO_PROXY || env.no_proxy || '') ? undefined : name;
}

/** What a proxy of the environment is told to let us through. For redaction: it may be repeated by whoever answers. */
export function proxyPasswords(env: Env): string[] {
  return ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].flatMap((name) => {
    const password = parseProxy(env[name]?.trim() ?? '')?.password ?? '';
    return password === '' ? [] : [password, decodeURIComponent(password)];
  });
}

function parseProxy(value: string): URL | undefined {
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
    // Both are decoded for the proxy's login, which must not be where a lone % is found.
    decodeURIComponent(url.username + url.password);
    return url.hostname === '' ? undefined : url;
  } catch {
    return undefined;
  }
}

/** `*`, `host`, `.domain` (subdomains only), `host:port`, an address or a CIDR block; a plain name covers its subdomains. */
function isExcluded(target: URL, hostname: string, noProxy: string): boolean {
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((rule) => rule !== '' && matches(rule, hostname.toLowerCase(), port));
}

function matches(rule: string, hostname: string, port: string): boolean {
  if (rule === '*') return true;
  if (rule.includes('/')) return isInBlock(hostname, rule);
  const withPort = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(rule);
  if (withPort !== null && withPort[2] !== port) return false;
  const host = (withPort?.[1] ?? rule).replace(/^\[|\]$/g, '').replace(/^\*(?=\.)/, '');
  if (host === '') return false;
  if (hostname === host) return true;
  return isIP(hostname) === 0 && hostname.endsWith(host.startsWith('.') ? host : `.${host}`);
}

function isInBlock(hostname: string, rule: string): boolean {
  const [address = '', prefix = ''] = rule.split('/');
  const family = isIP(address);
  if (family === 0 || isIP(hostname) !== family || !/^\d{1,3}$/.test(prefix)) return false;
  if (Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, Number(prefix), type);
  return block.check(hostname, type);
}
