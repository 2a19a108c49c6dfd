import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { main } from '../../src/cli.ts';
import { sleepFor } from '../../src/io.ts';
import { AccessLog } from '../../src/sandbox/access-log.ts';
import { settle } from '../../src/sandbox/cs/model.ts';
import { FaultPlan, parseFault } from '../../src/sandbox/faults.ts';
import { handle } from '../../src/sandbox/handle.ts';
import { createServer } from '../../src/sandbox/http-server.ts';
import { clusterById, mintToken } from '../../src/sandbox/oidc/model.ts';
import { operations } from '../../src/sandbox/operations.ts';
import { createState, type SandboxState } from '../../src/sandbox/state.ts';
import type { Store } from '../../src/sandbox/store.ts';
import { memoryIo } from '../support/memory-io.ts';
import { scratchFolder } from '../support/tool.ts';
import { admin, clusters, keyOf, type Place, seedOf } from './seed.ts';

export interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Of real time. */
  ms: number;
}

export interface RunOptions {
  /** Beats the environment of the world; `undefined` takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>;
  readTimeout?: string | undefined;
  /** How much faster than real time it thinks that time runs: no cell waits for what a person would. Default 200. */
  speed?: number | undefined;
  /** `API[:WHICH]=WHAT`; none unless given. */
  fault?: string | undefined;
}

/** A sandbox on loopback with the seed of the sweep, and a home folder. */
export interface World {
  readonly home: string;
  readonly store: Store;
  readonly endpoint: string;
  /** Writes a file into the home folder and gives its path. */
  file(name: string, text: string): string;
  /** A service-account token of `app/reader`, as a file. */
  tokenFile(): Promise<string>;
  /** Runs a command line in this process, and waits until the sandbox has done all that it was asked. */
  run(argv: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** What makes another process use this sandbox and home folder. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Gives the nth call from now no answer, before or after its effect; `passing` answers it. Resolves when that call has
   * come so far. Everything is answered again as soon as this is called with another number, or 0.
   */
  hold(nth: number, when?: 'before' | 'after' | 'passing'): Promise<void>;
  /** Names of the APIs that were called since the last look, in order. */
  newCalls(): string[];
  close(): Promise<void>;
}

const apis = [...operations.map(({ action }) => action), 'OidcConfiguration', 'OidcKeys', 'Metadata'];

export async function startedWorld(place: Place = {}): Promise<World> {
  const log = new AccessLog(() => {});
  const stopping = new AbortController();
  const internalErrors: unknown[] = [];
  const underWay = new Set<Promise<unknown>>();
  let state: SandboxState | undefined;
  let held = { nth: 0, when: 'before', calls: 0, hasCome: () => {} };
  const never = new Promise<never>(() => {});
  const holding = (when: string, nth: number): boolean => held.nth === nth && held.when === when;
  const server = createServer((request) => {
    if (state === undefined) throw new Error('too early');
    const own = state;
    held.calls += 1;
    const { calls: nth, hasCome } = held;
    const come = (): Promise<never> => {
      hasCome();
      return never;
    };
    if (holding('before', nth)) return come();
    const answering = handle(own, request);
    if (holding('after', nth)) return answering.then(come);
    if (holding('passing', nth)) void answering.then(hasCome);
    underWay.add(answering);
    void answering.catch(() => {}).finally(() => underWay.delete(answering));
    return answering;
  });
  const endpoint = await listening(server);
  state = createState({
    endpoint,
    seed: seedOf(place),
    log,
    now: () => Date.now(),
    sleep: (ms) => sleepFor(ms, stopping.signal),
    onInternalError: (error) => internalErrors.push(error),
    updateTimeMs: 0,
  });
  const own = state;
  for (const id of Object.values(clusters)) {
    const cluster = clusterById(own.store, id);
    if (cluster !== undefined && cluster.apiServer === undefined) Object.assign(cluster, await keyOf(id));
  }
  const home = scratchFolder();
  if (place.kubeconfig !== undefined) writeFileSync(join(home, 'kubeconfig'), place.kubeconfig);
  let seen = 0;
  const file = (name: string, text: string): string => {
    const path = join(home, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  return {
    home,
    store: own.store,
    endpoint,
    file,
    async tokenFile() {
      const request = { namespace: 'app', serviceAccount: 'reader', audience: 'sts.aliyuncs.com' };
      const minted = await mintToken(own.store, {
        ...request,
        clusterId: clusters.on,
        expiresInSeconds: 43_200,
        now: Date.now(),
      });
      return file('token', minted?.token ?? '');
    },
    async run(argv, { env = {}, readTimeout = '10s', speed = 200, fault } = {}) {
      own.faults = new FaultPlan(fault === undefined ? [] : [parseFault(fault, apis)]);
      const started = Date.now();
      const now = (): number => started + (Date.now() - started) * speed;
      const sleep = (ms: number, signal?: AbortSignal): Promise<void> => sleepFor(ms / speed, signal);
      const io = memoryIo({ env: { ...environmentOf(endpoint, readTimeout), ...env }, home, cwd: home, now, sleep });
      const exitCode = await main(argv, io);
      const ms = Date.now() - started;
      while (underWay.size > 0) await Promise.allSettled(underWay);
      if (internalErrors.length > 0) throw internalErrors[0];
      return { exitCode, stdout: io.out(), stderr: io.err(), ms };
    },
    env: { ...environmentOf(endpoint, '60s'), HOME: home },
    hold: (nth, when = 'before') =>
      new Promise((hasCome) => {
        held = { nth, when, calls: 0, hasCome };
        if (nth === 0) hasCome();
      }),
    newCalls() {
      const all = log.entries().map(({ api }) => api);
      const fresh = all.slice(seen);
      seen = all.length;
      return fresh;
    },
    async close() {
      stopping.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function environmentOf(endpoint: string, readTimeout: string): Record<string, string> {
  return {
    ACK_RAM_TOOL_SANDBOX_URL: endpoint,
    ACK_RAM_TOOL_STS_ENDPOINT: endpoint,
    ACK_RAM_TOOL_RAM_ENDPOINT: endpoint,
    ACK_RAM_TOOL_CS_ENDPOINT: endpoint,
    ACK_RAM_TOOL_IMS_ENDPOINT: endpoint,
    ALIBABA_CLOUD_IMDS_ENDPOINT: endpoint,
    ACK_RAM_TOOL_REGION_ID: 'cn-hangzhou',
    ALIBABA_CLOUD_ACCESS_KEY_ID: admin.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: admin.accessKeySecret,
    ACK_RAM_TOOL_CONNECT_TIMEOUT: '10s',
    ACK_RAM_TOOL_READ_TIMEOUT: readTimeout,
    ACK_RAM_TOOL_MAX_RETRIES: '3',
  };
}

function listening(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

/**
 * Everything that a command may change, each thing by a name, with what differs between two worlds taken out: a thing is
 * as it was, or as it is to be, and nothing between the two.
 */
export function thingsOf({ store, endpoint, home }: World): Map<string, string> {
  settle(store, Date.now());
  const things = new Map<string, string>();
  const put = (name: string, value: unknown): void =>
    void things.set(name, JSON.stringify(value).replaceAll(endpoint, 'http://endpoint').replaceAll(home, '~'));
  for (const { users, roles, policies, providers, clusters: all } of store.accounts) {
    for (const { name, systemPolicies, customPolicies } of [...users, ...roles]) {
      for (const policy of systemPolicies) put(`${name} has system policy ${policy}`, true);
      for (const policy of customPolicies) put(`${name} has custom policy ${policy}`, true);
    }
    for (const { name, description, trustPolicy, maxSessionDurationSeconds } of roles) {
      put(`role ${name}`, { description, trustPolicy, maxSessionDurationSeconds });
    }
    for (const { name, versions } of policies)
      put(
        `policy ${name}`,
        versions.map(({ document }) => document),
      );
    for (const { name, issuerUrl, clientIds } of providers) put(`provider ${name}`, { issuerUrl, clientIds });
    for (const { id, rrsaEnabled, issuers, state, addons, cleanedUsers = [] } of all) {
      put(`RRSA of ${id}`, { rrsaEnabled, issuers });
      put(`state of ${id}`, state);
      for (const { name, state: now } of addons) put(`addon ${name} of ${id}`, now);
      for (const user of new Set(cleanedUsers)) put(`${user} has nothing in ${id}`, true);
    }
  }
  const kubeconfig = filesIn(home).find((path) => path === join(home, '.kube', 'config'));
  if (kubeconfig !== undefined) put('kubeconfig', parse(readFileSync(kubeconfig, 'utf8')));
  return things;
}

/** What is wrong with the files in a home folder: half a document, or something that is left of writing one. */
export function brokenFiles(home: string): string[] {
  return filesIn(home).filter((path) => {
    if (/unfinished|\.tmp|\.lock(\/|$)/.test(path)) return true;
    if (!/\.(json|ya?ml)$|\.kube\/config$/.test(path)) return false;
    try {
      parse(readFileSync(path, 'utf8'));
      return false;
    } catch {
      return true;
    }
  });
}

export function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return entry.name.endsWith('.lock') ? [path] : filesIn(path);
  });
}
