import { BlockList, isIP } from 'node:net';
import { usageError } from '../errors.ts';

export interface ListenAddress {
  /** A name or an address, an IPv6 address without brackets. */
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Nobody but programs on this machine can reach it. */
  isLoopback: boolean;
}

/** Where ECS answers metadata. A machine may have it as a further address of its own, for programs that ask only there. */
export const metadataAddress = '100.100.100.200';

/** How a container calls the machine that it runs on. */
const namesSeenFromContainers = ['host.docker.internal', 'gateway.docker.internal', 'host.containers.internal'];

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** `localhost`, or an address that only this machine has. An IPv6 address without brackets. */
function isLoopbackName(name: string): boolean {
  const version = isIP(name);
  return version === 0 ? name === 'localhost' : loopback.check(name, version === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Reads `host:port`, `host`, `:port` or `[::1]:port`. The port is 0 and the host 127.0.0.1 unless they are named.
 * Throws `USAGE`, also for anything but loopback unless `allowRemote`.
 */
export function parseListenAddress(text: string, options: { allowRemote: boolean }): ListenAddress {
  const [, named, port = '0'] = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]*)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = (named || '127.0.0.1').replace(/^\[|\]$/g, '').toLowerCase();
  const shown = JSON.stringify(text.slice(0, 80));
  if (named === undefined || text === '' || Number(port) > 65_535 || (named.startsWith('[') && isIP(host) !== 6)) {
    throw usageError(`${shown} is not an address to serve at`, 'for example `--serve 127.0.0.1:0`');
  }
  const isLoopback = isLoopbackName(host);
  if (!isLoopback && !options.allowRemote) {
    throw usageError(
      `${shown} is not a loopback address, and credentials would be served to other machines`,
      'serve at 127.0.0.1:0, or pass --allow-remote',
    );
  }
  return { host: host === 'localhost' ? '127.0.0.1' : host, port: Number(port), isLoopback };
}

/**
 * Whether the Host header of a request names this server. A page in a browser can make a name of its own point here
 * (DNS rebinding), but the browser then sends that name. Addresses need no resolving, so nobody can make them point here.
 */
export function isOwnHost(header: string, { host, port, isLoopback }: ListenAddress): boolean {
  const [, bracketed, plain, ownPort = '80'] =
    /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::(\d{1,5}))?$/i.exec(header) ?? [];
  const name = (bracketed ?? plain ?? '').toLowerCase();
  if (Number(ownPort) !== port || (bracketed !== undefined && isIP(name) !== 6)) return false;
  if (isLoopbackName(name)) return true;
  return !isLoopback && (isIP(name) !== 0 || name === host || namesSeenFromContainers.includes(name));
}

/** The address as it stands in a URL; for one that means every address, the loopback one. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (isIP(host) !== 6) return host;
  return /^[0:]+$/.test(host) ? '[::1]' : `[${host}]`;
}
