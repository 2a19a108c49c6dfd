import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { csOperations } from '../../../src/sandbox/cs/handler.ts';
import type { SandboxCluster } from '../../../src/sandbox/store.ts';
import type { Principal } from '../../../src/sandbox/types.ts';
import { makeCertificateAuthority } from '../../support/certificate-authority.ts';
import { type Answer, accountId, cluster, contextOf, operationNamed, start, storeWith } from '../services.ts';

const operation = operationNamed(csOperations, 'DescribeClusterUserKubeconfig');
const uid = '200000000000000001';
const minute = 60_000;

async function ask(
  own: SandboxCluster,
  params: Record<string, string> = {},
  options: { principal?: Principal; policies?: string[] } = {},
): Promise<Answer> {
  const store = storeWith(own);
  const [account] = store.accounts;
  account?.users[0]?.systemPolicies.push(...(options.policies ?? []));
  account?.roles.push({
    id: '300000000000000007',
    name: 'deploy',
    description: '',
    trustPolicy: '{}',
    maxSessionDurationSeconds: 3600,
    createdAt: start,
    updatedAt: start,
    systemPolicies: [],
    customPolicies: [],
  });
  const ctx = contextOf(store, { ClusterId: own.id, ...params }, undefined, start);
  return operation.handler({ ...ctx, principal: options.principal ?? ctx.principal });
}

function read(answer: Answer) {
  const config = parse(answer.config);
  const pem = (data: string): string => Buffer.from(data, 'base64').toString('utf8');
  const user = config.users[0].user;
  const certificate = new X509Certificate(pem(user['client-certificate-data']));
  const lines = certificate.subject.split('\n');
  return {
    config,
    certificate,
    ca: new X509Certificate(pem(config.clusters[0].cluster['certificate-authority-data'])),
    name: lines.find((line) => line.startsWith('CN='))?.slice(3),
    groups: lines.filter((line) => line.startsWith('O=')).map((line) => line.slice(2)),
    key: pem(user['client-key-data']),
  };
}

describe('the kubeconfig of a user', () => {
  it('names the caller, in the words of ACK, by a certificate that its CA signed', async () => {
    const { config, certificate, ca, name, groups } = read(await ask(cluster('c1')));
    expect(config).toMatchObject({
      kind: 'Config',
      clusters: [{ name: 'kubernetes', cluster: { server: 'https://c1.cluster.invalid:6443' } }],
      contexts: [{ name: `${uid}-c1`, context: { cluster: 'kubernetes', user: uid } }],
      'current-context': `${uid}-c1`,
      users: [{ name: uid }],
    });
    expect(name).toBe(`${uid}-1600000000`);
    expect(groups).toEqual(['system:users']);
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.checkIssued(ca)).toBe(true);
  });

  it('lives for the minutes that are asked for, else for three years', async () => {
    const temporary = await ask(cluster('c1'), { TemporaryDurationMinutes: '15', PrivateIpAddress: 'true' });
    expect(temporary.expiration).toBe(new Date(start + 15 * minute).toISOString().replace('.000', ''));
    expect(Date.parse(read(temporary).certificate.validTo)).toBe(start + 15 * minute);
    const longLived = await ask(cluster('c1'));
    expect(Date.parse(longLived.expiration)).toBe(start + 3 * 365 * 24 * 60 * minute);
  });

  it.each(['14', '4321', '0', '-15', '15.5', 'x', '1e3', '99999999999'])(
    'is refused for %s minutes',
    async (minutes) => {
      await expect(ask(cluster('c1'), { TemporaryDurationMinutes: minutes })).rejects.toMatchObject({
        status: 400,
        code: 'InvalidParameter',
      });
    },
  );

  it.each(['15', '4320'])('is given for %s minutes', async (minutes) => {
    await expect(ask(cluster('c1'), { TemporaryDurationMinutes: minutes })).resolves.toHaveProperty('config');
  });

  it('is refused for an address that is neither, and for a cluster that is not there', async () => {
    await expect(ask(cluster('c1'), { PrivateIpAddress: 'maybe' })).rejects.toMatchObject({ code: 'InvalidParameter' });
    await expect(ask(cluster('c1'), { ClusterId: 'c2' })).rejects.toMatchObject({ code: 'ErrorClusterNotFound' });
  });

  it('makes administrators of the account and of whoever has AdministratorAccess only', async () => {
    const admin = await ask(cluster('c1'), {}, { policies: ['AdministratorAccess'] });
    expect(read(admin).groups).toEqual(['system:users', 'system:masters']);
    const root = read(await ask(cluster('c1'), {}, { principal: { kind: 'root', accountId } }));
    expect([root.name, root.groups]).toEqual([`${accountId}-1600000000`, ['system:users', 'system:masters']]);
    const session = { kind: 'session', accountId, roleName: 'deploy', sessionName: 's' } as const;
    const role = read(await ask(cluster('c1'), {}, { principal: session }));
    expect([role.name, role.groups]).toEqual(['300000000000000007-1600000000', ['system:users']]);
    const gone = read(await ask(cluster('c1'), {}, { principal: { ...session, roleName: 'gone' } }));
    expect(gone.groups).toEqual(['system:users']);
  });

  it('comes from one CA a cluster, whoever asks first', async () => {
    const own = cluster('c1');
    const answers = (await Promise.all([ask(own), ask(own), ask(own)])).map(read);
    expect(new Set(answers.map(({ ca }) => ca.fingerprint256)).size).toBe(1);
    expect(new Set(answers.map(({ key }) => key)).size).toBe(3);
    expect(read(await ask(cluster('c2'))).ca.fingerprint256).not.toBe(answers[0]?.ca.fingerprint256);
  });
});

describe('the kubeconfig of a cluster with an API server', () => {
  const settings = (ca: string) => ({
    server: 'https://127.0.0.1:6443',
    'certificate-authority-data': Buffer.from(ca).toString('base64'),
    'tls-server-name': 'kubernetes',
  });

  it('has its address and settings, and a certificate of its CA', async () => {
    const authority = await makeCertificateAuthority('kubernetes');
    const apiServer = { cluster: settings(authority.cert), user: { token: 'of the administrator' } };
    const clientCa = { certificatePem: authority.cert, keyPem: authority.key };
    const answer = await ask(cluster('c1', { apiServer, clientCa }), { TemporaryDurationMinutes: '60' });
    const { config, certificate, ca } = read(answer);
    expect(config.clusters[0].cluster).toEqual(apiServer.cluster);
    expect(certificate.checkIssued(ca) && certificate.verify(ca.publicKey)).toBe(true);
    expect(answer.config).not.toContain('of the administrator');
  });

  it('lets in the user of the seed where the key of the CA is not known', async () => {
    const authority = await makeCertificateAuthority('kubernetes');
    const issued = await authority.issue('CN=admin', 'client');
    const user = {
      'client-certificate-data': Buffer.from(issued.cert).toString('base64'),
      'client-key-data': Buffer.from(issued.key).toString('base64'),
    };
    const answer = await ask(cluster('c1', { apiServer: { cluster: settings(authority.cert), user } }));
    expect(parse(answer.config).users[0].user).toEqual(user);
    expect(Date.parse(answer.expiration)).toBe(Date.parse(new X509Certificate(issued.cert).validTo));
    const token = { cluster: settings(authority.cert), user: { token: 't' } };
    expect(await ask(cluster('c1', { apiServer: token }))).not.toHaveProperty('expiration');
  });
});
