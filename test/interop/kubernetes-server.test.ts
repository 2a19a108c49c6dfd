import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader, importPKCS8, SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { makeSigningKey } from '../support/certificate-authority.ts';
import { describeWithKubeApiserver, startedKubeApiserver } from '../support/kube-apiserver.ts';
import { runTool, scratchFolder, startedSandbox } from '../support/tool.ts';

const clusterId = 'c0123456789abcdef0123456789abcdef';
const audience = 'sts.aliyuncs.com';

describeWithKubeApiserver('service-account tokens of a real API server', async () => {
  const issuer = `https://oidc-ack-cn-hangzhou.oss-cn-hangzhou.aliyuncs.com/${clusterId}`;
  const folder = scratchFolder();
  const server = await startedKubeApiserver({ issuer });
  await server.createServiceAccount('rrsa-demo', 'demo-sa');
  await server.createServiceAccount('rrsa-demo', 'other-sa');

  const jwksFile = join(folder, 'jwks.json');
  writeFileSync(jwksFile, JSON.stringify((await server.request('GET', '/openid/v1/jwks')).body));
  const seed = join(folder, 'seed.yaml');
  writeFileSync(seed, JSON.stringify(sandboxSeed(issuer, jwksFile)));
  const sandbox = await startedSandbox(['--seed', seed]);
  const assumeRole = (token: string) =>
    runTool(['rrsa', 'assume-role', '-r', roleArn, '-p', providerArn, '-t', '-', '-o', 'json'], {
      env: { ...sandbox.env, HOME: folder },
      stdin: token,
    });

  it('lets the administrator in, and nobody without a name', async () => {
    const { status, body } = await server.request('GET', '/api/v1/namespaces');
    expect(status).toBe(200);
    expect(body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toContain('rrsa-demo');
    expect((await server.anonymous('/api/v1/namespaces')).status).toBe(403);
    const { exitCode, stdout, stderr } = await server.kubectl(['get', 'namespaces', '-o', 'name']);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('namespace/rrsa-demo\n');
    const asked = server.requests().filter(({ uri }) => /^\/api\/v1\/namespaces(\?|$)/.test(uri));
    expect(asked).toContainEqual(expect.objectContaining({ verb: 'list', user: 'admin', status: 200 }));
    expect(asked).toContainEqual(expect.objectContaining({ verb: 'list', user: 'system:anonymous', status: 403 }));
  });

  it('serves its discovery document and keys once a binding opens them', async () => {
    expect((await server.anonymous('/.well-known/openid-configuration')).status).toBe(403);
    const bound = await server.kubectl([
      ...['create', 'clusterrolebinding', 'oidc-anonymous'],
      ...['--clusterrole=system:service-account-issuer-discovery', '--group=system:unauthenticated'],
    ]);
    expect(bound.exitCode, bound.stderr).toBe(0);
    // The authorizer hears of a new binding by its watch.
    await expect
      .poll(async () => (await server.anonymous('/.well-known/openid-configuration')).status, { timeout: 10_000 })
      .toBe(200);
    const { body } = await server.anonymous('/.well-known/openid-configuration');
    expect(body.issuer).toBe(issuer);
    expect((await server.anonymous('/openid/v1/jwks')).body.keys).toHaveLength(1);
  });

  it('turns a token of the TokenRequest API into credentials', async () => {
    const token = await server.createToken('rrsa-demo', 'demo-sa', audience);
    expect(decodeJwt(token)).toMatchObject({
      iss: issuer,
      aud: [audience],
      sub: 'system:serviceaccount:rrsa-demo:demo-sa',
    });
    const { exitCode, stdout, stderr } = await assumeRole(token);
    expect(exitCode, stderr).toBe(0);
    const { accessKeyId, accessKeySecret, securityToken, expiration } = JSON.parse(stdout);
    expect(Date.parse(expiration)).toBeGreaterThan(Date.now());

    const whoami = await runTool(['auth', 'whoami', '-o', 'json'], {
      env: {
        ...sandbox.env,
        HOME: folder,
        ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
        ALIBABA_CLOUD_SECURITY_TOKEN: securityToken,
      },
    });
    expect(whoami.exitCode, whoami.stderr).toBe(0);
    expect(JSON.parse(whoami.stdout)).toMatchObject({ identityType: 'AssumedRoleUser', roleName: 'app' });
  });

  it.skipIf((await server.kubectlMinor()) < 24)('takes a token that kubectl made', async () => {
    const argv = ['create', 'token', '-n', 'rrsa-demo', 'demo-sa', '--audience', audience, '--duration', '3600s'];
    const { exitCode, stdout: token, stderr } = await server.kubectl(argv);
    expect(exitCode, stderr).toBe(0);
    expect((await assumeRole(token)).exitCode).toBe(0);
  });

  it.each([
    ['of another service account', () => server.createToken('rrsa-demo', 'other-sa', audience)],
    ['for another audience', () => server.createToken('rrsa-demo', 'demo-sa', 'kubernetes.default.svc')],
  ])('gives nothing for a token %s', async (_which, makeToken) => {
    const token = await makeToken();
    const { exitCode, stdout, stderr } = await assumeRole(token);
    expect(exitCode).toBe(4);
    expect(stdout).toBe('');
    expect(stderr).not.toContain(token);
  });

  it('gives nothing for a token that another key signed', async () => {
    const real = await server.createToken('rrsa-demo', 'demo-sa', audience);
    const { alg = '', kid = '' } = decodeProtectedHeader(real);
    const key = await importPKCS8(makeSigningKey(), alg);
    const forged = await new SignJWT(decodeJwt(real)).setProtectedHeader({ alg, kid }).sign(key);
    const { exitCode, stdout } = await assumeRole(forged);
    expect(exitCode).toBe(4);
    expect(stdout).toBe('');
  });
});

const account = '1000000000000001';
const roleArn = `acs:ram::${account}:role/app`;
const providerArn = `acs:ram::${account}:oidc-provider/ack-rrsa-${clusterId}`;

function sandboxSeed(issuer: string, jwksFile: string): unknown {
  const trustPolicy = {
    Version: '1',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Federated: [providerArn] },
        Condition: {
          StringEquals: {
            'oidc:aud': audience,
            'oidc:iss': issuer,
            'oidc:sub': 'system:serviceaccount:rrsa-demo:demo-sa',
          },
        },
      },
    ],
  };
  return {
    apiVersion: 'ack-ram-tool/v1',
    kind: 'SandboxSeed',
    accounts: [
      {
        id: account,
        users: [{ name: 'admin', systemPolicies: ['AdministratorAccess'] }],
        roles: [{ name: 'app', trustPolicy }],
        clusters: [{ id: clusterId, name: 'foo', region: 'cn-hangzhou', rrsa: true, issuer, jwksFile }],
      },
    ],
  };
}
