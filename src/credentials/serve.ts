import { ToolError, usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Provider } from './provider.ts';
import { backgroundClock, createRefresher, type RefreshLog } from './refresher.ts';
import type { MetadataVersion } from './served-metadata.ts';
import { startCredentialServer } from './server.ts';

export interface ServeRequest {
  /** `host:port`; port 0 takes a free one. */
  listen: string;
  /** Default false: loopback only. */
  allowRemote?: boolean | undefined;
  /** Default `off`. */
  imds?: 'off' | MetadataVersion | undefined;
  /** For ECS metadata. */
  regionId?: string | undefined;
}

/**
 * Serves fresh credentials until `io.signal` is aborted, and gives the exit code of its reason. Prints
 * `ALIBABA_CLOUD_CREDENTIALS_URI=…` on stdout as soon as they can be read there.
 * Throws what `startCredentialServer` throws before asking for credentials; then what `provider` throws, and `USAGE` for
 * credentials that do not expire.
 */
export async function serveCredentials(
  request: ServeRequest,
  ports: { provider: Provider; io: Io; log: RefreshLog },
): Promise<number> {
  const { provider, io, log } = ports;
  const refresher = createRefresher({
    provider,
    clock: backgroundClock(io),
    random: io.random,
    signal: io.signal,
    log,
  });
  const server = await startCredentialServer({ ...request, current: refresher.current, now: io.now, log });
  try {
    const first = await refresher.current();
    if (!first.securityToken || first.expiration === undefined) throw notServable();
    log.info(`serving credentials at ${server.address} until interrupted`);
    io.stdout.write(`ALIBABA_CLOUD_CREDENTIALS_URI=${server.uri}\n`);
    await aborted(io.signal);
  } finally {
    refresher.stop();
    await server.close();
  }
  return io.signal.reason instanceof ToolError ? io.signal.reason.exitCode : 1;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Readers of a credentials URI insist on a token and an expiry, and there is no true one to tell them. */
function notServable(): ToolError {
  return usageError(
    'credentials without a known expiry cannot be served',
    'assume a role with them: pass --role-arn acs:ram::ACCOUNT:role/NAME',
  );
}
