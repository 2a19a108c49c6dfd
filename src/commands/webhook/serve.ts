import { resolve } from 'node:path';
import { readBoundedFile } from '../../credentials/bounded-file.ts';
import { type ListenAddress, parseListenAddress } from '../../credentials/listen-address.ts';
import { ToolError, usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { readClusterFacts } from '../../kubernetes/cluster-facts.ts';
import { connectInCluster, isInCluster } from '../../kubernetes/in-cluster.ts';
import { serveWebhook } from '../../kubernetes/webhook.ts';
import { createJsonLog } from '../../output/json-log.ts';
import type { LogLevel } from '../../output/log.ts';
import { createContext } from '../context.ts';
import type { Flags } from '../options.ts';
import { connectByKubeconfig, podIdentity } from '../pod-identity.ts';
import type { CommandInput } from '../spec.ts';

const terminatedExitCode = 143;
const maxCertificateBytes = 1024 * 1024;
/** A pod that is being created waits for it. */
const apiServerTimeoutMs = 2_000;

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const { host, port } = listenAddress(flags.required('listen'));
  const context = await createContext(input, io);
  const identity = await podIdentity(flags, context.cloud.ack);
  const log = createJsonLog({ stream: io.stderr, level: logLevel(flags), now: io.now, redact: context.redact });
  const reach = () => connect(flags, { clock: context.clock, log }, io);
  // A kubeconfig that cannot be used is told now, not when a pod waits.
  const first = await reach();
  let unused: typeof first | undefined = first;
  const cluster = readClusterFacts(async () => {
    const client = unused ?? (await reach());
    unused = undefined;
    return client;
  });
  const { now, gently, release } = stopSignals(io);
  const certificate = {
    certFile: resolve(io.cwd, flags.path('tls-cert') ?? ''),
    keyFile: resolve(io.cwd, flags.path('tls-key') ?? ''),
    readFile: readPem,
  };
  try {
    await serveWebhook({ host, port, certificate }, { identity, cluster, log, clock: io }, { now, gently });
  } finally {
    release();
  }
  return io.signal.reason instanceof ToolError ? io.signal.reason.exitCode : terminatedExitCode;
}

function listenAddress(text: string): ListenAddress {
  try {
    return parseListenAddress(text, { allowRemote: true });
  } catch {
    throw usageError(`--listen ${JSON.stringify(text.slice(0, 80))} is not an address`, 'for example 0.0.0.0:8443');
  }
}

async function readPem(path: string): Promise<string> {
  return (await readBoundedFile(path, 'certificate file', maxCertificateBytes)).bytes.toString('latin1');
}

function logLevel(flags: Flags): LogLevel {
  if (flags.boolean('verbose')) return 'debug';
  const level = flags.string('log-level') ?? 'info';
  return level === 'warning' ? 'warn' : (level as LogLevel);
}

function connect(flags: Flags, outside: Parameters<typeof connectByKubeconfig>[1], io: Io) {
  const isNamed = flags.string('kubeconfig') !== undefined || flags.string('context') !== undefined;
  if (isNamed || !isInCluster(io.env)) return connectByKubeconfig(flags, outside, io, apiServerTimeoutMs);
  const { clock, log } = outside;
  return connectInCluster(io.env, {
    clock,
    signal: io.signal,
    debug: (message) => log.debug(message),
    timeoutMs: apiServerTimeoutMs,
  });
}

/** SIGTERM once stops gently, as Kubernetes ends a pod; twice, or SIGINT, at once. */
function stopSignals(io: Io): { now: AbortSignal; gently: AbortSignal; release: () => void } {
  const gently = new AbortController();
  const now = new AbortController();
  const release = io.onSignal('SIGTERM', () => (gently.signal.aborted ? now.abort() : gently.abort()));
  return { now: AbortSignal.any([now.signal, io.signal]), gently: gently.signal, release };
}
