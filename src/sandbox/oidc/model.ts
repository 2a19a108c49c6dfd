import { generateKeyPair as generateKeyPairCallback, randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { exportJWK, importPKCS8, type JSONWebKeySet, SignJWT } from 'jose';
import { builtInIssuer, rrsaProviderName } from '../cs/model.ts';
import type { SandboxCluster, Store } from '../store.ts';

const generateKeyPair = promisify(generateKeyPairCallback);

/** ACK lets no service-account token live longer once RRSA is on. */
export const maxTokenSeconds = 12 * 3600;

export interface TokenRequest {
  clusterId: string;
  namespace: string;
  serviceAccount: string;
  audience: string;
  /** At most 43200; the API server shortens what asks for more. */
  expiresInSeconds: number;
  /** Milliseconds since the epoch. */
  now: number;
}

type SigningKey = NonNullable<SandboxCluster['signingKey']>;

/** Keys under way, so that two first users of a cluster get the same one. */
const generating = new WeakMap<SandboxCluster, Promise<SigningKey>>();

/** The cluster's key, made when it is first needed. */
export function signingKeyOf(cluster: SandboxCluster): Promise<SigningKey> {
  if (cluster.signingKey !== undefined) return Promise.resolve(cluster.signingKey);
  const pending = generating.get(cluster) ?? generateSigningKey(cluster);
  generating.set(cluster, pending);
  return pending;
}

async function generateSigningKey(cluster: SandboxCluster): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('rsa', { modulusLength: 2048 });
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  cluster.signingKey = { privateKeyPem, kid: randomBytes(16).toString('base64url') };
  return cluster.signingKey;
}

/** Public keys of a cluster's issuer: its own, or those a seed gave for a foreign one. */
export async function jwksOf(cluster: SandboxCluster): Promise<JSONWebKeySet> {
  if (cluster.jwks !== undefined) return cluster.jwks as unknown as JSONWebKeySet;
  const { privateKeyPem, kid } = await signingKeyOf(cluster);
  const { n, e } = await exportJWK(await importPKCS8(privateKeyPem, 'RS256', { extractable: true }));
  return { keys: [{ use: 'sig', kty: 'RSA', kid, alg: 'RS256', n, e } as JSONWebKeySet['keys'][number]] };
}

/** A cluster of any account; ids are unique among them. */
export function clusterById(store: Store, id: string): SandboxCluster | undefined {
  return store.accounts.flatMap(({ clusters }) => clusters).find((cluster) => cluster.id === id);
}

/**
 * The cluster whose keys an issuer publishes; of several, the one that the OIDC provider `providerName` belongs to. The
 * issuer that Kubernetes comes with belongs to every cluster and can be reached from none, so it has none, unless it is
 * that of a real API server.
 */
export function clusterByIssuer(store: Store, issuer: string, providerName: string): SandboxCluster | undefined {
  const found = store.accounts
    .flatMap(({ clusters }) => clusters)
    .filter(({ issuers, apiServer }) =>
      issuer === builtInIssuer ? apiServer !== undefined && issuers[0] === issuer : issuers.includes(issuer),
    );
  return found.find(({ id }) => rrsaProviderName(id) === providerName) ?? found[0];
}

/**
 * A projected service-account token as the API server of the cluster would give it to a pod. `undefined` when there is
 * no such cluster, or when its issuer is a foreign one, whose private key nobody here has.
 */
export async function mintToken(
  store: Store,
  request: TokenRequest,
): Promise<{ token: string; expiresAt: number } | undefined> {
  const { namespace, serviceAccount } = request;
  const cluster = clusterById(store, request.clusterId);
  if (cluster === undefined || cluster.jwks !== undefined) return undefined;
  const { privateKeyPem, kid } = await signingKeyOf(cluster);
  const issuedAt = Math.floor(request.now / 1000);
  const expiresAt = issuedAt + Math.min(request.expiresInSeconds, maxTokenSeconds);
  const token = await new SignJWT({
    aud: [request.audience],
    exp: expiresAt,
    iat: issuedAt,
    iss: cluster.issuers[0] ?? builtInIssuer,
    jti: randomUUID(),
    'kubernetes.io': {
      namespace,
      pod: { name: `${serviceAccount}-pod`, uid: randomUUID() },
      serviceaccount: { name: serviceAccount, uid: randomUUID() },
    },
    nbf: issuedAt,
    sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
  })
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(await importPKCS8(privateKeyPem, 'RS256'));
  return { token, expiresAt: expiresAt * 1000 };
}
