import { writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runTool, scratchFolder, startedSandbox, type ToolResult } from '../support/tool.ts';

const home = scratchFolder();
const account = '1000000000000001';
const cluster = 'cpipelines';
const roleArn = `acs:ram::${account}:role/deployer`;
const providerArn = `acs:ram::${account}:oidc-provider/ack-rrsa-${cluster}`;
const seedFile = join(home, 'seed.yaml');
writeFileSync(
  seedFile,
  `apiVersion: ack-ram-tool/v1
kind: SandboxSeed
accounts:
  - id: "${account}"
    users:
      - { name: admin, accessKeyId: LTAImetadataadmin000001, accessKeySecret: planted-secret-of-the-admin, systemPolicies: [AdministratorAccess] }
    roles:
      - name: KubernetesWorkerRole-1
        trustPolicy: { Version: "1", Statement: [{ Effect: Allow, Action: "sts:AssumeRole", Principal: { Service: [ecs.aliyuncs.com] } }] }
      - name: deployer
        trustPolicy:
          Version: "1"
          Statement:
            - Effect: Allow
              Action: "sts:AssumeRole"
              Principal: { Federated: ["\${providerArn:${cluster}}"] }
              Condition:
                StringEquals:
                  "oidc:iss": ["\${issuer:${cluster}}"]
                  "oidc:aud": [sts.aliyuncs.com]
                  "oidc:sub": ["system:serviceaccount:ci:deploy"]
    clusters:
      - { id: ${cluster}, rrsa: true }
`,
);
const sandbox = await startedSandbox(['--seed', seedFile]);
const admin = {
  ...sandbox.env,
  HOME: home,
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAImetadataadmin000001',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'planted-secret-of-the-admin',
};
const nobody = { ...admin, ALIBABA_CLOUD_ACCESS_KEY_ID: undefined, ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined };

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(handler: Handler): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    handler(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** An instance whose metadata is the sandbox's, without version 2: the token path answers `status`. */
const versionOneOnly = (status: number): Handler => {
  return (request, response) => {
    if (request.method === 'PUT') {
      response.writeHead(status).end();
      return;
    }
    const onward = httpRequest(`${sandbox.endpoint}${request.url}`, { agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 500);
      answer.pipe(response);
    });
    onward.end();
  };
};

/** An instance with a role whose credentials are `document`. */
const answering = (document: string): Handler => {
  return ({ method, url }, response) => {
    if (method === 'PUT') response.end('planted-metadata-token');
    else if (url?.endsWith('/security-credentials/')) response.end('worker');
    else if (url?.endsWith('/security-credentials/worker')) response.end(document);
    else response.writeHead(404).end();
  };
};
const document = {
  Code: 'Success',
  AccessKeyId: 'STS.NUplanted00000000001',
  AccessKeySecret: 'planted-secret',
  SecurityToken: 'CAISplanted-token',
  Expiration: '2099-01-02T03:04:05Z',
};

const whoami = ['auth', 'whoami', '-o', 'json'];
const imds = [...whoami, '--credential-type', 'imds'];

function accountOf({ exitCode, stdout, stderr }: ToolResult): { arn: string; roleName: string | null } {
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout);
}

function expectRefused(result: ToolResult, code: string, ...says: string[]): void {
  expect(result.stdout).toBe('');
  expect(result.stderr).not.toContain('planted');
  expect(result.stderr).not.toMatch(/^ {4}at /m);
  const { error } = JSON.parse(result.stderr.trim().split('\n').at(-1) ?? '');
  expect(error.code, result.stderr).toBe(code);
  for (const text of says) expect(error.message).toContain(text);
}

describe('auth whoami', () => {
  it('names the user that the keys belong to, in text and in JSON', async () => {
    const text = await runTool(['auth', 'whoami'], { env: admin });
    expect(text, text.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    expect(text.stdout).toMatch(
      new RegExp(
        `^AccountId     ${account}\nIdentityType  RAMUser\nUserId        \\d+\nUserName      admin\n` +
          `Arn           acs:ram::${account}:user/admin\nPrincipalId   \\d+\n$`,
      ),
    );
    const json = JSON.parse((await runTool(whoami, { env: admin })).stdout);
    expect(Object.keys(json)).toEqual([
      ...['schemaVersion', 'accountId', 'identityType', 'arn', 'principalId'],
      ...['userId', 'userName', 'roleId', 'roleName'],
    ]);
    expect(json).toMatchObject({ schemaVersion: 1, accountId: account, userName: 'admin', roleId: null });
  });

  it('says when there is nobody to be', async () => {
    const refused = await runTool(whoami, { env: nobody });
    expect(refused.exitCode).toBe(4);
    expectRefused(refused, 'CREDENTIALS_NOT_FOUND', 'ALIBABA_CLOUD_ECS_METADATA', 'ALIBABA_CLOUD_CREDENTIALS_URI');
  });
});

describe('ECS metadata', () => {
  const worker = { identityType: 'AssumedRoleUser', roleName: 'KubernetesWorkerRole-1', userName: null };

  it.each(['imds', 'ecs-role', 'IMDS'])(
    'is all that --credential-type %s asks, whatever keys there are',
    async (type) => {
      const result = await runTool([...whoami, '--credential-type', type], { env: admin });
      expect(accountOf(result)).toMatchObject(worker);
    },
  );

  it('is asked when the environment names its role', async () => {
    const env = { ...nobody, ALIBABA_CLOUD_ECS_METADATA: 'KubernetesWorkerRole-1' };
    expect(accountOf(await runTool(whoami, { env }))).toMatchObject(worker);
    const disabled = await runTool(whoami, { env: { ...env, ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' } });
    expectRefused(disabled, 'CREDENTIALS_NOT_FOUND', 'ALIBABA_CLOUD_ECS_METADATA_DISABLED switches it off');
  });

  it('is never asked by itself: a pod must not become its node', async () => {
    const { url, seen } = await serve(versionOneOnly(404));
    const refused = await runTool(whoami, { env: { ...nobody, ALIBABA_CLOUD_IMDS_ENDPOINT: url } });
    expectRefused(refused, 'CREDENTIALS_NOT_FOUND');
    expect(seen).toEqual([]);
  });

  it.each([403, 404])(
    'is asked by version 1 when the token path says %d, unless that is switched off',
    async (status) => {
      const { url, seen } = await serve(versionOneOnly(status));
      const env = { ...nobody, ALIBABA_CLOUD_IMDS_ENDPOINT: url };
      expect(accountOf(await runTool(imds, { env }))).toMatchObject(worker);
      expect(seen).toContain('GET /latest/meta-data/ram/security-credentials/KubernetesWorkerRole-1');
      seen.length = 0;
      const refused = await runTool(imds, { env: { ...env, ALIBABA_CLOUD_IMDSV1_DISABLED: 'true' } });
      expect(refused.exitCode).toBe(4);
      expectRefused(refused, 'CREDENTIALS_SOURCE_BROKEN', 'ECS metadata', 'version 1 is switched off');
      expect(seen).toEqual(['PUT /latest/api/token']);
    },
  );

  it('hands on the true expiry', async () => {
    const { url } = await serve(answering(JSON.stringify(document)));
    const env = { ...nobody, ALIBABA_CLOUD_IMDS_ENDPOINT: url };
    const exported = await runTool(['export-credentials', '-f', 'ecs', '--credential-type', 'imds'], { env });
    expect(exported.exitCode, exported.stderr).toBe(0);
    expect(JSON.parse(exported.stdout)).toMatchObject(document);
  });

  it.each<[string, Handler, string]>([
    ['never answers', () => {}, 'no answer from'],
    ['answers 500', (_request, response) => void response.writeHead(500).end('planted'), 'answered 500'],
    ['redirects', (_request, response) => void response.writeHead(302, { location: '/planted' }).end(), 'answered 302'],
    ['answers a web page', (_request, response) => void response.end('<html>planted</html>'), 'other than the name'],
    [
      'has no role',
      ({ method }, response) => void response.writeHead(method === 'PUT' ? 200 : 404).end('t'),
      'no RAM role',
    ],
    ['gives a web page for credentials', answering('<html>planted</html>'), 'JSON object'],
    [
      'gives half of the credentials',
      answering(JSON.stringify({ ...document, SecurityToken: undefined })),
      'without SecurityToken',
    ],
    ['gives a failure', answering(JSON.stringify({ ...document, Code: 'RoleUnauthorized' })), 'RoleUnauthorized'],
    [
      'gives what has expired',
      answering(JSON.stringify({ ...document, Expiration: '2020-01-01T00:00:00Z' })),
      'expired',
    ],
  ])('that %s is a broken source', async (_name, handler, fault) => {
    const { url } = await serve(handler);
    const refused = await runTool(imds, { env: { ...admin, ALIBABA_CLOUD_IMDS_ENDPOINT: url } });
    expect(refused.exitCode).toBe(4);
    expectRefused(refused, 'CREDENTIALS_SOURCE_BROKEN', 'ECS metadata', fault);
  });
});

describe('utils test-ecs-metadata', () => {
  it('shows what the service says, and that STS takes it', async () => {
    const once = await runTool(['utils', 'test-ecs-metadata', '--no-loop'], { env: admin });
    expect(once.exitCode, once.stderr).toBe(0);
    expect(once.stdout).toMatch(
      /^Region: {7}cn-hangzhou\nInstanceId: {3}i-\w+\nRoleName: {5}KubernetesWorkerRole-1\nAccessKeyId: {2}STS\.\w{4}\*\*\*\nExpiration: {3}\S+Z\n$/,
    );
    expect(once.stderr).toMatch(/^\S+ INFO success.*assumed-role\/KubernetesWorkerRole-1\//);
    const json = await runTool(['utils', 'test-ecs-metadata', '--no-loop', '-o', 'json'], { env: nobody });
    expect(JSON.parse(json.stdout)).toMatchObject({ schemaVersion: 1, region: 'cn-hangzhou' });
  });

  it('goes on after a round that failed, and each round asks anew', async () => {
    let fails = true;
    const good = versionOneOnly(404);
    const { url, seen } = await serve((request, response) => {
      if (fails) response.writeHead(500).end('planted');
      else good(request, response);
    });
    const looped = await runTool(['utils', 'test-ecs-metadata', '--interval', '50ms', '-o', 'json'], {
      env: { ...nobody, ALIBABA_CLOUD_IMDS_ENDPOINT: url },
      onStart: (child) => {
        let rounds = 0;
        child.stderr?.on('data', (text: string) => {
          if (text.includes(' ERROR ')) fails = false;
        });
        child.stdout?.on('data', (text: string) => {
          rounds += text.split('\n').length - 1;
          if (rounds >= 3) child.kill('SIGINT');
        });
      },
    });
    expect(looped.exitCode).toBe(130);
    expect(looped.stderr).toContain('the metadata service at');
    expect(looped.stderr).not.toContain('planted');
    expect(seen.filter((line) => line.endsWith('/KubernetesWorkerRole-1')).length).toBeGreaterThanOrEqual(3);
  });

  it('fails with --no-loop where there is no service', async () => {
    const { url } = await serve((_request, response) => void response.writeHead(500).end('planted'));
    const env = { ...admin, ALIBABA_CLOUD_IMDS_ENDPOINT: url };
    const refused = await runTool(['utils', 'test-ecs-metadata', '--no-loop', '-o', 'json'], { env });
    expect(refused.exitCode).toBe(4);
    expectRefused(refused, 'CREDENTIALS_SOURCE_BROKEN', 'ECS metadata', 'answered 500');
  });
});

describe('a credentials URI', () => {
  it('gives the credentials and their true expiry', async () => {
    const { url, seen } = await serve((_request, response) => void response.end(JSON.stringify(document)));
    const env = { ...nobody, ALIBABA_CLOUD_CREDENTIALS_URI: `${url}/planted-path` };
    const exported = await runTool(['export-credentials', '-f', 'ecs'], { env });
    expect(exported.exitCode, exported.stderr).toBe(0);
    expect(JSON.parse(exported.stdout)).toMatchObject(document);
    expect(seen).toEqual(['GET /planted-path']);
  });

  it('is never shown, and a broken one is not passed over', async () => {
    const { url } = await serve((_request, response) => void response.writeHead(503).end('planted'));
    const env = {
      ...nobody,
      ALIBABA_CLOUD_CREDENTIALS_URI: `${url}/planted-path?planted`,
      ALIBABA_CLOUD_ECS_METADATA: 'x',
    };
    const refused = await runTool([...whoami, '--verbose'], { env });
    expect(refused.exitCode).toBe(4);
    expectRefused(
      refused,
      'CREDENTIALS_SOURCE_BROKEN',
      'ALIBABA_CLOUD_CREDENTIALS_URI',
      url.slice('http://'.length),
      'answered 503',
    );
  });
});

describe('the OIDC token of a pipeline', () => {
  const flags = ['--oidc-provider-arn', providerArn, '--oidc-role-arn', roleArn];
  const tokenFor = async (serviceAccount: string): Promise<string> => {
    const argv = ['sandbox', 'token', '-c', cluster, '-n', 'ci', '-s', serviceAccount];
    return (await runTool(argv, { env: admin })).stdout.trim();
  };

  it('is fetched from GitHub Actions, for the audience of STS', async () => {
    const token = await tokenFor('deploy');
    const { url, seen } = await serve(({ headers }, response) => {
      if (headers.authorization === 'Bearer planted-bearer') response.end(JSON.stringify({ count: 1, value: token }));
      else response.writeHead(401).end();
    });
    const env = {
      ...admin,
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/planted?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'planted-bearer',
    };
    const result = await runTool([...whoami, '--oidc-token-source', 'github-actions', ...flags], { env });
    expect(accountOf(result)).toMatchObject({ roleName: 'deployer' });
    expect(seen).toEqual(['GET /planted?api-version=2.0&audience=sts.aliyuncs.com']);
    const refused = await runTool([...whoami, '--oidc-token-source', 'github-actions', ...flags], {
      env: { ...env, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'planted-other' },
    });
    expectRefused(refused, 'CREDENTIALS_SOURCE_BROKEN', 'GitHub Actions', 'answered 401');
  });

  it('wants the permission of the job', async () => {
    const refused = await runTool([...whoami, '--oidc-token-source', 'github-actions', ...flags], { env: admin });
    expect(refused.exitCode).toBe(4);
    expectRefused(refused, 'CREDENTIALS_SOURCE_BROKEN', 'ACTIONS_ID_TOKEN_REQUEST_URL is not set');
    expect(refused.stderr).toContain('set `id-token` to `write`');
  });

  it('is taken out of a variable, which a child does not get', async () => {
    const env = { ...admin, CI_OIDC_TOKEN: await tokenFor('deploy') };
    const script = 'printf %s "$ALIBABA_CLOUD_ACCESS_KEY_ID/$CI_OIDC_TOKEN"';
    const argv = ['export-credentials', '--oidc-token-source', 'env:CI_OIDC_TOKEN', ...flags, '--', 'sh', '-c', script];
    const child = await runTool(argv, { env });
    expect(child.exitCode, child.stderr).toBe(0);
    expect(child.stdout).toMatch(/^STS\.\w+\/$/);
  });

  it('is taken out of a file, and named by variables', async () => {
    const file = join(home, 'token');
    writeFileSync(file, `${await tokenFor('deploy')}\n`);
    const env = {
      ...admin,
      ACK_RAM_TOOL_OIDC_TOKEN_SOURCE: `file:${file}`,
      ACK_RAM_TOOL_OIDC_PROVIDER_ARN: providerArn,
      ACK_RAM_TOOL_OIDC_ROLE_ARN: roleArn,
    };
    expect(accountOf(await runTool(whoami, { env }))).toMatchObject({ roleName: 'deployer' });
  });

  it('is refused for whom the role does not trust, and never shown', async () => {
    const token = await tokenFor('somebody-else');
    const refused = await runTool([...whoami, '-v', '--oidc-token-source', 'env:CI_OIDC_TOKEN', ...flags], {
      env: { ...admin, CI_OIDC_TOKEN: token },
    });
    expect(refused.exitCode).toBe(4);
    expectRefused(refused, 'CREDENTIALS_REFUSED', roleArn);
    expect(refused.stderr).not.toContain(token);
  });

  it('is not passed over when a flag is missing or malformed', async () => {
    for (const argv of [
      ['--oidc-token-source', 'gitlab', ...flags],
      ['--oidc-token-source', 'env:CI_OIDC_TOKEN'],
    ]) {
      const refused = await runTool([...whoami, ...argv], { env: admin });
      expect(refused.exitCode, argv.join(' ')).toBe(2);
      expectRefused(refused, 'USAGE', '--oidc-token-source');
    }
  });
});

describe('--expect-account', () => {
  it('lets the account go on that is expected, and no other', async () => {
    expect(accountOf(await runTool([...whoami, '--expect-account', account], { env: admin }))).toBeDefined();
    const other = '2000000000000002';
    const wrong = await runTool(['export-credentials', '--expect-account', other, '--', 'echo', 'ran'], { env: admin });
    expect(wrong.exitCode).toBe(4);
    expect(wrong.stdout).toBe('');
    expect(wrong.stderr).toContain(account);
    expect(wrong.stderr).toContain(other);
    expect(wrong.stderr).not.toContain('planted');
  });

  it('keeps assume-role from printing credentials of another account', async () => {
    const other = '2000000000000002';
    const wrong = await runTool(
      [
        ...['rrsa', 'assume-role', '-r', `acs:ram::${account}:role/any`, '-t', '/no/such/token'],
        ...['-p', `acs:ram::${account}:oidc-provider/any`, '--expect-account', other],
      ],
      { env: admin },
    );
    expect([wrong.exitCode, wrong.stdout]).toEqual([4, '']);
    expect(wrong.stderr).toContain(`and account ${other} is expected`);
  });

  it('wants an account id', async () => {
    const refused = await runTool([...whoami, '--expect-account', 'admin'], { env: admin });
    expect(refused.exitCode).toBe(2);
    expectRefused(refused, 'USAGE', '"admin" is no account id');
  });
});
