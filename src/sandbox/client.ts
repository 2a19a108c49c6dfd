import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { messageOf, ToolError, usageError } from '../errors.ts';
import { isLoopbackName } from './loopback.ts';

const timeoutMs = 10_000;
const maxAnswerBytes = 1024 * 1024;

export interface SandboxTokenRequest {
  clusterId: string;
  namespace: string;
  serviceAccount: string;
  audience: string;
  expiresInSeconds: number;
}

/**
 * Asks a running sandbox for a service-account token. `sandboxUrl` is what ACK_RAM_TOOL_SANDBOX_URL holds.
 * Throws `USAGE` for a URL that is none of a sandbox, or a request the sandbox refuses; `CLUSTER_NOT_FOUND`; `NETWORK`
 * without an answer; `BAD_ANSWER` for one that no sandbox gives.
 */
export async function requestToken(sandboxUrl: string, request: SandboxTokenRequest): Promise<string> {
  const { status, body } = await post(adminUrl(sandboxUrl, 'token'), JSON.stringify(request));
  const answer = parse(body);
  if (status === 200 && typeof answer?.token === 'string') return answer.token;
  if (status === 404 && typeof answer?.error === 'string') throw new ToolError('CLUSTER_NOT_FOUND', answer.error);
  if (status < 500 && typeof answer?.error === 'string') {
    throw usageError(`the sandbox gives no token: ${answer.error}`);
  }
  throw new ToolError('BAD_ANSWER', `what answers at ACK_RAM_TOOL_SANDBOX_URL is not a sandbox (HTTP ${status})`);
}

function adminUrl(sandboxUrl: string, what: string): URL {
  const url = URL.canParse(sandboxUrl) ? new URL(sandboxUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || !isLoopbackName(url.hostname)) {
    throw usageError('ACK_RAM_TOOL_SANDBOX_URL is not the URL of a sandbox on this machine');
  }
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${what}`;
  return url;
}

function post(url: URL, body: string): Promise<{ status: number; body: string }> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      const message = `the sandbox at ${url.origin} does not answer: ${messageOf(cause)}`;
      const hint = 'start one with `ack-ram-tool sandbox start`, and set the env that it prints';
      reject(cause instanceof ToolError ? cause : new ToolError('NETWORK', message, { cause, hint }));
    };
    const request = send(url, { method: 'POST', headers, timeout: timeoutMs, agent: false }, (response) => {
      readText(response).then((text) => resolve({ status: response.statusCode ?? 0, body: text }), fail);
    });
    request.on('timeout', () => request.destroy(new Error('no answer in 10 seconds')));
    request.on('error', fail);
    request.end(body);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += chunk;
    if (text.length > maxAnswerBytes) {
      throw new ToolError('BAD_ANSWER', 'what answers at ACK_RAM_TOOL_SANDBOX_URL is not a sandbox (too much text)');
    }
  }
  return text;
}

function parse(text: string): { token?: unknown; error?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
