import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runProgram, runTool, scratchFolder, startedSandbox } from '../support/tool.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const home = scratchFolder();
const plain = await startedSandbox(['--update-time', '0s']);
const tls = await startedSandbox(['--tls', '--update-time', '0s']);
const account = '1000000000000001';

/** Sets up RRSA as a user would, and gives what a pod would have. */
async function podOn(sandbox: typeof plain, name: string): Promise<Record<string, string | undefined>> {
  const env = { ...sandbox.env, HOME: home };
  const cluster = sandbox.clusters.foo;
  const must = async (argv: string[]): Promise<string> => {
    const result = await runTool(argv, { env });
    expect(result.exitCode, result.stderr).toBe(0);
    return result.stdout;
  };
  await must(['rrsa', 'enable', '-c', cluster, '-y']);
  await must([
    ...[
      'rrsa',
      'associate-role',
      '-c',
      cluster,
      '-r',
      'app',
      '-n',
      'ns',
      '-s',
      'sa',
      '-y',
      '--create-role-if-not-exist',
    ],
    ...['--attach-system-policy', 'AliyunCSReadOnlyAccess', '--attach-system-policy', 'AliyunRAMReadOnlyAccess'],
  ]);
  const token = join(home, `${name}-token`);
  writeFileSync(token, await must(['sandbox', 'token', '-c', cluster, '-n', 'ns', '-s', 'sa']));
  return {
    ...env,
    ALIBABA_CLOUD_ACCESS_KEY_ID: undefined,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined,
    ALIBABA_CLOUD_ROLE_ARN: `acs:ram::${account}:role/app`,
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: `acs:ram::${account}:oidc-provider/ack-rrsa-${cluster}`,
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: token,
  };
}

/** A CommonJS program that finds its packages where this project has them. */
function script(name: string, text: string): string {
  const file = join(home, name);
  const head = `module.paths.push(${JSON.stringify(join(root, 'node_modules'))});`;
  writeFileSync(file, `${head}\n${text}`);
  return file;
}

describe('clients that nobody here wrote', () => {
  it('@alicloud/pop-core signs by HMAC-SHA1 and calls RAM, STS and ACK', async () => {
    const file = script(
      'pop-core.cjs',
      `const { RPCClient, ROAClient } = require('@alicloud/pop-core');
      const { ACK_RAM_TOOL_STS_ENDPOINT: endpoint, ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret } = process.env;
      (async () => {
        const keys = { accessKeyId, accessKeySecret, endpoint };
        const sts = new RPCClient({ ...keys, apiVersion: '2015-04-01' });
        const me = await sts.request('GetCallerIdentity', {}, { method: 'POST' });
        const ram = new RPCClient({ ...keys, apiVersion: '2015-05-01' });
        await ram.request('CreateRole', { RoleName: 'by-pop-core', Description: 'a b*~+/=', AssumeRolePolicyDocument: JSON.stringify({
          Version: '1', Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { RAM: ['acs:ram::${account}:root'] } }] }) }, { method: 'POST' });
        const role = await ram.request('GetRole', { RoleName: 'by-pop-core' });
        const session = await sts.request('AssumeRole', { RoleArn: role.Role.Arn, RoleSessionName: 'pop' }, { method: 'POST' });
        const temporary = { accessKeyId: session.Credentials.AccessKeyId, accessKeySecret: session.Credentials.AccessKeySecret, securityToken: session.Credentials.SecurityToken, endpoint };
        const they = await new RPCClient({ ...temporary, apiVersion: '2015-04-01' }).request('GetCallerIdentity', {});
        const denied = await new RPCClient({ ...temporary, apiVersion: '2015-05-01' }).request('GetRole', { RoleName: 'by-pop-core' }).then(() => 'allowed', (error) => error.code);
        const wrong = await new RPCClient({ ...keys, accessKeySecret: 'wrong', apiVersion: '2015-04-01' }).request('GetCallerIdentity', {}).then(() => 'accepted', (error) => error.code);
        const cs = new ROAClient({ ...keys, apiVersion: '2015-12-15' });
        const clusters = await cs.get('/api/v1/clusters', { name: 'foob' });
        console.log(JSON.stringify({ me: me.IdentityType, description: role.Role.Description, they: they.Arn, denied, wrong, clusters: clusters.clusters.map((c) => c.name) }));
      })();`,
    );
    const { stdout, stderr } = await runProgram(process.execPath, [file], { env: { ...plain.env, HOME: home } });
    expect(stdout, stderr).not.toBe('');
    expect(JSON.parse(stdout)).toEqual({
      me: 'RAMUser',
      description: 'a b*~+/=',
      they: `acs:ram::${account}:assumed-role/by-pop-core/pop`,
      denied: 'NoPermission',
      wrong: 'SignatureDoesNotMatch',
      clusters: ['foob'],
    });
  });

  it('@alicloud/credentials takes the OIDC variables and its SDKs call RAM, STS and ACK over TLS', async () => {
    const pod = await podOn(tls, 'tls');
    const host = new URL(tls.endpoint).host;
    const file = script(
      'credentials.cjs',
      `const Credential = require('@alicloud/credentials');
      const Sts = require('@alicloud/sts20150401');
      const Ram = require('@alicloud/ram20150501');
      const Cs = require('@alicloud/cs20151215');
      (async () => {
        const credential = new Credential.default(new Credential.Config({
          type: 'oidc_role_arn', roleArn: process.env.ALIBABA_CLOUD_ROLE_ARN, oidcProviderArn: process.env.ALIBABA_CLOUD_OIDC_PROVIDER_ARN,
          oidcTokenFilePath: process.env.ALIBABA_CLOUD_OIDC_TOKEN_FILE, roleSessionName: 'interop', stsEndpoint: ${JSON.stringify(host)},
        }));
        const config = { credential, endpoint: ${JSON.stringify(host)}, protocol: 'https' };
        const me = await new Sts.default(config).getCallerIdentity();
        const role = await new Ram.default(config).getRole(new Ram.GetRoleRequest({ roleName: 'app' }));
        const clusters = await new Cs.default(config).describeClustersV1(new Cs.DescribeClustersV1Request({}));
        const denied = await new Ram.default(config).deleteRole(new Ram.DeleteRoleRequest({ roleName: 'app' })).then(() => 'allowed', (error) => error.code);
        console.log(JSON.stringify({ me: me.body.arn, role: role.body.role.arn, clusters: clusters.body.clusters.map((c) => c.name).sort(), denied }));
      })().catch((error) => { console.error(error); process.exitCode = 1; });`,
    );
    const env = { ...pod, NODE_EXTRA_CA_CERTS: tls.env.NODE_EXTRA_CA_CERTS };
    const { stdout, stderr } = await runProgram(process.execPath, [file], { env });
    expect(stdout, stderr).not.toBe('');
    expect(JSON.parse(stdout)).toEqual({
      me: `acs:ram::${account}:assumed-role/app/interop`,
      role: `acs:ram::${account}:role/app`,
      clusters: ['bar', 'foo', 'foob'],
      denied: 'NoPermission',
    });
  });

  it('our own tool does the same over TLS, trusting the CA by NODE_EXTRA_CA_CERTS, and refuses it otherwise', async () => {
    const pod = await podOn(tls, 'tls-own');
    const demo = await runTool(['rrsa', 'demo', '--no-loop'], { env: pod });
    expect(demo.exitCode, demo.stderr).toBe(0);
    expect(demo.stdout).toContain('cluster name: foob');
    const distrusting = { ...pod, NODE_EXTRA_CA_CERTS: undefined, SSL_CERT_FILE: undefined };
    const refused = await runTool(['rrsa', 'demo', '--no-loop'], { env: distrusting });
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('certificate');
  });

  it('@alicloud/credentials in a child of export-credentials takes the exported keys and no others', async () => {
    const pod = await podOn(plain, 'plain');
    const file = script(
      'child.cjs',
      `const Credential = require('@alicloud/credentials');
      new Credential.default().getCredential().then((c) => console.log(JSON.stringify([c.accessKeyId === process.env.ALIBABA_CLOUD_ACCESS_KEY_ID, c.securityToken === process.env.ALIBABA_CLOUD_SECURITY_TOKEN, c.type, c.providerName])));`,
    );
    const { stdout, stderr } = await runTool(['export-credentials', '--', process.execPath, file], { env: pod });
    expect(stdout, stderr).not.toBe('');
    expect(JSON.parse(stdout)).toEqual([true, true, 'default', 'default/env']);
  });
});
