import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli.ts';
import { type Cloud, connect, connectAnonymous } from '../../src/cloud/clients.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { cloudOptions } from '../cloud/wire-server.ts';
import { accountId, admin, inProcess, seedWith } from '../sandbox/core/in-process.ts';
import { documents, expectPlain, refusedAs, spoiltValues } from '../support/hostile.ts';
import { memoryIo } from '../support/memory-io.ts';

const clusterId = 'c0000000000000000000000000000001';
const issuer = `http://127.0.0.1:1234/oidc/${clusterId}`;
const providerArn = `acs:ram::${accountId}:oidc-provider/ack-rrsa-${clusterId}`;
const trust = {
  Version: '1',
  Statement: [
    { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: `acs:ram::${accountId}:root` } },
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Federated: [providerArn] },
      Condition: {
        StringEquals: {
          'oidc:iss': issuer,
          'oidc:aud': 'sts.aliyuncs.com',
          'oidc:sub': 'system:serviceaccount:app:reader',
        },
      },
    },
  ],
};
const sandbox = inProcess(
  seedWith({
    roles: [
      {
        name: 'reader',
        trustPolicy: JSON.stringify(trust),
        systemPolicies: ['AliyunOSSReadOnlyAccess'],
        customPolicies: ['own'],
      },
    ],
    policies: [{ name: 'own', document: '{"Version":"1","Statement":[]}' }],
    clusters: [
      {
        id: clusterId,
        name: 'foo',
        region: 'cn-hangzhou',
        version: '1.32.1-aliyun.1',
        type: 'ManagedKubernetes',
        profile: 'Default',
        state: 'running',
        rrsa: true,
        addons: ['ack-pod-identity-webhook'],
      },
    ],
  }),
);

/** What is answered instead; `undefined`: what the sandbox says. */
let answer: ((action: string, good: unknown) => { status: number; body: string } | undefined) | undefined;
const server = createServer(async (incoming, response) => {
  // The SDKs sign by the real clock.
  sandbox.clock.now = Date.now();
  const { status, json } = await sandbox.send(await requestOf(incoming));
  const action = actionOf(incoming);
  const { status: sent, body } = answer?.(action, json) ?? { status, body: JSON.stringify(json) };
  response.writeHead(sent, { 'content-type': 'application/json' }).end(body);
});
let url = '';
let cloud: Cloud;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = { now: () => Date.now(), random: () => 0.5, sleep: async () => {} };
  cloud = connect(cloudOptions(url, { credentials: async () => admin, maxRetries: 0, clock }));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function requestOf(incoming: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method = '', url: target = '', headersDistinct: headers } = incoming;
  return { method, target, headers, body: Buffer.concat(chunks) };
}

function actionOf({ headers, url: target = '' }: IncomingMessage): string {
  return String(headers['x-acs-action'] ?? new URL(target, 'http://x').searchParams.get('Action'));
}

const calls: Record<string, () => Promise<unknown>> = {
  getCluster: () => cloud.ack.getCluster(clusterId),
  listClusters: () => cloud.ack.listClusters(),
  listClusterTasks: () => cloud.ack.listClusterTasks(clusterId),
  listClusterLogs: () => cloud.ack.listClusterLogs(clusterId),
  getAddon: () => cloud.ack.getAddon(clusterId, 'ack-pod-identity-webhook'),
  setRrsa: () => cloud.ack.setRrsa(clusterId, true),
  getRole: () => cloud.ram.getRole('reader'),
  updateTrustPolicy: () => cloud.ram.updateTrustPolicy('reader', JSON.stringify(trust)),
  listRoleNames: () => cloud.ram.listRoleNames(),
  listRoles: () => cloud.ram.listRoles(),
  listUsers: () => cloud.ram.listUsers(),
  listPoliciesForRole: () => cloud.ram.listPoliciesForRole('reader'),
  getPolicyDocument: () => cloud.ram.getPolicyDocument({ name: 'own', type: 'Custom' }),
  getOidcProvider: () => cloud.ims.getOidcProvider(`ack-rrsa-${clusterId}`),
  getCallerIdentity: () => cloud.sts.getCallerIdentity(),
  assumeRole: () => cloud.sts.assumeRole({ roleArn: `acs:ram::${accountId}:role/reader`, sessionName: 'me' }),
  assumeRoleWithOidc: () =>
    connectAnonymous({ ...cloudOptions(url, { maxRetries: 0 }) })({
      roleArn: `acs:ram::${accountId}:role/reader`,
      sessionName: 'me',
      providerArn,
      oidcToken: 'e30.e30.c2ln',
    }),
};

const refusals: readonly ErrorCode[] = [
  'BAD_ANSWER',
  'CLOUD_API',
  'CREDENTIALS_REFUSED',
  'CLUSTER_NOT_FOUND',
  'NETWORK',
];

/** Where `value` is of another type than what the good answer came to. */
function otherTypes(value: unknown, good: unknown, path = ''): string[] {
  if (value === undefined || good === undefined || value === null || good === null) return [];
  if (typeof value !== typeof good || Array.isArray(value) !== Array.isArray(good))
    return [`${path}: ${JSON.stringify(value)}`];
  if (Array.isArray(value))
    return value.flatMap((item, index) => otherTypes(item, (good as unknown[])[0], `${path}[${index}]`));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? [`${path}: no time`] : [];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, part]) =>
    otherTypes(part, (good as Record<string, unknown>)[key], `${path}.${key}`),
  );
}

describe('a service that answers something else', () => {
  it('is not believed: what comes out of it has the types that it should have, or it is refused', async () => {
    const answers = new Map<string, unknown>();
    const results = new Map<string, unknown>();
    for (const [name, call] of Object.entries(calls)) {
      answer = (_action, good) => {
        answers.set(name, good);
        return undefined;
      };
      results.set(name, name === 'assumeRoleWithOidc' ? undefined : await call());
    }
    expect([...results].filter(([name, result]) => result === undefined && name !== 'assumeRoleWithOidc')).toEqual([]);
    const withBodies = [...answers].filter(([, good]) => typeof good === 'object' && good !== null);
    expect(withBodies.length).toBeGreaterThan(14);
    const token = {
      Credentials: {
        AccessKeyId: 'STS.a',
        AccessKeySecret: 'b',
        SecurityToken: 'c',
        Expiration: '2026-01-02T04:04:05Z',
      },
      RequestId: 'R',
    };
    const ofName = new Map(withBodies.map(([name, good]) => [name, name === 'assumeRoleWithOidc' ? token : good]));
    const cases = fc.oneof(
      ...[...ofName].map(([name, good]) =>
        fc.tuple(
          fc.constant(name),
          spoiltValues([good]),
          fc.constantFrom(200, 200, 200, 200, 200, 201, 202, 302, 400, 403, 404, 418),
        ),
      ),
    );
    await documents('answers of the cloud', cases, async ([name, value, status]) => {
      answer = () => ({ status, body: JSON.stringify(value) ?? '' });
      const result = await refusedAs(refusals, () => calls[name]?.());
      const others = otherTypes(result, results.get(name), name);
      if (others.length > 0)
        throw new Error(`${others.slice(0, 3).join('\n')}\nfor ${JSON.stringify(value).slice(0, 600)}`);
    });
  }, 120_000);
});

const hostileTexts = [
  '\x1b[2J\x1b[31mred',
  '\x1b]0;title\x07',
  'a\r\nerror: forged',
  '\u202egnp',
  '\x9b31m',
  '\u2028',
  '\ud800',
  'x\0y',
  '\b\b\b',
  'a\tb\x7f',
];
const lines: readonly (readonly string[])[] = [
  ['rrsa', 'status', '-c', clusterId],
  ['rrsa', 'list-associations', '-c', clusterId],
  ['rrsa', 'list-associations', '-c', clusterId, '-o', 'yaml'],
  ['rrsa', 'list-associations', '-c', clusterId, '-o', 'mermaid'],
  ['rrsa', 'list-associations', '-c', clusterId, '-o', 'dot'],
  ['rrsa', 'associate-role', '-c', clusterId, '-r', 'reader', '-n', 'app', '-s', 'other', '--dry-run'],
  ['rrsa', 'dissociate-role', '-c', clusterId, '-r', 'reader', '-n', 'app', '-s', 'reader', '--dry-run'],
  ['rrsa', 'explain', '-c', clusterId, '-r', 'reader', '-n', 'app', '-s', 'reader'],
  ['rrsa', 'enable', '-c', clusterId, '--dry-run'],
  ['rrsa', 'install-helper-addon', '-c', clusterId, '--dry-run'],
  ['rrsa', 'demo', '--no-loop', '--region', 'cn-hangzhou'],
  ['auth', 'whoami'],
  ['eci', 'create-role', '--role-name', 'reader', '--dry-run'],
];

const ioFor = () =>
  memoryIo({
    env: {
      ...Object.fromEntries(['STS', 'RAM', 'CS', 'IMS'].map((service) => [`ACK_RAM_TOOL_${service}_ENDPOINT`, url])),
      ACK_RAM_TOOL_MAX_RETRIES: '0',
      ALIBABA_CLOUD_ACCESS_KEY_ID: admin.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: admin.accessKeySecret,
      ACK_RAM_TOOL_LOG_LEVEL: 'debug',
    },
    now: () => Date.now(),
    sleep: async () => {},
  });

describe('what a terminal sees', () => {
  it.each(lines.map((line) => line.join(' ')))('is a result where nothing is wrong: %s', async (line) => {
    answer = undefined;
    const io = ioFor();
    expect([await main(line.split(' '), io), io.err()]).toEqual([0, expect.any(String)]);
  });

  it('holds no control character, whatever the services put into texts and messages', async () => {
    const cases = fc.tuple(
      fc.constantFrom(...lines),
      fc.constantFrom(...hostileTexts),
      fc.nat(40),
      fc.constantFrom(200, 200, 200, 400, 403, 500),
      fc.boolean(),
    );
    const check = async ([argv, text, which, status, json]: [readonly string[], string, number, number, boolean]) => {
      answer = (_action, good) => ({
        status,
        body: JSON.stringify(
          status === 200
            ? withTexts(good, text, which)
            : {
                Code: `Bad${text}`,
                code: `Bad${text}`,
                Message: text,
                message: text,
                RequestId: text,
                requestId: text,
              },
        ),
      });
      const io = ioFor();
      await main([...argv, ...(json && !argv.includes('-o') ? ['-o', 'json'] : [])], io);
      expect(io.err()).not.toContain('internal error');
      expect(io.err()).not.toMatch(/\n\s+at .*\.ts/);
      expectPlain(io.err());
      expectPlain(io.out());
    };
    await documents('terminal', cases, check, 1_000);
  }, 120_000);
});

/** The value with its nth text, counted through, ended by this one. */
function withTexts(value: unknown, text: string, which: number): unknown {
  let count = 0;
  return JSON.parse(JSON.stringify(value ?? null), (_key, part) => {
    if (typeof part !== 'string') return part;
    count += 1;
    return which === 0 || count === which ? part + text : part;
  });
}
