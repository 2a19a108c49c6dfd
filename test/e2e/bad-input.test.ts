import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runTool, scratchFolder, startedSandbox } from '../support/tool.ts';

const home = scratchFolder();
const file = (name: string, text: string): string => {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
};

const account = '1000000000000001';
const seedFile = file(
  'seed.yaml',
  `apiVersion: ack-ram-tool/v1
kind: SandboxSeed
accounts:
  - id: "${account}"
    users:
      - { name: admin, accessKeyId: LTAIbadinputadmin000001, accessKeySecret: planted-secret-of-the-admin, systemPolicies: [AdministratorAccess], customPolicies: [] }
      - { name: nobody, accessKeyId: LTAIbadinputnobody00001, accessKeySecret: planted-secret-of-nobody, systemPolicies: [], customPolicies: [] }
    roles:
      - { name: good, trustPolicy: { Version: "1", Statement: [] }, maxSessionDuration: 1h, systemPolicies: [], customPolicies: [] }
      - { name: broken, trustPolicy: "this is no JSON {", maxSessionDuration: 1h, systemPolicies: [], customPolicies: [] }
    policies: []
    clusters:
      - { id: con, name: "on", region: cn-hangzhou, version: 1.32.1-aliyun.1, type: ManagedKubernetes, profile: Default, state: running, rrsa: true, addons: [] }
      - { id: coff, name: "off", region: cn-hangzhou, version: 1.32.1-aliyun.1, type: ManagedKubernetes, profile: Default, state: running, rrsa: false, addons: [] }
      - { id: cold, name: old, region: cn-hangzhou, version: 1.20.11-aliyun.1, type: ManagedKubernetes, profile: Default, state: running, rrsa: false, addons: [] }
      - { id: cdedicated, name: dedicated, region: cn-hangzhou, version: 1.32.1-aliyun.1, type: Kubernetes, profile: Default, state: running, rrsa: false, addons: [] }
      - { id: cregistered, name: registered, region: cn-hangzhou, version: 1.32.1-aliyun.1, type: ExternalKubernetes, profile: Default, state: running, rrsa: false, addons: [] }
      - { id: cstopped, name: stopped, region: cn-hangzhou, version: 1.32.1-aliyun.1, type: ManagedKubernetes, profile: Default, state: failed, rrsa: false, addons: [] }
`,
);
const sandbox = await startedSandbox(['--seed', seedFile]);
const env = {
  ...sandbox.env,
  HOME: home,
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAIbadinputadmin000001',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'planted-secret-of-the-admin',
};
const nobody = {
  ...env,
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAIbadinputnobody00001',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'planted-secret-of-nobody',
};

/** A proxy's login page where an API should be. */
const web = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>please log in</html>');
});
await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
afterAll(() => void web.close());
const html = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
/** Nobody listens there: a port that was free a moment ago. */
const gone = createServer();
await new Promise<void>((done) => gone.listen(0, '127.0.0.1', done));
const unreachable = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
await new Promise((done) => gone.close(done));

const roleArn = `acs:ram::${account}:role/good`;
const providerArn = `acs:ram::${account}:oidc-provider/ack-rrsa-con`;
const associate = (cluster: string, role = 'good', ...more: string[]): string[] => [
  'rrsa',
  'associate-role',
  '-c',
  cluster,
  '-r',
  role,
  '-n',
  'ns',
  '-s',
  'sa',
  '-y',
  ...more,
];
const assume = (tokenFile: string): string[] => [
  'rrsa',
  'assume-role',
  '-r',
  roleArn,
  '-p',
  providerArn,
  '-t',
  tokenFile,
];
mkdirSync(join(home, 'folder'));
const tokenText = 'planted-token-that-must-not-be-shown';

interface Case {
  name: string;
  argv: string[];
  exitCode: number;
  code: string;
  says: string[];
  env?: Record<string, string | undefined>;
  stdin?: string;
}

const cases: Case[] = [
  { name: 'a missing flag', argv: ['rrsa', 'status'], exitCode: 2, code: 'USAGE', says: ['--cluster-id is required'] },
  {
    name: 'an unknown flag',
    argv: ['rrsa', 'status', '--clusterid=x'],
    exitCode: 2,
    code: 'USAGE',
    says: ['--clusterid', 'did you mean', '--cluster-id'],
  },
  { name: 'an unknown command', argv: ['rrsa', 'stauts'], exitCode: 2, code: 'USAGE', says: ['stauts', 'rrsa status'] },
  {
    name: 'an unknown value',
    argv: ['rrsa', 'status', '-c', 'con', '-o', 'xml'],
    exitCode: 2,
    code: 'USAGE',
    says: ['"xml"', 'text or json'],
  },
  {
    name: 'an argument too many',
    argv: ['rrsa', 'status', '-c', 'con', 'extra'],
    exitCode: 2,
    code: 'USAGE',
    says: ['extra'],
  },
  {
    name: 'a cluster id that would be a path',
    argv: ['rrsa', 'status', '-c', '../../etc'],
    exitCode: 2,
    code: 'USAGE',
    says: ['../../etc'],
  },
  {
    name: 'a cluster id with a line break',
    argv: ['rrsa', 'status', '-c', 'c1\nx'],
    exitCode: 2,
    code: 'USAGE',
    says: ['cluster'],
  },
  {
    name: 'a cluster that is not there',
    argv: ['rrsa', 'status', '-c', 'cnone'],
    exitCode: 1,
    code: 'CLUSTER_NOT_FOUND',
    says: ['cnone'],
  },
  {
    name: 'a cluster below 1.22',
    argv: ['rrsa', 'enable', '-c', 'cold', '-y'],
    exitCode: 1,
    code: 'CLUSTER_UNSUPPORTED',
    says: ['1.20.11-aliyun.1', '1.22'],
  },
  {
    name: 'a dedicated cluster',
    argv: ['rrsa', 'enable', '-c', 'cdedicated', '-y'],
    exitCode: 1,
    code: 'CLUSTER_UNSUPPORTED',
    says: ['Kubernetes'],
  },
  {
    name: 'a registered cluster',
    argv: ['rrsa', 'enable', '-c', 'cregistered', '-y'],
    exitCode: 1,
    code: 'CLUSTER_UNSUPPORTED',
    says: ['ExternalKubernetes'],
  },
  {
    name: 'enabling a cluster that does not run',
    argv: ['rrsa', 'enable', '-c', 'cstopped', '-y'],
    exitCode: 1,
    code: 'CLUSTER_NOT_READY',
    says: ['failed'],
  },
  {
    name: 'installing an addon on a cluster that does not run',
    argv: ['rrsa', 'install-helper-addon', '-c', 'cstopped', '-y'],
    exitCode: 1,
    code: 'CLUSTER_NOT_READY',
    says: ['failed'],
  },
  {
    name: 'associating while RRSA is off',
    argv: associate('coff'),
    exitCode: 1,
    code: 'RRSA_DISABLED',
    says: ['coff', 'rrsa enable -c coff'],
  },
  {
    name: 'a role that is not there',
    argv: associate('con', 'none'),
    exitCode: 1,
    code: 'ROLE_NOT_FOUND',
    says: ['none', '--create-role-if-not-exist'],
  },
  {
    name: 'a policy that is not there',
    argv: associate('con', 'good', '--attach-custom-policy', 'none'),
    exitCode: 1,
    code: 'POLICY_NOT_FOUND',
    says: ['none'],
  },
  {
    name: 'a trust policy that does not parse',
    argv: associate('con', 'broken'),
    exitCode: 1,
    code: 'TRUST_POLICY_UNREADABLE',
    says: ['broken'],
  },
  { name: 'a malformed role name', argv: associate('con', 'a role'), exitCode: 2, code: 'USAGE', says: ['a role'] },
  {
    name: 'a malformed namespace',
    argv: ['rrsa', 'associate-role', '-c', 'con', '-r', 'good', '-n', 'Name_Space', '-s', 'sa', '-y'],
    exitCode: 2,
    code: 'USAGE',
    says: ['Name_Space'],
  },
  {
    name: 'a malformed service account',
    argv: ['rrsa', 'associate-role', '-c', 'con', '-r', 'good', '-n', 'ns', '-s', 'a:b', '-y'],
    exitCode: 2,
    code: 'USAGE',
    says: ['a:b'],
  },
  {
    name: 'a malformed role ARN',
    argv: ['rrsa', 'assume-role', '-r', 'acs:ram::1:user/x', '-p', providerArn, '-t', 'x'],
    exitCode: 2,
    code: 'USAGE',
    says: ['acs:ram::1:user/x'],
  },
  {
    name: 'a malformed provider ARN',
    argv: ['rrsa', 'assume-role', '-r', roleArn, '-p', 'x', '-t', 'x'],
    exitCode: 2,
    code: 'USAGE',
    says: ['OIDC provider ARN'],
  },
  {
    name: 'a malformed --role-arn',
    argv: ['rrsa', 'status', '-c', 'con', '--role-arn', 'role/x'],
    exitCode: 2,
    code: 'USAGE',
    says: ['role/x'],
  },
  {
    name: 'a token file that is not there',
    argv: assume(join(home, 'none')),
    exitCode: 1,
    code: 'FILE_UNREADABLE',
    says: [join(home, 'none')],
  },
  {
    name: 'a token file that is a folder',
    argv: assume(join(home, 'folder')),
    exitCode: 1,
    code: 'FILE_UNREADABLE',
    says: ['folder'],
  },
  { name: 'an empty token file', argv: assume(file('empty', '')), exitCode: 1, code: 'FILE_INVALID', says: ['empty'] },
  {
    name: 'a token that is too long',
    argv: assume(file('long', 'x'.repeat(20_001))),
    exitCode: 1,
    code: 'FILE_INVALID',
    says: ['20000'],
  },
  {
    name: 'a token that is none',
    argv: assume(file('no-token', tokenText)),
    exitCode: 4,
    code: 'CREDENTIALS_REFUSED',
    says: ['AuthenticationFail.OIDCToken.Invalid'],
  },
  {
    name: 'no token on stdin',
    argv: assume('-'),
    stdin: '',
    exitCode: 1,
    code: 'FILE_INVALID',
    says: ['standard input'],
  },
  {
    name: 'no credentials at all',
    argv: ['rrsa', 'status', '-c', 'con'],
    env: { ALIBABA_CLOUD_ACCESS_KEY_ID: undefined, ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined },
    exitCode: 4,
    code: 'CREDENTIALS_NOT_FOUND',
    says: ['environment'],
  },
  {
    name: 'credentials that are to be ignored',
    argv: ['rrsa', 'status', '-c', 'con', '--ignore-env-credentials'],
    exitCode: 4,
    code: 'CREDENTIALS_NOT_FOUND',
    says: ['no credentials'],
  },
  {
    name: 'half of what a pipeline needs',
    argv: ['rrsa', 'status', '-c', 'con', '--oidc-role-arn', roleArn],
    exitCode: 2,
    code: 'USAGE',
    says: ['--oidc-token-source'],
  },
  {
    name: 'an id without its secret',
    argv: ['rrsa', 'status', '-c', 'con'],
    env: { ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined },
    exitCode: 4,
    code: 'CREDENTIALS_SOURCE_BROKEN',
    says: ['ALIBABA_CLOUD_ACCESS_KEY_SECRET'],
  },
  {
    name: 'a wrong secret',
    argv: ['rrsa', 'status', '-c', 'con'],
    env: { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'planted-wrong-secret' },
    exitCode: 4,
    code: 'CREDENTIALS_REFUSED',
    says: ['SignatureDoesNotMatch'],
  },
  {
    name: 'an identity without the right',
    argv: ['rrsa', 'status', '-c', 'con'],
    env: nobody,
    exitCode: 1,
    code: 'CLOUD_API',
    says: ['403', 'cs:DescribeClusterDetail'],
  },
  {
    name: 'an endpoint that is not there',
    argv: ['rrsa', 'status', '-c', 'con', '--cs-endpoint', unreachable],
    exitCode: 1,
    code: 'NETWORK',
    says: ['127.0.0.1'],
  },
  {
    name: 'an answer that is a web page',
    argv: ['rrsa', 'status', '-c', 'con', '--cs-endpoint', html],
    exitCode: 1,
    code: 'BAD_ANSWER',
    says: ['DescribeClusterDetail'],
  },
  {
    name: 'a web page instead of STS',
    argv: [...assume(file('token', tokenText)), '--sts-endpoint', html],
    exitCode: 1,
    code: 'BAD_ANSWER',
    says: ['STS'],
  },
  {
    name: 'an http endpoint beyond this machine',
    argv: ['rrsa', 'status', '-c', 'con', '--cs-endpoint', 'http://cs.example.com'],
    exitCode: 2,
    code: 'USAGE',
    says: ['http', '--allow-insecure-http'],
  },
  {
    name: 'an endpoint with a path',
    argv: ['rrsa', 'status', '-c', 'con', '--cs-endpoint', `${html}/x`],
    exitCode: 2,
    code: 'USAGE',
    says: ['--cs-endpoint'],
  },
  {
    name: 'a host that is not this machine, inside a sandbox',
    argv: ['rrsa', 'status', '-c', 'con', '--cs-endpoint', 'cs.cn-hangzhou.aliyuncs.com'],
    exitCode: 2,
    code: 'USAGE',
    says: ['sandbox', 'cs.cn-hangzhou.aliyuncs.com'],
  },
  {
    name: 'an unknown export format',
    argv: ['export-credentials', '-f', 'bogus'],
    exitCode: 2,
    code: 'USAGE',
    says: ['bogus', 'environment-variables'],
  },
  {
    name: 'a child that is not there',
    argv: ['export-credentials', '--', 'no-such-program-here'],
    exitCode: 127,
    code: 'CHILD_FAILED',
    says: ['no-such-program-here'],
  },
  {
    name: 'a child that is not executable',
    argv: ['export-credentials', '--', file('plain', 'text')],
    exitCode: 126,
    code: 'CHILD_FAILED',
    says: ['plain'],
  },
  {
    name: 'a token outside a sandbox',
    argv: ['sandbox', 'token', '-c', 'con', '-n', 'ns', '-s', 'sa'],
    env: { ACK_RAM_TOOL_SANDBOX_URL: undefined },
    exitCode: 2,
    code: 'USAGE',
    says: ['ACK_RAM_TOOL_SANDBOX_URL'],
  },
  {
    name: 'a token of a cluster that is not there',
    argv: ['sandbox', 'token', '-c', 'cnone', '-n', 'ns', '-s', 'sa'],
    exitCode: 1,
    code: 'CLUSTER_NOT_FOUND',
    says: ['cnone'],
  },
  {
    name: 'nothing to run in a sandbox',
    argv: ['sandbox', 'run'],
    exitCode: 2,
    code: 'USAGE',
    says: ['sandbox run -- bash'],
  },
  {
    name: 'a sandbox beyond this machine',
    argv: ['sandbox', 'start', '--listen', '0.0.0.0:0'],
    exitCode: 2,
    code: 'USAGE',
    says: ['0.0.0.0'],
  },
  {
    name: 'a seed with a key that nobody knows',
    argv: [
      'sandbox',
      'start',
      '--seed',
      file('bad.yaml', 'apiVersion: ack-ram-tool/v1\nkind: SandboxSeed\nacounts: []\n'),
    ],
    exitCode: 1,
    code: 'FILE_INVALID',
    says: ['acounts', 'accounts', '3'],
  },
  {
    name: 'a policy document that is not there',
    argv: [
      'rrsa',
      'associate-role',
      '-c',
      'con',
      '-r',
      'good',
      '-n',
      'ns',
      '-s',
      'sa',
      '-y',
      '--policy-document',
      'p=/no/such/file.json',
    ],
    exitCode: 1,
    code: 'FILE_UNREADABLE',
    says: ['policy document /no/such/file.json: there is no such file'],
  },
  {
    name: 'a policy document that is a folder',
    argv: [
      'rrsa',
      'associate-role',
      '-c',
      'con',
      '-r',
      'good',
      '-n',
      'ns',
      '-s',
      'sa',
      '-y',
      '--policy-document',
      `p=${home}`,
    ],
    exitCode: 1,
    code: 'FILE_UNREADABLE',
    says: ['it is a folder'],
  },
  {
    name: 'a policy document that is a file of secrets',
    argv: [
      'rrsa',
      'associate-role',
      '-c',
      'con',
      '-r',
      'good',
      '-n',
      'ns',
      '-s',
      'sa',
      '-y',
      '--policy-document',
      `p=${file('secrets.txt', 'planted-secret-in-a-file')}`,
    ],
    exitCode: 1,
    code: 'FILE_INVALID',
    says: ['secrets.txt', 'line 1, column 1'],
  },
  {
    name: 'a policy document that is no policy',
    argv: [
      'rrsa',
      'associate-role',
      '-c',
      'con',
      '-r',
      'good',
      '-n',
      'ns',
      '-s',
      'sa',
      '-y',
      '--policy-document',
      `p=${file('no-policy.json', '{"planted":"planted-secret"}')}`,
    ],
    exitCode: 1,
    code: 'FILE_INVALID',
    says: ['no-policy.json', 'it has no Statement'],
  },
];

async function state(): Promise<string> {
  const { accounts } = await sandbox.state();
  const seen = accounts.map(({ roles, clusters }) => ({
    roles,
    clusters: clusters.map(({ id, state, rrsaEnabled, addons }) => ({ id, state, rrsaEnabled, addons })),
  }));
  return JSON.stringify(seen);
}

describe('bad input', () => {
  for (const each of cases) {
    it(`${each.name}: ${each.code}, exit code ${each.exitCode}, nothing changed, nothing secret shown`, async () => {
      const before = await state();
      const quick = { ACK_RAM_TOOL_MAX_RETRIES: '1', ACK_RAM_TOOL_OUTPUT: 'json' };
      const options = each.stdin === undefined ? {} : { stdin: each.stdin };
      const result = await runTool(each.argv, { env: { ...env, ...quick, ...each.env }, ...options });
      expect(result.exitCode, result.stderr).toBe(each.exitCode);
      expect(result.stdout).toBe('');
      for (const text of each.says) expect(result.stderr).toContain(text);
      expect(result.stderr).toMatch(/^error: /m);
      expect(result.stderr).not.toMatch(/planted|\n\s+at /);
      const protocol = ['export-credentials', 'sandbox'].includes(each.argv[0] ?? '') || each.argv.includes('xml');
      const last = result.stderr.trimEnd().split('\n').at(-1) ?? '';
      if (protocol) expect(last).not.toMatch(/^\{/);
      else expect(JSON.parse(last).error.code).toBe(each.code);
      expect(await state()).toBe(before);
    });
  }
});
