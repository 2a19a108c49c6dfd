/** Asking a Kubernetes API server: JSON in and out, whole lists, and errors that name the thing. */
import http from 'node:http';
import https from 'node:https';
import { ToolError } from '../errors.ts';
import { secretSpellings } from '../secret-spellings.ts';

/** An object as the server sends it. */
export type KubernetesObject = Record<string, unknown>;

export interface KubernetesClient {
  /** `https://host:port`. */
  readonly server: string;
  /** The object at a path such as `/api/v1/namespaces/app`; `undefined` when there is none. */
  get(path: string): Promise<KubernetesObject | undefined>;
  /**
   * All items of a list such as `/api/v1/namespaces`, or of one with selectors as its query, read in pages of 500, one
   * after the other. `onPage` hears how many there are so far.
   */
  list(path: string, onPage?: (count: number) => void): Promise<KubernetesObject[]>;
  /**
   * Sends once; the body of a PATCH is a JSON merge patch. The answer, or `undefined` when what the path names is not
   * there.
   */
  write(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: KubernetesObject,
  ): Promise<KubernetesObject | undefined>;
}

export interface ApiDeps {
  clock: { sleep(ms: number, signal?: AbortSignal): Promise<void>; random(): number };
  signal: AbortSignal;
  debug(message: string): void;
  /** From the request to the end of the answer, in milliseconds. Default 30,000. */
  timeoutMs?: number | undefined;
  /** How often a read is sent at most. Default 3. */
  attempts?: number | undefined;
}

export interface Route {
  server: URL;
  agent: http.Agent;
  headers: Readonly<Record<string, string>>;
}

const pageSize = 500;
/** More than any cluster has; a server that never ends is left. */
const maxPages = 2_000;
const maxBytes = 64 * 1024 * 1024;
const mostAttempts = 3;

interface Answer {
  status: number;
  retryAfterMs: number | undefined;
  body: KubernetesObject;
}

/**
 * Its methods throw `CLOUD_API` for a refusal (`details.httpStatus`), `NETWORK` without an answer, `BAD_ANSWER` for what no
 * API server says, and the signal's reason. Reads are sent again when that may help.
 */
export function openClient(route: Route, deps: ApiDeps): KubernetesClient {
  const { attempts = mostAttempts } = deps;
  const base = route.server.href.replace(/\/$/, '');
  const exchange = (method: string, path: string, body?: KubernetesObject) =>
    send(route, new URL(base + path), { method, body }, deps);

  const read = async (path: string): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await exchange('GET', path).catch((error: unknown) => {
        if (attempt === attempts || !isTransient(error)) throw error;
        return undefined;
      });
      const isBusy = answer === undefined || answer.status === 429 || answer.status >= 500;
      if (answer !== undefined && (!isBusy || attempt === attempts)) return answer;
      const backoffMs = 300 * 2 ** attempt * (0.5 + deps.clock.random() / 2);
      deps.debug(`GET ${path} at ${route.server.host} is asked again (${attempt} of ${attempts - 1})`);
      await deps.clock.sleep(Math.max(backoffMs, Math.min(answer?.retryAfterMs ?? 0, 10_000)), deps.signal);
    }
  };

  const listOnce = async (path: string, onPage: (count: number) => void): Promise<KubernetesObject[] | 'expired'> => {
    const items: KubernetesObject[] = [];
    let next = '';
    for (let page = 1; page <= maxPages; page += 1) {
      const query = new URLSearchParams({ limit: String(pageSize), ...(next === '' ? {} : { continue: next }) });
      const answer = await read(`${path}${path.includes('?') ? '&' : '?'}${query}`);
      if (answer.status === 410 && next !== '') return 'expired';
      const { items: found, metadata } = checked(answer, route, 'GET', path);
      if (!Array.isArray(found) || !found.every(isObject)) throw badAnswer(route, `no list at ${path}`);
      items.push(...found);
      onPage(items.length);
      const last = next;
      next = isObject(metadata) && typeof metadata.continue === 'string' ? metadata.continue : '';
      if (next === '') return items;
      if (next === last) break;
    }
    throw badAnswer(route, `a list without an end at ${path}`);
  };

  return {
    server: route.server.origin,

    async get(path) {
      const answer = await read(path);
      return isMissing(answer) ? undefined : checked(answer, route, 'GET', path);
    },

    async list(path, onPage = () => {}) {
      // A list that takes minutes may outlive its snapshot; the next one is a whole one again.
      for (let times = 1; times <= mostAttempts; times += 1) {
        const items = await listOnce(path, onPage);
        if (items !== 'expired') return items;
        deps.debug(`the snapshot of ${path} at ${route.server.host} is gone, reading it anew`);
      }
      throw badAnswer(route, `a list at ${path} that expires again and again`);
    },

    async write(method, path, body) {
      const answer = await exchange(method, path, body);
      return isMissing(answer) ? undefined : checked(answer, route, method, path);
    },
  };
}

/** 404 about the thing itself, not about a path that the server does not serve. */
function isMissing({ status, body }: Answer): boolean {
  return status === 404 && body.kind === 'Status' && body.reason === 'NotFound' && isObject(body.details);
}

function checked({ status, body }: Answer, route: Route, method: string, path: string): KubernetesObject {
  if (status >= 200 && status < 300) return body;
  const reason = typeof body.reason === 'string' ? withoutLogin(body.reason, route) : `HTTP ${status}`;
  const words = typeof body.message === 'string' ? `: ${withoutLogin(body.message, route).slice(0, 500)}` : '';
  throw new ToolError(
    'CLOUD_API',
    `${method} ${path} was refused by the API server ${route.server.origin} (${reason})${words}`,
    {
      details: { httpStatus: status, reason },
      ...(status === 403 ? { hint: 'the identity needs RBAC permissions in that cluster' } : {}),
    },
  );
}

/** A refusal may repeat the request. */
function withoutLogin(text: string, { headers }: Route): string {
  const [scheme = '', login = ''] = (headers.authorization ?? headers.Authorization ?? '').split(' ');
  const password = /^basic$/i.test(scheme)
    ? Buffer.from(login, 'base64')
        .toString('utf8')
        .replace(/^[^:]*:/, '')
    : '';
  return [login, password]
    .filter((secret) => secret !== '')
    .flatMap(secretSpellings)
    .reduce((rest, spelling) => rest.replaceAll(spelling, '***'), text);
}

function badAnswer({ server }: Route, what: string): ToolError {
  return new ToolError('BAD_ANSWER', `the API server ${server.origin} answered with ${what}`, {
    hint: 'check that the kubeconfig names a Kubernetes API server',
  });
}

function isTransient(error: unknown): boolean {
  return error instanceof ToolError && error.code === 'NETWORK' && error.details?.transient === true;
}

const transientReasons = new Set(['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ETIMEDOUT', 'EAI_AGAIN', 'TIMEOUT']);

function noAnswer({ server }: Route, reason: string): ToolError {
  return new ToolError('NETWORK', `no answer from the API server ${server.origin}: ${reason}`, {
    details: { reason, transient: transientReasons.has(reason) },
    hint: 'if it can be reached within its VPC only, run this there with --private-address',
  });
}

function send(
  route: Route,
  url: URL,
  { method, body }: { method: string; body: KubernetesObject | undefined },
  { signal, timeoutMs = 30_000 }: ApiDeps,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = {
      ...route.headers,
      accept: 'application/json',
      ...(text === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }),
    };
    const request = (url.protocol === 'http:' ? http : https).request(url, { method, headers, agent: route.agent });
    const stop = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      stop();
      reject(error);
      request.destroy();
    };
    const onAbort = (): void => fail(signal.reason);
    const timer = setTimeout(() => fail(noAnswer(route, 'TIMEOUT')), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    // Of the error only its code: what a parser or TLS error carries along may be anything.
    request.on('error', (error: NodeJS.ErrnoException) => fail(noAnswer(route, error.code ?? 'UNKNOWN')));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > maxBytes) fail(badAnswer(route, `more than ${maxBytes} bytes`));
      });
      response.on('error', (error: NodeJS.ErrnoException) => fail(noAnswer(route, error.code ?? 'UNKNOWN')));
      response.on('end', () => {
        stop();
        const status = response.statusCode ?? 0;
        const json = parseObject(Buffer.concat(chunks).toString('utf8'));
        // A gateway before the server answers in its own way; only the status of that counts.
        if (json === undefined && status < 400) reject(badAnswer(route, `HTTP ${status} and no JSON object`));
        else resolve({ status, retryAfterMs: retryAfter(response.headers), body: json ?? {} });
      });
    });
    request.end(text);
  });
}

function retryAfter(headers: http.IncomingHttpHeaders): number | undefined {
  const text = headers['retry-after'];
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) * 1000 : undefined;
}

function parseObject(text: string): KubernetesObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is KubernetesObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
