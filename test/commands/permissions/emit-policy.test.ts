import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli.ts';
import { memoryIo } from '../../support/memory-io.ts';
import { scratchFolder } from '../../support/tool.ts';

async function run(...argv: string[]) {
  const io = memoryIo();
  const exitCode = await main(argv, io);
  return { exitCode, out: io.out(), err: io.err() };
}

const associate = ['rrsa', 'associate-role', '-c', 'c1', '-r', 'reader', '-n', 'app', '-s', 'reader'];

describe('--emit-policy', () => {
  it('names the cluster, the role and the policies of the command line, and nothing else', async () => {
    const { exitCode, out } = await run(...associate, '--attach-custom-policy', 'mine', '--emit-policy');
    expect(exitCode).toBe(0);
    const role = 'acs:ram:*:*:role/reader';
    const policy = 'acs:ram:*:*:policy/mine';
    expect(JSON.parse(out)).toEqual({
      Version: '1',
      Statement: [
        { Effect: 'Allow', Action: ['cs:DescribeClusterDetail'], Resource: ['acs:cs:*:*:cluster/c1'] },
        { Effect: 'Allow', Action: ['ram:GetRole', 'ram:UpdateRole', 'ram:ListPoliciesForRole'], Resource: [role] },
        { Effect: 'Allow', Action: ['ram:GetPolicy'], Resource: [policy] },
        { Effect: 'Allow', Action: ['ram:AttachPolicyToRole'], Resource: [role, policy] },
      ],
    });
  });

  it('leaves out what a dry run does not do', async () => {
    const { out } = await run(...associate, '--create-role-if-not-exist', '--dry-run', '--emit-policy');
    expect(out).toContain('ram:GetRole');
    expect(out).not.toMatch(/Update|Create|Attach/);
  });

  it('says on stderr which names are not confirmed, and what a run can do without', async () => {
    const { err } = await run('rrsa', 'enable', '-c', 'c1', '--emit-policy');
    expect(err).toMatch(/WARN the names of these actions .* not confirmed: cs:DescribeClusterDetail, cs:ModifyCluster/);
    expect(err).toMatch(/INFO cs:DescribeTaskInfo on acs:cs:\*:\*:cluster\/c1 is not needed: without it, /);
    const { err: ofDemo } = await run('rrsa', 'demo', '--emit-policy');
    expect(ofDemo).toBe('');
  });

  it('says on stderr what to do where RAM does not take the name of what is to be created', async () => {
    const { err } = await run(...associate, '--create-role-if-not-exist', '--emit-policy');
    expect(err).toContain('where RAM refuses ram:CreateRole with this policy, allow that action on acs:ram:*:*:role/*');
  });

  it('prints a policy without statements where nothing is needed', async () => {
    const { exitCode, out, err } = await run('export-credentials', '--emit-policy', '--', 'touch', '/nowhere/at/all');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual({ Version: '1', Statement: [] });
    expect(err).toContain('INFO this command line needs no RAM permission');
  });

  it('is about whoever assumes the role of --role-arn', async () => {
    const arn = 'acs:ram::1000000000000001:role/deploy';
    const { out, err } = await run('rrsa', 'status', '-c', 'c1', '--role-arn', arn, '--emit-policy');
    expect(JSON.parse(out).Statement).toEqual([
      { Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: ['acs:ram:*:1000000000000001:role/deploy'] },
    ]);
    expect(err).toContain(`role ${arn} does the rest`);
  });

  it.each([
    [['rrsa', 'status', '-c', '*'], '--cluster-id "*"'],
    [['rrsa', 'restore-trust-policy', '-r', '*', '--from', 'x'], '--role-name "*"'],
    [[...associate, '--attach-system-policy', 'Aliyun*'], 'policy name "Aliyun*"'],
    [[...associate, '--policy-document', '*=x'], 'policy name "*"'],
    [['eci', 'pass-role-policy', '-r', 'x', '--create', '--attach-to-user', '*'], '--attach-to-user "*"'],
    [['auth', 'whoami', '--role-arn', 'acs:ram::1:role/*'], '--role-arn "acs:ram::1:role/*"'],
    [['rrsa', 'setup-addon', '-c', 'c1', '-a', 'nothing'], '--addon-name'],
    [['rrsa', 'status'], '--cluster-id is required'],
  ])('refuses %j, which names nothing that can be allowed', async (argv, words) => {
    const { exitCode, out, err } = await run(...argv, '--emit-policy');
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(words);
  });

  it('reads the file of rrsa plan, and warns where the policy is longer than RAM takes', async () => {
    const file = join(scratchFolder(), 'roles.yaml');
    const role = (index: number): string =>
      `  - { name: role-number-${index}, create: true, serviceAccounts: [{ namespace: a, name: b }] }\n`;
    const roles = Array.from({ length: 200 }, (_, index) => role(index)).join('');
    writeFileSync(file, `apiVersion: ack-ram-tool/v1\nkind: RrsaAssociations\nclusterId: c1\nroles:\n${roles}`);
    const { exitCode, out, err } = await run('rrsa', 'plan', '-f', file, '--emit-policy');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out).Statement[1].Resource).toHaveLength(200);
    expect(err).toMatch(/WARN the policy has \d+ characters, and RAM takes 6144/);
    const missing = await run('rrsa', 'apply', '-f', `${file}.missing`, '--emit-policy');
    expect([missing.exitCode, missing.out]).toEqual([1, '']);
  });

  it('is no flag of a command that does not talk to the cloud', async () => {
    const { exitCode, err } = await run('cache', 'clear', '--emit-policy');
    expect(exitCode).toBe(2);
    expect(err).toContain('--emit-policy does not apply to `ack-ram-tool cache clear`');
  });
});

describe('help permissions', () => {
  it('lists what every command calls, and the names that are not confirmed', async () => {
    const { exitCode, out } = await run('help', 'permissions');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^rrsa demo +cs:DescribeClusters +account +read$/m);
    expect(out).toMatch(/^rrsa enable +cs:ModifyCluster \* +cluster +write$/m);
    expect(out).toMatch(/^rrsa associate-role +ram:CreateRole +role +write +with --create-role-if-not-exist$/m);
    expect(out).toMatch(/No permission of their own: .*export-credentials/);
  });

  it('lists them as JSON', async () => {
    const { out } = await run('help', 'permissions', '-o', 'json');
    const { permissions } = JSON.parse(out);
    expect(permissions).toContainEqual({
      command: 'rrsa status',
      action: 'cs:DescribeClusterDetail',
      resource: 'cluster',
      write: false,
      confirmed: false,
      when: null,
      without: null,
    });
  });

  it('leaves help of commands and groups as it is', async () => {
    expect((await run('help', 'rrsa', 'status')).out).toContain('Usage: ack-ram-tool rrsa status');
    expect((await run('help')).out).toContain('Usage: ack-ram-tool COMMAND');
    const typo = await run('help', 'rrsa', 'stats');
    expect(typo.exitCode).toBe(2);
    expect(typo.err).toContain('did you mean `ack-ram-tool rrsa status`?');
  });
});
