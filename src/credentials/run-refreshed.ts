import type { Io } from '../io.ts';
import { type ChildResult, runChild } from './child.ts';
import { childEnvironment, refreshEnvironment } from './child-environment.ts';
import type { Credentials, Provider } from './provider.ts';
import { backgroundClock, createRefresher, type RefreshLog } from './refresher.ts';
import { startCredentialServer } from './server.ts';

export interface RunRefreshedRequest {
  /** The command and its arguments. */
  command: readonly [string, ...string[]];
  regionId?: string | undefined;
  alsoRemove?: readonly string[] | undefined;
}

/**
 * Runs a command that can ask for fresh credentials as long as it lives: it gets the URI of a server on loopback that
 * ends with it. Credentials that do not expire are handed over as they are. Not started when there are none.
 * Throws what `provider`, `startCredentialServer` and `runChild` throw.
 */
export async function runRefreshed(
  request: RunRefreshedRequest,
  ports: { provider: Provider; io: Io; log: RefreshLog },
): Promise<ChildResult> {
  const { provider, io, log } = ports;
  const { regionId, alsoRemove } = request;
  const [command, ...args] = request.command;
  const refresher = createRefresher({
    provider,
    clock: backgroundClock(io),
    random: io.random,
    signal: io.signal,
    log,
  });
  try {
    const first = await refresher.current();
    if (first.expiration === undefined) {
      log.info(staticNotice(first));
      const env = childEnvironment(io.env, { credentials: first, regionId, alsoRemove });
      return await runChild({ command, args, env, io });
    }
    const server = await startCredentialServer({ current: refresher.current, listen: '127.0.0.1:0', now: io.now, log });
    try {
      const nullDevice = io.platform === 'win32' ? 'NUL' : '/dev/null';
      const env = refreshEnvironment(io.env, { uri: server.uri, nullDevice, regionId, alsoRemove });
      return await runChild({ command, args, env, io });
    } finally {
      await server.close();
    }
  } finally {
    refresher.stop();
  }
}

function staticNotice({ securityToken }: Credentials): string {
  const what = securityToken
    ? 'it is not known when these credentials expire, so they cannot be renewed'
    : 'these credentials do not expire';
  return `${what}: the command gets them as they are`;
}
