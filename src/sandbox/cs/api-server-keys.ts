/** Issuer and public keys of a real API server, so that STS of the sandbox knows the tokens it signs. */
import { messageOf, ToolError } from '../../errors.ts';
import type { SandboxSeed, SeedCluster } from '../seed.ts';
import { requestJson } from './api-server-request.ts';

/**
 * The seed with issuer and keys of every cluster that has an API server and no keys of its own, asked of that server.
 * Throws `NETWORK` or `BAD_ANSWER`, naming cluster and server.
 */
export async function withApiServerKeys(seed: SandboxSeed): Promise<SandboxSeed> {
  const accounts = await Promise.all(
    seed.accounts.map(async (account) => ({
      ...account,
      clusters: await Promise.all((account.clusters ?? []).map(withKeys)),
    })),
  );
  return { ...seed, accounts };
}

async function withKeys(cluster: SeedCluster): Promise<SeedCluster> {
  const { id, apiServer } = cluster;
  if (apiServer === undefined || cluster.jwks !== undefined) return cluster;
  const read = async (path: string): Promise<Record<string, unknown>> => {
    try {
      return await requestJson(apiServer, 'GET', path);
    } catch (cause) {
      throw new ToolError(
        cause instanceof SyntaxError ? 'BAD_ANSWER' : 'NETWORK',
        `cannot read ${path} of cluster ${id} at ${String(apiServer.cluster.server)}: ${messageOf(cause)}`,
        { hint: 'is it running? Else name its issuer and a jwksFile in the seed', cause },
      );
    }
  };
  const [{ issuer }, { keys }] = await Promise.all([
    read('/.well-known/openid-configuration'),
    read('/openid/v1/jwks'),
  ]);
  if (typeof issuer !== 'string' || issuer === '' || !Array.isArray(keys)) {
    throw new ToolError('BAD_ANSWER', `the API server of cluster ${id} names no issuer, or no keys`);
  }
  return { ...cluster, issuer: cluster.issuer ?? issuer, jwks: { keys } };
}
