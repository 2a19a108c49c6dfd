import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli.ts';
import { permissionTable } from '../../../src/commands/permissions/permissions-of.ts';
import { table } from '../../../src/commands/table.ts';
import { sleepFor } from '../../../src/io.ts';
import { operations } from '../../../src/sandbox/operations.ts';
import { type Sandbox, type SandboxSeed, startSandbox } from '../../../src/sandbox/server.ts';
import type { SandboxAccount } from '../../../src/sandbox/store.ts';
import { startedListServer, token } from '../../support/kubernetes-lists.ts';
import { memoryIo } from '../../support/memory-io.ts';
import { scratchFolder } from '../../support/tool.ts';

/** What the account is like before a run. */
type World = (account: SandboxAccount) => void;

interface Case {
  line: string;
  /** Each has its own share of the calls. Default: the seed as it is. */
  worlds?: World[];
  /** Of a run that is allowed everything. Default 0. */
  exitCode?: number;
}

const accountId = '1000000000000001';
const limited = { id: 'LTAIlimited', secret: 'limited-secret' };
const folder = scratchFolder();
const readOnly = 'AliyunOSSReadOnlyAccess';
const permissions = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:GetObject","Resource":"*"}]}';
const trust = (subject: string): string =>
  JSON.stringify({
    Version: '1',
    Statement: [
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Federated: ['${providerArn:c-on}'] },
        Condition: {
          StringEquals: { 'oidc:aud': 'sts.aliyuncs.com', 'oidc:iss': '${issuer:c-on}', 'oidc:sub': subject },
        },
      },
    ],
  });
const reader = 'system:serviceaccount:app:reader';
const trustsUser = JSON.stringify({
  Version: '1',
  Statement: [
    { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { RAM: [`acs:ram::${accountId}:root`] } },
    ...JSON.parse(trust(reader)).Statement,
  ],
});

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const document = file('reads.json', permissions);
const roles = (text: string): string => `apiVersion: ack-ram-tool/v1\nkind: RrsaAssociations\nclusterId: c-on\n${text}`;
const wanted = file(
  'wanted.yaml',
  roles(`helperAddon: true
roles:
  - name: new
    create: true
    serviceAccounts: [{ namespace: app, name: new }]
    systemPolicies: [${readOnly}]
    policyDocuments: { reads: ./reads.json }
  - name: plain
    serviceAccounts: [{ namespace: app, name: other }]
    customPolicies: [mine]
`),
);
const bare = file(
  'bare.yaml',
  roles('roles:\n  - name: plain\n    serviceAccounts: [{ namespace: app, name: other }]\n'),
);
const manifest = file('pod.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { containers: [] }\n');
const backup = file(
  'backup.json',
  JSON.stringify({
    schemaVersion: 1,
    account: accountId,
    roleArn: `acs:ram::${accountId}:role/plain`,
    savedAt: '2026-01-02T03:04:05.000Z',
    reason: 'associate-role',
    document: trust('system:serviceaccount:app:older').replace(/\$\{providerArn:c-on\}|\$\{issuer:c-on\}/g, 'x'),
  }),
);

const roleOf = (account: SandboxAccount, name: string) => {
  const role = account.roles.find((each) => each.name === name);
  if (role === undefined) throw new Error(`the seed has no role ${name}`);
  return role;
};
const asIs: World = () => {};
const withRole: World = (account) => account.roles.push({ ...roleOf(account, 'plain'), name: 'new' });
const withoutServers: World = ({ clusters }) => {
  for (const cluster of clusters) cluster.apiServer = undefined;
};
const withPolicies: World = (account) => {
  roleOf(account, 'reader').systemPolicies.push(readOnly);
};
const withOthersTrusted: World = (account) => {
  roleOf(account, 'reader').trustPolicy = roleOf(account, 'shared').trustPolicy;
};
const withAddon: World = ({ clusters }) => {
  clusters[0]?.addons.push({ name: 'ack-pod-identity-webhook', version: '1', state: 'active' });
};
const settings = `--attach-system-policy ${readOnly} --policy-document reads=${document}`;
const create = `associate-role -c c-on -r new -n app -s new`;
const doctor = 'rrsa doctor -c c-on --timeout 20m -o json';
const pass = 'eci pass-role-policy -r plain';

const cases: Case[] = [
  { line: 'rrsa status -c c-on' },
  { line: 'rrsa enable -c c-off -y' },
  { line: 'rrsa enable -c c-off --dry-run' },
  { line: 'rrsa disable -c c-on -y' },
  { line: 'rrsa install-helper-addon -c c-on -y' },
  { line: 'rrsa install-helper-addon -c c-on --dry-run' },
  { line: 'rrsa associate-role -c c-on -r plain -n app -s other -y' },
  { line: `rrsa associate-role -c c-on -r plain -n app -s other -y --attach-custom-policy mine` },
  { line: `rrsa ${create} --create-role-if-not-exist ${settings} -y`, worlds: [asIs, withRole] },
  { line: `rrsa ${create} --create-role-if-not-exist -y`, worlds: [asIs, withRole] },
  { line: `rrsa ${create} --create-role-if-not-exist ${settings} --dry-run`, worlds: [asIs, withRole] },
  { line: 'rrsa dissociate-role -c c-on -r shared -n app -s reader -y' },
  { line: `rrsa dissociate-role -c c-on -r reader --detach-system-policy ${readOnly} -y`, worlds: [withPolicies] },
  {
    line: `rrsa dissociate-role -c c-on -r reader -n app -s reader --detach-system-policy ${readOnly} --delete-role-if-unused -y`,
    worlds: [withPolicies, withOthersTrusted],
  },
  { line: `rrsa restore-trust-policy -r plain --from ${backup} -y` },
  { line: `rrsa restore-trust-policy -r plain --from ${backup} --dry-run` },
  { line: 'rrsa explain -c c-on -r reader -n app -s reader' },
  { line: `rrsa explain -c c-on --policy-file ${document} -n app -s reader`, exitCode: 3 },
  {
    line: 'rrsa setup-addon -c c-on -a kritis-validation-hook -y',
    worlds: [
      asIs,
      (account) => account.roles.push({ ...roleOf(account, 'plain'), name: 'kritis-validation-hook-c-on' }),
    ],
  },
  { line: 'rrsa list-associations -c c-on' },
  { line: 'rrsa list-associations -c c-on -o yaml' },
  { line: 'rrsa list-associations -c c-on -r reader' },
  { line: `rrsa plan -f ${wanted}`, worlds: [asIs, withRole] },
  { line: `rrsa plan -f ${bare} --prune` },
  { line: `rrsa apply -f ${wanted} -y`, worlds: [asIs, withRole] },
  { line: `rrsa apply -f ${wanted} --dry-run`, worlds: [asIs, withRole] },
  { line: `rrsa apply -f ${bare} --prune -y`, worlds: [withOthersTrusted] },
  { line: 'rrsa demo --no-loop --region cn-hangzhou' },
  { line: `rrsa inject -f ${manifest} -c c-on --role-name reader --namespace-labelled` },
  { line: `webhook manifests -c c-on --image registry.example.com/tool:1 --cert-manager` },
  { line: 'export-credentials' },
  { line: 'auth whoami' },
  { line: `auth whoami --role-arn acs:ram::${accountId}:role/shared` },
  { line: `rrsa status -c c-on --role-arn acs:ram::${accountId}:role/shared` },
  { line: 'rbac scan-user-permissions -c c-on -A' },
  { line: 'rbac scan-user-permissions -c all -A' },
  { line: 'rbac cleanup-user-permissions -c c-on -u 399999999999999999 -y' },
  { line: 'rbac cleanup-user-permissions -c all -u 399999999999999999 -y' },
  { line: 'rbac cleanup-user-permissions -c c-on -u 399999999999999999 --dry-run' },
  { line: `${doctor} -r reader -n app -s reader`, worlds: [withAddon] },
  { line: `${doctor} -r reader --kubeconfig ${join(folder, 'none')}`, worlds: [withAddon] },
  { line: `${doctor} -r plain -n app -s other --fix -y` },
  { line: `${doctor} -r plain -n app -s other --fix --dry-run`, worlds: [withAddon], exitCode: 3 },
  { line: `${doctor} --list` },
  { line: 'get-kubeconfig -c c-on' },
  { line: 'credential-plugin get-kubeconfig -c c-on -m token' },
  { line: 'credential-plugin get-credential -c c-on', worlds: [withoutServers] },
  { line: 'credential-plugin get-token -c c-on' },
  { line: 'rabbitmq get-credentials --instance-id rabbitmq-cn-test' },
  { line: `eci create-role -r new ${settings} -y`, worlds: [asIs, withRole] },
  { line: pass },
  { line: `${pass} --create -y` },
  { line: `${pass} --create --attach-to-user deployer -y` },
  { line: `${pass} --create --attach-to-user deployer --dry-run` },
];

/** Which commands are not run here, and why their policy is known all the same. */
const notRun = new Map([
  ['webhook serve', 'its one call is that of webhook manifests'],
  ['utils test-ecs-metadata', 'it needs no permission'],
  ['rabbitmq ping', 'it needs no permission'],
  ['rrsa assume-role', 'it asks STS without credentials'],
]);

let sandbox: Sandbox;

beforeAll(async () => {
  const server = await startedListServer();
  for (const kind of ['clusterrolebindings', 'rolebindings']) {
    server.lists.set(`/apis/rbac.authorization.k8s.io/v1/${kind}`, []);
  }
  const { clusters } = JSON.parse(server.kubeconfig) as { clusters: [{ cluster: Record<string, unknown> }] };
  const apiServer = { cluster: clusters[0].cluster, user: { token } };
  const keys = { jwks: { keys: [] }, issuer: 'https://issuer.example', apiServer };
  const seed: SandboxSeed = {
    accounts: [
      {
        id: accountId,
        users: [
          { name: 'limited', accessKeyId: limited.id, accessKeySecret: limited.secret, customPolicies: ['least'] },
          { name: 'deployer' },
        ],
        roles: [
          { name: 'reader', trustPolicy: trust(reader) },
          { name: 'plain', trustPolicy: trust('system:serviceaccount:app:older') },
          { name: 'shared', trustPolicy: trustsUser, systemPolicies: ['AdministratorAccess'] },
        ],
        policies: [
          { name: 'mine', document: permissions },
          { name: 'least', document: permissions },
        ],
        clusters: [
          { id: 'c-on', rrsa: true, ...keys },
          { id: 'c-off', ...keys },
        ],
      },
    ],
  };
  sandbox = await startSandbox({ seed, updateTimeMs: 0 });
});
afterAll(() => sandbox.close());

function ioFor(line: string): ReturnType<typeof memoryIo> {
  const env = {
    ...sandbox.env,
    ALIBABA_CLOUD_ACCESS_KEY_ID: limited.id,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: limited.secret,
    ACK_RAM_TOOL_MAX_RETRIES: '0',
  };
  const home = scratchFolderOf();
  if (line.startsWith('rrsa doctor')) {
    // Its time is up as soon as its clock says so.
    const begin = Date.now();
    return memoryIo({
      env,
      home,
      cwd: folder,
      sleep: (ms, signal) => sleepFor(ms / hurry, signal),
      now: () => begin + (Date.now() - begin) * hurry,
    });
  }
  // Time passes as fast as it can.
  let ahead = 0;
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    ahead += ms;
    await setImmediate();
    signal?.throwIfAborted();
  };
  return memoryIo({ env, home, cwd: folder, sleep, now: () => Date.now() + ahead });
}

/** How much faster than time the clock of doctor goes. */
const hurry = 20;

let homes = 0;
const scratchFolderOf = (): string => join(folder, `home-${homes++}`);

interface Policy {
  Version: string;
  Statement: { Effect: string; Action: string[]; Resource: string[] }[];
}

/** The policy, and the actions that a run can do without. */
async function emitted(line: string): Promise<{ policy: Policy; optional: string[] }> {
  const io = memoryIo({ home: folder, cwd: folder });
  const exitCode = await main([...line.split(' '), '--emit-policy'], io);
  expect(exitCode, io.err()).toBe(0);
  const optional = [...io.err().matchAll(/ (\w+:\w+) on \S.* is not needed: /g)].map(([, action = '']) => action);
  return { policy: JSON.parse(io.out()), optional };
}

/** Runs it as somebody with this policy only. */
async function runWith(
  policy: Policy,
  line: string,
  world: World,
): Promise<{ exitCode: number; used: Set<string>; outcome: string; err: string }> {
  sandbox.reset();
  const account = sandbox.store.accounts[0];
  if (account === undefined) throw new Error('the sandbox has no account');
  world(account);
  const least = account.policies.find(({ name }) => name === 'least');
  if (least?.versions[0]) least.versions[0].document = JSON.stringify(policy);
  const user = account.users.find(({ name }) => name === 'limited');
  if (policy.Statement.length === 0) user?.customPolicies.splice(0);
  const io = ioFor(line);
  const exitCode = await main(line.split(' '), io);
  const used = sandbox
    .accessLog()
    .filter(({ principal }) => principal === `acs:ram::${accountId}:user/limited`)
    .flatMap(({ api }) => operations.find(({ action }) => action === api)?.ramAction ?? []);
  return { exitCode, used: new Set(used), outcome: outcomeOf(exitCode, line, io.out()), err: io.err() };
}

/** What a refusal would change: the exit code; of doctor, which has faults to report in any case, what it found. */
function outcomeOf(exitCode: number, line: string, out: string): string {
  if (!line.startsWith('rrsa doctor') || line.endsWith('--list')) return String(exitCode);
  const { checks } = JSON.parse(out) as { checks: { id: string; status: string }[] };
  return checks.map(({ id, status }) => `${id} ${status}`).join('\n');
}

const without = (policy: Policy, action: string): Policy => ({
  ...policy,
  Statement: policy.Statement.map((statement) => ({
    ...statement,
    Action: statement.Action.filter((each) => each !== action),
  })).filter(({ Action }) => Action.length > 0),
});

describe('the policy that --emit-policy prints', () => {
  it.each(cases.map((each) => [each.line.replaceAll(folder, '.'), each] as const))(
    'is enough for %s, and each of its actions is needed',
    async (_name, { line, worlds = [asIs], exitCode = 0 }) => {
      const { policy, optional } = await emitted(line);
      const actions = policy.Statement.flatMap(({ Action }) => Action);
      expect(new Set(actions).size).toBe(actions.length);
      const used = new Set<string>();
      const outcomes: string[] = [];
      for (const world of worlds) {
        const run = await runWith(policy, line, world);
        expect(run.exitCode, run.err).toBe(exitCode);
        outcomes.push(run.outcome);
        for (const action of run.used) used.add(action);
      }
      for (const action of actions) expect(used).toContain(action);
      for (const action of used) expect([...actions, ...optional]).toContain(action);
      for (const action of actions) {
        const others: string[] = [];
        for (const world of worlds) others.push((await runWith(without(policy, action), line, world)).outcome);
        expect(others, `without ${action}`).not.toEqual(outcomes);
      }
    },
  );

  it('is tested for every command that talks to the cloud', () => {
    const names = table.commands.filter(({ cloud }) => cloud).map(({ path }) => path.join(' '));
    const run = (name: string): boolean => cases.some(({ line }) => `${line} `.startsWith(`${name} `));
    expect(names.filter((name) => !run(name) && !notRun.has(name))).toEqual([]);
    expect(Object.keys(permissionTable).sort()).toEqual(names.sort());
  });
});
