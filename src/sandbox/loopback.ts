import { usageError } from '../errors.ts';

/** Whether a host name or address is this machine itself; an IPv6 address with or without brackets. */
export function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '::1' || name === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}

/**
 * Whether a Host header names this machine. A page in a browser can make its own name point here (DNS rebinding), but
 * cannot make the browser send another name.
 */
export function isLoopbackHost(header: string): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[^:]*)(:\d{1,5})?$/i.exec(header.toLowerCase())?.[1];
  return name !== undefined && isLoopbackName(name);
}

/** Reads `host:port`, `[::1]:port`, `host` or `:port`; port 0 (the default) takes a free one. Throws `USAGE`. */
export function parseListen(text: string): { host: string; port: number } {
  const match = /^(\[[0-9a-f:.]+\]|[^:]*)(?::(\d{1,5}))?$/i.exec(text);
  const port = Number(match?.[2] ?? '0');
  if (match === null || text === '' || port > 65_535) {
    throw usageError(`--listen ${JSON.stringify(text)} is not an address and port`);
  }
  const host = match[1] ? match[1].replace(/^\[|\]$/g, '') : '127.0.0.1';
  if (!isLoopbackName(host)) {
    throw usageError(
      `--listen ${JSON.stringify(text)} is not a loopback address`,
      'the sandbox hands out credentials to whoever asks: use 127.0.0.1:0',
    );
  }
  return { host: host === 'localhost' ? '127.0.0.1' : host, port };
}
