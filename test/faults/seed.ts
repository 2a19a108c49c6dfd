import { clientCaOf } from '../../src/sandbox/cs/client-certificate.ts';
import { signingKeyOf } from '../../src/sandbox/oidc/model.ts';
import type { SandboxSeed } from '../../src/sandbox/seed.ts';
import type { SandboxApiServer, SandboxCluster } from '../../src/sandbox/store.ts';

export const accountId = '1000000000000001';
export const admin = { accessKeyId: 'LTAI5tAdministrator', accessKeySecret: 'secret-of-the-administrator' };
/** `on` has RRSA on, `off` has not, `full` has its addon as well, `api` has an API server. */
export const clusters = { on: 'c-on', off: 'c-off', full: 'c-full', api: 'c-api' };
export const roleArn = (name: string): string => `acs:ram::${accountId}:role/${name}`;
export const providerArn = (cluster: string): string => `acs:ram::${accountId}:oidc-provider/ack-rrsa-${cluster}`;
/** Somebody who is no longer there, and has bindings in cluster `api`. */
export const formerUser = '300123456789012347';

export interface Place {
  /** That of cluster `api`. Default: none. */
  apiServer?: SandboxApiServer | undefined;
  /** A file `kubeconfig` in the home folder. Default: none. */
  kubeconfig?: string | undefined;
}

const trust = (...statements: object[]): string => JSON.stringify({ Version: '1', Statement: statements });

const byService = (service: string): object => ({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { Service: [service] },
});

const byServiceAccount = (cluster: string, namespace: string, name: string): object => ({
  Action: 'sts:AssumeRole',
  Condition: {
    StringEquals: {
      'oidc:aud': 'sts.aliyuncs.com',
      'oidc:iss': `\${issuer:${cluster}}`,
      'oidc:sub': `system:serviceaccount:${namespace}:${name}`,
    },
  },
  Effect: 'Allow',
  Principal: { Federated: [`\${providerArn:${cluster}}`] },
});

/** What every cell of the sweep starts with. */
export function seedOf({ apiServer }: Place): SandboxSeed {
  const root = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${accountId}:root`] } };
  return {
    accounts: [
      {
        id: accountId,
        users: [{ name: 'admin', ...admin, systemPolicies: ['AdministratorAccess'] }, { name: 'deployer' }],
        roles: [
          { name: 'functions', trustPolicy: trust(byService('fc.aliyuncs.com')) },
          {
            name: 'app',
            trustPolicy: trust(byService('fc.aliyuncs.com'), byServiceAccount(clusters.on, 'app', 'reader')),
            systemPolicies: ['AliyunCSReadOnlyAccess', 'AliyunOSSReadOnlyAccess'],
          },
          { name: 'old', trustPolicy: trust(byServiceAccount(clusters.full, 'app', 'old')) },
          {
            name: 'oss-reader',
            trustPolicy: trust(byServiceAccount(clusters.full, 'app', 'reader')),
            systemPolicies: ['AliyunOSSReadOnlyAccess'],
          },
          { name: 'operator', trustPolicy: trust(root), systemPolicies: ['AdministratorAccess'] },
          {
            name: 'node',
            trustPolicy: trust(byService('ecs.aliyuncs.com')),
            systemPolicies: ['AliyunCSReadOnlyAccess'],
          },
        ],
        policies: [
          {
            name: 'reports-read',
            document: JSON.stringify({
              Version: '1',
              Statement: [{ Effect: 'Allow', Action: 'oss:GetObject', Resource: '*' }],
            }),
          },
        ],
        clusters: [
          { id: clusters.on, name: 'on', rrsa: true },
          { id: clusters.off, name: 'off' },
          { id: clusters.full, name: 'full', rrsa: true, addons: ['ack-pod-identity-webhook'] },
          {
            id: clusters.api,
            name: 'api',
            rrsa: true,
            apiServer,
            ...(apiServer && { issuer: 'https://issuer.invalid', jwks: { keys: [] } }),
          },
        ],
      },
    ],
  };
}

type ClusterKeys = Pick<SandboxCluster, 'signingKey' | 'clientCa'>;

const keys = new Map<string, Promise<ClusterKeys>>();

/** Keys of a cluster, which cost too much to be made for every cell. */
export function keyOf(cluster: string): Promise<ClusterKeys> {
  const known = keys.get(cluster) ?? makeKeys(cluster);
  keys.set(cluster, known);
  return known;
}

async function makeKeys(id: string): Promise<ClusterKeys> {
  const cluster = { id } as SandboxCluster;
  const [signingKey, clientCa] = await Promise.all([signingKeyOf(cluster), clientCaOf(cluster, Date.now())]);
  return { signingKey, clientCa };
}
