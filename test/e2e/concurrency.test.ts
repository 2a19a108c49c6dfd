import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePolicy } from '../../src/policy/document.ts';
import { evaluateTrust } from '../../src/policy/evaluate.ts';
import { serviceAccountContext } from '../../src/policy/trust.ts';
import { runTool, scratchFolder, startedSandbox } from '../support/tool.ts';

/** On one machine, and on as many machines. */
const writersAtHome = 50;
const writersElsewhere = 20;
const account = '1000000000000001';
const foreign = {
  Sid: 'written by somebody else',
  Action: 'sts:AssumeRole',
  Effect: 'Allow',
  Principal: { Service: ['ecs.aliyuncs.com'] },
  'x-note': 12345678901234567890n.toString(),
};

/** In which a trust policy may name as many service accounts as there are writers. */
function roomySeed(): string {
  const admin = { name: 'admin', accessKeyId: 'LTAI5tAdministrator', accessKeySecret: 'a-secret' };
  const seed = {
    apiVersion: 'ack-ram-tool/v1',
    kind: 'SandboxSeed',
    limits: { trustPolicyLength: 8_192 },
    accounts: [
      {
        id: account,
        users: [{ ...admin, systemPolicies: ['AdministratorAccess'] }],
        clusters: [{ id: 'cf3d61bb04a2c4f7d8e5a6b9c1d2e3f40', name: 'foo' }],
      },
    ],
  };
  const file = join(scratchFolder(), 'seed.json');
  writeFileSync(file, JSON.stringify(seed));
  return file;
}

async function associateAll(writers: number, homeOf: (writer: number) => string): Promise<void> {
  const sandbox = await startedSandbox(['--latency', '30ms', '--update-time', '0s', '--seed', roomySeed()]);
  const cluster = sandbox.clusters.foo;
  const env = { ...sandbox.env, HOME: scratchFolder(), ACK_RAM_TOOL_LOG_LEVEL: 'debug' };
  const enabled = await runTool(['rrsa', 'enable', '-c', cluster, '-y'], { env });
  expect(enabled.exitCode, enabled.stderr).toBe(0);
  const associate = (serviceAccount: string, more: string[], home: string) =>
    runTool(
      ['rrsa', 'associate-role', '-c', cluster, '-r', 'shared', '-n', 'ns', '-s', serviceAccount, '-y', ...more],
      {
        env: { ...env, HOME: home },
      },
    );
  const first = await associate('first', ['--create-role-if-not-exist'], env.HOME);
  expect(first.exitCode, first.stderr).toBe(0);
  const { accounts } = await sandbox.state();
  const document = JSON.parse(accounts[0]?.roles.find(({ name }) => name === 'shared')?.trustPolicy ?? '');
  document.Statement.unshift(foreign);
  await setTrustPolicy(sandbox.env, JSON.stringify(document));

  const names = Array.from({ length: writers }, (_, index) => `sa-${index}`);
  const results = await Promise.all(names.map((name, index) => associate(name, [], homeOf(index))));
  for (const [index, result] of results.entries()) expect(result.exitCode, `${names[index]}: ${result.stderr}`).toBe(0);

  const after = await sandbox.state();
  const text = after.accounts[0]?.roles.find(({ name }) => name === 'shared')?.trustPolicy ?? '';
  const issuer = after.accounts[0]?.clusters.find(({ id }) => id === cluster)?.issuers[0] ?? '';
  const trusted = [...names, 'first'].filter((name) => {
    const subject = `system:serviceaccount:ns:${name}`;
    const request = {
      principal: { kind: 'Federated' as const, arn: `acs:ram::${account}:oidc-provider/ack-rrsa-${cluster}` },
      action: 'sts:AssumeRole',
      context: serviceAccountContext({ issuer, audience: 'sts.aliyuncs.com', subject }),
    };
    return evaluateTrust(parsePolicy(text, 'shared'), request).decision === 'allowed';
  });
  expect(trusted).toEqual([...names, 'first']);
  expect(JSON.parse(text).Statement[0]).toEqual(foreign);
  await sandbox.stop();
}

/** Writes the trust policy as another tool would: by the SDK. */
async function setTrustPolicy(env: Record<string, string>, document: string): Promise<void> {
  const ram = createRequire(import.meta.url)('@alicloud/ram20150501') as typeof import('@alicloud/ram20150501');
  const client = new ram.default({
    accessKeyId: env.ALIBABA_CLOUD_ACCESS_KEY_ID,
    accessKeySecret: env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    endpoint: new URL(env.ACK_RAM_TOOL_RAM_ENDPOINT ?? '').host,
    protocol: 'http',
  } as ConstructorParameters<typeof ram.default>[0]);
  await client.updateRole(new ram.UpdateRoleRequest({ roleName: 'shared', newAssumeRolePolicyDocument: document }));
}

describe('processes that associate a service account each with one role at once', () => {
  it(`lose nothing when ${writersAtHome} have a common home, and keep a foreign statement`, async () => {
    const home = scratchFolder();
    await associateAll(writersAtHome, () => home);
  }, 240_000);

  it(`lose nothing when ${writersElsewhere} have a home each, as from as many machines, and keep a foreign statement`, async () => {
    await associateAll(writersElsewhere, () => scratchFolder());
  }, 180_000);
});

describe(`${writersAtHome} processes that merge a context each into one kubeconfig at once`, () => {
  it('lose none of them, nor what was there', async () => {
    const sandbox = await startedSandbox(['--update-time', '0s']);
    const home = scratchFolder();
    const file = join(home, 'config');
    const own = { name: 'own', context: { cluster: 'own', user: 'own' } };
    writeFileSync(
      file,
      JSON.stringify({ apiVersion: 'v1', kind: 'Config', contexts: [own], 'current-context': 'own' }),
    );
    const names = Array.from({ length: writersAtHome }, (_, index) => `context-${index}`);
    const env = { ...sandbox.env, HOME: home };
    const merge = (name: string) =>
      runTool(
        ['get-kubeconfig', '-c', sandbox.clusters.foo, '--merge', '--kubeconfig', file, '--context-name', name, '-y'],
        { env },
      );
    const results = await Promise.all(names.map(merge));
    for (const [index, { exitCode, stderr }] of results.entries())
      expect(exitCode, `${names[index]}: ${stderr}`).toBe(0);
    const { contexts } = parse(readFileSync(file, 'utf8')) as { contexts: { name: string }[] };
    expect(contexts.map(({ name }) => name).sort()).toEqual(['own', ...names].sort());
    expect(readdirSync(home).filter((name) => /lock|unfinished/.test(name))).toEqual([]);
    await sandbox.stop();
  }, 240_000);
});
