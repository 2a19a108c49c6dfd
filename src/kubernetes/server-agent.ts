/** How an API server is connected to. */
import http from 'node:http';
import https from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { ToolError } from '../errors.ts';

/** https anywhere, http on this machine only: a token would be readable on its way. */
export function serverOf({ server }: { server: string }): URL | undefined {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol === 'https:') return url;
  const isLoopback = url !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  return isLoopback && url.protocol === 'http:' ? url : undefined;
}

export type TlsSettings = Pick<https.AgentOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;

/**
 * Connections that are kept. Certificates are read once for all of them. Throws `CREDENTIALS_SOURCE_BROKEN`, naming `what`,
 * for a certificate or key that is none.
 */
export function agentOf({ protocol }: URL, { ca, cert, key, ...checks }: TlsSettings, what: string): http.Agent {
  if (protocol === 'http:') return new http.Agent({ keepAlive: true });
  let secureContext: SecureContext;
  try {
    secureContext = createSecureContext({ ca, cert, key });
  } catch {
    throw new ToolError('CREDENTIALS_SOURCE_BROKEN', `${what} holds a certificate or key that cannot be read`);
  }
  return new https.Agent({ ...checks, secureContext, keepAlive: true });
}
