import { jsonAnswer } from '../answers.ts';
import { ownIssuer } from '../cs/model.ts';
import type { Store } from '../store.ts';
import { pathOf, type SandboxRequest, type SandboxResponse } from '../wire.ts';
import { clusterById, jwksOf } from './model.ts';

const paths = /^\/oidc\/([A-Za-z0-9-]+)\/(\.well-known\/openid-configuration|keys)$/;

export type IssuerDocument = 'OidcConfiguration' | 'OidcKeys';

/** Which document of an issuer a path names; a path below `/oidc/` that names none gets a 404. */
export function issuerDocumentOf(target: string): IssuerDocument {
  return paths.exec(pathOf(target))?.[2] === 'keys' ? 'OidcKeys' : 'OidcConfiguration';
}

/** The public documents of a cluster's issuer, `<endpoint>/oidc/<cluster id>`; 404 until RRSA has been turned on. */
export async function handleIssuer(request: SandboxRequest, store: Store, endpoint: string): Promise<SandboxResponse> {
  const [, clusterId = '', document] = paths.exec(pathOf(request.target)) ?? [];
  const issuer = ownIssuer(endpoint, clusterId);
  const cluster = clusterById(store, clusterId);
  if (cluster === undefined || !cluster.issuers.includes(issuer)) return jsonAnswer(404, { error: 'not_found' });
  if (request.method !== 'GET') return jsonAnswer(405, { error: 'method_not_allowed' });
  return jsonAnswer(200, document === 'keys' ? await jwksOf(cluster) : configurationOf(issuer));
}

function configurationOf(issuer: string) {
  return {
    issuer,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: ['sub', 'iss'],
  };
}
