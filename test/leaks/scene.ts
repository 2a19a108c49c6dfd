/** One account, one cluster and everything that has credentials for them, each with a secret of its own. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readFamilies } from '../../src/credentials/key-variables.ts';
import { sleepFor } from '../../src/io.ts';
import { mintToken } from '../../src/sandbox/oidc/model.ts';
import type { SandboxSeed, SeedCluster } from '../../src/sandbox/seed.ts';
import type { SandboxState } from '../../src/sandbox/state.ts';
import type { SandboxSession } from '../../src/sandbox/store.ts';
import { makeCertificateAuthority } from '../support/certificate-authority.ts';
import { execPlugin, kubernetesServer } from './kubernetes.ts';
import { makeSecret, Secrets } from './secrets.ts';
import { World } from './world.ts';

export const account = '1000000000000001';
export const clusterId = 'c1';
export const roleArn = `acs:ram::${account}:role/deploy`;
export const podRoleArn = `acs:ram::${account}:role/oss-reader`;
export const providerArn = `acs:ram::${account}:oidc-provider/ack-rrsa-${clusterId}`;

export type Env = Readonly<Record<string, string>>;

export interface Scene {
  world: World;
  state: SandboxState;
  secrets: Secrets;
  /** AccessKey ids, of which no more than eight characters are shown. */
  ids: string[];
  /** Endpoints, and nothing that says who is calling. */
  endpoints: Env;
  /** The administrator, by his AccessKey. */
  administrator: Env;
  /** `host:port` of a proxy, of a broker, and URLs of servers beside the sandbox. */
  proxy: string;
  brokerPort: number;
  /** Answers as a credentials URI does, at a path that is a secret. */
  credentialsUri: string;
  /** Answers as CloudSSO does. */
  cloudSso: string;
  /** Gives the token of a job to its bearer. */
  githubUrl: string;
  githubBearer: string;
  /** An OIDC token of service account `app/reader`. */
  token: string;
  /** Session keys that the sandbox takes; the name is what they are called in reports. */
  session(name: string): { id: string; secret: string; token: string };
  /** An AccessKey that the sandbox takes. */
  key(name: string): { id: string; secret: string };
  plant(name: string, special?: string): string;
  /** A file below the folder that is nobody's home; gives its path. */
  file(name: string, text: string): string;
  /** The path of such a file, and what is in it. */
  path(name: string): string;
  text(name: string): string;
  /** Back to the beginning; nothing that was issued counts any more. */
  reset(): void;
  /** The clock of the tool and of the sandbox: the real one, and what was slept. */
  clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
}

const keyNames = [
  ...readFamilies.map(({ id }) => `AccessKey secret beside ${id}`),
  ...['AK of config.json', 'RamRoleArn of config.json', 'AK below ChainableRamRoleArn', 'AK printed by a helper'],
  ...['access_key of the ini file', 'ram_role_arn of the ini file', 'AK without a mode'],
];

export async function makeScene(folder: string): Promise<Scene> {
  const secrets = new Secrets();
  const world = new World();
  const ids: string[] = [];
  const plant = (name: string, special?: string): string => secrets.add(name, makeSecret(special));
  let slept = 0;
  const clock = {
    now: () => Date.now() + slept,
    sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
      await sleepFor(ms / 100, signal);
      slept += ms;
    },
  };
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };

  const kubernetesToken = plant('token of a kubeconfig', '._-');
  const inCluster = await kubernetesServer(world, secrets, { roleArn: podRoleArn, providerArn }, kubernetesToken);
  file('kubeconfig', inCluster.kubeconfig({ token: kubernetesToken }));
  file('kubeconfig-key', inCluster.kubeconfig(inCluster.client));
  const password = plant('password of a kubeconfig');
  file('kubeconfig-password', inCluster.kubeconfig({ username: 'admin', password }));
  file('kubeconfig-exec', inCluster.kubeconfig({ exec: execPlugin(file, plant('token of an exec plugin'), 0) }));
  file('kubeconfig-exec-fails', inCluster.kubeconfig({ exec: execPlugin(file, plant('words of an exec plugin'), 1) }));
  file('kubeconfig-broken', `${inCluster.kubeconfig({ token: kubernetesToken })}}: [`);

  const authority = await makeCertificateAuthority('a webhook');
  const webhook = await authority.issue('CN=localhost', 'server');
  file('webhook.crt', webhook.cert);
  file('webhook.key', secrets.addPrivateKey('key of the webhook', webhook.key));

  const keys = new Map(
    keyNames.map((name, index) => [
      name,
      { id: `LTAI5tPlanted${String(index).padStart(11, '0')}`, secret: plant(name) },
    ]),
  );
  ids.push(...[...keys.values()].map(({ id }) => id));
  const sessions = new Map<string, SandboxSession>();
  const signingKey = {
    kid: 'planted',
    privateKeyPem: secrets.addPrivateKey(
      'signing key of the issuer',
      generateKeyPairSync('rsa', { modulusLength: 2048 })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    ),
  };
  const state = await world.sandbox(
    () => seedOf([...keys.values()], inCluster.ofAck(kubernetesToken)),
    () => clock.now(),
  );
  secrets.add('path of the sandbox administration', state.adminPath);
  const reset = (): void => {
    slept = 0;
    state.reset();
    const cluster = state.store.accounts[0]?.clusters[0];
    if (cluster !== undefined) cluster.signingKey = signingKey;
    state.store.sessions.push(...sessions.values());
    world.plan(state);
    world.targets.length = 0;
    world.issued.length = 0;
  };
  reset();
  const minted = await mintToken(state.store, {
    clusterId,
    namespace: 'app',
    serviceAccount: 'reader',
    audience: 'sts.aliyuncs.com',
    expiresInSeconds: 43_200,
    now: clock.now(),
  });
  const token = secrets.addToken('OIDC token', minted?.token ?? '');
  file('token', token);

  const session = (name: string) => {
    const role = state.store.accounts[0]?.roles.find((each) => each.name === 'deploy');
    const made: SandboxSession = {
      accessKeyId: `STS.N${makeSecret('')}`.slice(0, 29),
      accessKeySecret: plant(`secret of the ${name}`),
      securityToken: secrets.add(`token of the ${name}`, `CAIS${makeSecret()}${makeSecret()}${makeSecret()}==`),
      accountId: account,
      roleName: 'deploy',
      roleId: role?.id ?? '',
      sessionName: 'planted',
      expiresAt: clock.now() + 12 * 3_600_000,
    };
    sessions.set(name, made);
    ids.push(made.accessKeyId);
    return { id: made.accessKeyId, secret: made.accessKeySecret, token: made.securityToken };
  };
  const key = (name: string) => {
    const found = keys.get(name);
    if (found === undefined) throw new Error(`no key is called ${name}`);
    return found;
  };

  const uriSession = session('answer of a credentials URI');
  const ssoSession = session('answer of CloudSSO');
  const uriPath = plant('path of a credentials URI', '-_');
  const issuedBy = (made: ReturnType<typeof session>) => ({
    Code: 'Success',
    AccessKeyId: made.id,
    AccessKeySecret: made.secret,
    SecurityToken: made.token,
    Expiration: new Date(clock.now() + 3_600_000).toISOString(),
  });
  const uriServer = await world.other(() => issuedBy(uriSession));
  const github = await world.other(() => ({ value: token }));
  const { endpoint } = state;
  const administrator = keys.get(keyNames[0] ?? '');
  return {
    world,
    state,
    secrets,
    ids,
    endpoints: {
      ACK_RAM_TOOL_STS_ENDPOINT: endpoint,
      ACK_RAM_TOOL_RAM_ENDPOINT: endpoint,
      ACK_RAM_TOOL_CS_ENDPOINT: endpoint,
      ACK_RAM_TOOL_IMS_ENDPOINT: endpoint,
      ACK_RAM_TOOL_REGION_ID: 'cn-hangzhou',
      ALIBABA_CLOUD_IMDS_ENDPOINT: endpoint,
      ACK_RAM_TOOL_MAX_RETRIES: '1',
      ACK_RAM_TOOL_CONNECT_TIMEOUT: '5s',
      // Of a helper program, too, whose time passes a hundred times as fast.
      ACK_RAM_TOOL_READ_TIMEOUT: '20m',
      PATH: process.env.PATH ?? '',
    },
    administrator: {
      ALIBABA_CLOUD_ACCESS_KEY_ID: administrator?.id ?? '',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: administrator?.secret ?? '',
    },
    proxy: await world.proxy(),
    brokerPort: await world.broker(),
    credentialsUri: `${uriServer}/${uriPath}`,
    cloudSso: await world.other(() => ({ CloudCredential: issuedBy(ssoSession) })),
    githubUrl: `${github}/?id=1`,
    githubBearer: plant('bearer of a GitHub job', '._-'),
    token,
    session,
    key,
    plant,
    file,
    path: (name) => join(folder, name),
    text: (name) => readFileSync(join(folder, name), 'utf8'),
    reset,
    clock,
  };
}

function seedOf(
  keys: readonly { id: string; secret: string }[],
  ofAck: Pick<SeedCluster, 'apiServer' | 'clientCa'>,
): SandboxSeed {
  const trusted = (Principal: object) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal });
  const trust = (...Statement: object[]) => JSON.stringify({ Version: '1', Statement });
  const Condition = {
    StringEquals: {
      'oidc:aud': 'sts.aliyuncs.com',
      'oidc:iss': `\${issuer:${clusterId}}`,
      'oidc:sub': 'system:serviceaccount:app:reader',
    },
  };
  const reader = { ...trusted({ Federated: [`\${providerArn:${clusterId}}`] }), Condition };
  const systemPolicies = ['AdministratorAccess'];
  return {
    accounts: [
      {
        id: account,
        users: keys.map(({ id, secret }, index) => ({
          name: `admin-${index}`,
          accessKeyId: id,
          accessKeySecret: secret,
          systemPolicies,
        })),
        roles: [
          {
            name: 'deploy',
            trustPolicy: trust(
              trusted({ RAM: [`acs:ram::${account}:root`] }),
              trusted({ Service: ['ecs.aliyuncs.com'] }),
            ),
            systemPolicies,
          },
          { name: 'oss-reader', trustPolicy: trust(reader, trusted({ Service: ['fc.aliyuncs.com'] })), systemPolicies },
        ],
        clusters: [
          { id: clusterId, name: 'foo', rrsa: true, ...ofAck },
          { id: 'c2', name: 'bar' },
        ],
      },
    ],
  };
}
