import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSeedFile } from '../../../src/sandbox/seed-file.ts';
import { startSandbox } from '../../../src/sandbox/server.ts';
import { type CertificateAuthority, makeCertificateAuthority } from '../../support/certificate-authority.ts';
import { scratchFolder } from '../../support/tool.ts';

let authority: CertificateAuthority;
let server: Server;
let url: string;
const issuer = 'https://kubernetes.default.svc.cluster.local';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const answers = new Map<string, { status: number; body: string }>();

/** What of an API server the sandbox reads: two documents, for clients with a certificate. */
beforeAll(async () => {
  authority = await makeCertificateAuthority('kubernetes');
  const serving = await authority.issue('CN=server', 'server');
  server = createServer({ ...serving, ca: authority.cert, requestCert: true }, (request, response) => {
    const isKnown = (request.socket as TLSSocket).authorized;
    const { status, body } = answers.get(request.url ?? '') ?? { status: 404, body: '{}' };
    if (isKnown && request.headers.accept === undefined) response.writeHead(status).end(body);
    else response.writeHead(403).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answers.set('/.well-known/openid-configuration', { status: 200, body: JSON.stringify({ issuer }) });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  answers.set('/openid/v1/jwks', { status: 200, body: JSON.stringify({ keys: [jwk] }) });
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A seed with a kubeconfig beside it; everything that it names is in files. */
async function seedWith(changes: { files?: Record<string, string>; cluster?: object; config?: object } = {}) {
  const folder = scratchFolder();
  const client = await authority.issue('CN=admin,O=system:masters', 'client');
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'k', cluster: { server: url, 'certificate-authority': 'ca.crt', 'x-kept': 'yes' } }],
    users: [{ name: 'u', user: { 'client-certificate': 'admin.crt', 'client-key': 'admin.key' } }],
    contexts: [{ name: 'ctx', context: { cluster: 'k', user: 'u' } }],
    'current-context': 'ctx',
    ...changes.config,
  };
  const files: Record<string, string> = {
    'kube/config': JSON.stringify(kubeconfig),
    'kube/ca.crt': authority.cert,
    'kube/ca.key': authority.key,
    'kube/admin.crt': client.cert,
    'kube/admin.key': client.key,
    ...changes.files,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const cluster = { id: 'c1', rrsa: true, kubeconfig: 'kube/config', caKey: 'kube/ca.key', ...changes.cluster };
  const seed = { apiVersion: 'ack-ram-tool/v1', kind: 'SandboxSeed', accounts: [{ id: '1', clusters: [cluster] }] };
  const seedFile = join(folder, 'seed.yaml');
  writeFileSync(seedFile, JSON.stringify(seed));
  return seedFile;
}

describe('a cluster of a seed with a kubeconfig', () => {
  it('has the settings of its current context, and no names of files', async () => {
    const seed = await readSeedFile(await seedWith());
    const found = seed.accounts[0]?.clusters?.[0];
    expect(found?.apiServer?.cluster).toEqual({
      server: url,
      'certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
      'x-kept': 'yes',
    });
    expect(Object.keys(found?.apiServer?.user ?? {})).toEqual(['client-certificate-data', 'client-key-data']);
    expect(new X509Certificate(found?.clientCa?.certificatePem ?? '').subject).toBe('CN=kubernetes');
    expect(found?.clientCa?.keyPem).toContain('-----BEGIN PRIVATE KEY-----');
  });

  it.each([
    ['no kubeconfig', { files: { 'kube/config': '[]' } }, /kubeconfig is no kubeconfig/],
    ['no YAML', { files: { 'kube/config': '{' } }, /kubeconfig is no YAML/],
    ['no current context', { config: { 'current-context': 'x' } }, /names no current context/],
    ['no cluster', { config: { clusters: [] } }, /a context without its cluster or user/],
    ['no server', { config: { clusters: [{ name: 'k', cluster: { server: 'x' } }] } }, /a cluster without a server/],
    ['a key that is none', { files: { 'kube/ca.key': 'secret' } }, /caKey is not a private key in PEM$/],
    ['a CA key without a kubeconfig', { cluster: { kubeconfig: undefined } }, /caKey has no kubeconfig beside it/],
  ])('is refused with %s, saying where', async (_, changes, message) => {
    await expect(readSeedFile(await seedWith(changes))).rejects.toMatchObject({
      code: 'FILE_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('is refused with the key of another CA, or a file that is not there', async () => {
    const other = await makeCertificateAuthority('other');
    await expect(readSeedFile(await seedWith({ files: { 'kube/ca.key': other.key } }))).rejects.toThrow(
      'is not the key of the CA that the kubeconfig names',
    );
    const config = { users: [{ name: 'u', user: { 'client-certificate': 'nowhere' } }] };
    await expect(readSeedFile(await seedWith({ config }))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});

describe('STS of a sandbox with an API server behind a cluster', () => {
  async function assume(endpoint: string, token: string): Promise<{ status: number; Code?: string }> {
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithOIDC',
      Version: '2015-04-01',
      Format: 'JSON',
      OIDCProviderArn: 'acs:ram::1:oidc-provider/ack-rrsa-c1',
      RoleArn: 'acs:ram::1:role/nobody',
      RoleSessionName: 'test',
      OIDCToken: token,
    });
    const answer = await fetch(endpoint, { method: 'POST', body });
    return { status: answer.status, ...((await answer.json()) as object) };
  }

  function signed({ key = keys.privateKey, iss = issuer } = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      sub: 'system:serviceaccount:a:b',
      iss,
      aud: ['sts.aliyuncs.com'],
      iat: now,
      exp: now + 600,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign(key);
  }

  it('knows the tokens that the server signs, and no others', async () => {
    const sandbox = await startSandbox({ seedFile: await seedWith() });
    try {
      expect(sandbox.store.accounts[0]?.clusters[0]?.issuers[0]).toBe(issuer);
      // The token is good, and nothing but the role is missing.
      expect(await assume(sandbox.endpoint, await signed())).toMatchObject({ Code: 'EntityNotExist.Role' });
      const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
      expect(await assume(sandbox.endpoint, await signed({ key: other }))).toMatchObject({
        Code: 'AuthenticationFail.OIDCToken.InvalidSignature',
      });
    } finally {
      await sandbox.close();
    }
  });

  it('knows those of the issuer that Kubernetes comes with, when that is the server', async () => {
    const builtIn = 'https://kubernetes.default.svc';
    answers.set('/.well-known/openid-configuration', { status: 200, body: JSON.stringify({ issuer: builtIn }) });
    const sandbox = await startSandbox({ seedFile: await seedWith() });
    try {
      expect(sandbox.store.accounts[0]?.clusters[0]?.issuers).toEqual([builtIn]);
      expect(await assume(sandbox.endpoint, await signed({ iss: builtIn }))).toMatchObject({
        Code: 'EntityNotExist.Role',
      });
      expect(await assume(sandbox.endpoint, await signed())).toMatchObject({
        Code: 'AuthenticationFail.OIDCToken.IssuerConfigurationBroken',
      });
    } finally {
      answers.set('/.well-known/openid-configuration', { status: 200, body: JSON.stringify({ issuer }) });
      await sandbox.close();
    }
  });

  it('is not started when the server does not answer, or answers something else', async () => {
    const config = { clusters: [{ name: 'k', cluster: { server: 'http://127.0.0.1:1' } }] };
    const gone = startSandbox({ seedFile: await seedWith({ config, cluster: { caKey: undefined } }) });
    await expect(gone).rejects.toMatchObject({ code: 'NETWORK', message: expect.stringContaining('cluster c1') });
    const good = answers.get('/openid/v1/jwks');
    for (const [status, body, code] of [
      [200, '{}', 'BAD_ANSWER'],
      [200, '<html>', 'BAD_ANSWER'],
      [500, '{}', 'NETWORK'],
    ] as const) {
      answers.set('/openid/v1/jwks', { status, body });
      await expect(startSandbox({ seedFile: await seedWith() })).rejects.toMatchObject({ code });
    }
    if (good) answers.set('/openid/v1/jwks', good);
  });

  it('asks nothing of a server whose keys the seed has', async () => {
    const jwks = JSON.stringify({ keys: [] });
    const config = { clusters: [{ name: 'k', cluster: { server: 'https://127.0.0.1:1' } }] };
    const cluster = { caKey: undefined, issuer: 'https://issuer.example', jwksFile: 'jwks.json' };
    const sandbox = await startSandbox({ seedFile: await seedWith({ config, cluster, files: { 'jwks.json': jwks } }) });
    expect(sandbox.store.accounts[0]?.clusters[0]?.issuers[0]).toBe('https://issuer.example');
    await sandbox.close();
  });
});
